import ServiceProtocol

/// What a run came to.
package struct WorldReport: Sendable {
    package var seed: UInt64
    /// What makes this world again, as arguments of a program.
    package var arguments: String
    /// What is not as it must be; empty if all is well.
    package var violations: [String] = []
    /// What happened, oldest first, as far as it is remembered; empty unless it was asked for or something is wrong.
    package var history: [String] = []
    package var counts = WorldCounts()
    package var coverage = OperationCoverage()

    package init(_ options: WorldOptions) {
        seed = options.seed
        arguments = options.arguments
    }

    /// One line.
    package var summary: String {
        let verdict =
            violations.isEmpty ? "no invariant is violated" : "VIOLATED: " + violations.joined(separator: "; ")
        return "\(arguments): \(counts.text); \(verdict)"
    }

    package var replayCommand: String { "replay: perdure-simulation replay \(arguments)" }

    /// What happened last, what is wrong, and how to see it again.
    package var replay: String {
        (history.suffix(60) + [summary, replayCommand]).joined(separator: "\n")
    }
}

/// How much happened in a world or in many.
package struct WorldCounts: Sendable, Hashable {
    /// Accepted, however they ended.
    package var invocations = 0
    /// Given to the partition by callers, operators and services.
    package var commands = 0
    package var turns = 0
    package var crashes = 0
    /// Payloads that were written ahead of the rows that took them.
    package var adopted = 0
    /// Side effects of run steps.
    package var effects = 0
    /// Messages of services, and entries of journals that services were sent, by type.
    package var messages: [MessageType: Int] = [:]

    package init() {}

    /// Commands that handlers sent; replays are not counted.
    package var handlerCommands: Int {
        messages.reduce(0) { $0 + ($1.key.isCommand && $1.key != .inputCommand ? $1.value : 0) }
    }

    /// How often each message and entry occurred, and which of those of the protocol did not.
    package var messageText: String {
        let rows = messages.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.isCommand || $0.key.isNotification ? $0.key.entryTypeName : $0.key.wireName) \($0.value)" }
        let missing = Self.expected.filter { messages[$0] == nil }.map(\.wireName)
        return rows.joined(separator: ", ") + (missing.isEmpty ? "" : "\nnever: " + missing.joined(separator: ", "))
    }

    /// What a service can say and what it can be told, but for the acknowledgement of a command, which nobody asks for.
    package static let expected: [MessageType] = (UInt16.min...0xFFFF).lazy.map { MessageType(rawValue: $0) }.filter {
        $0.isCommand || $0.isNotification || [.suspension, .error, .end].contains($0)
            || [.proposeRunCompletion, .awaitingOn, .proposeRunCompletionAck].contains($0)
    }

    package static func += (left: inout Self, right: Self) {
        left.invocations += right.invocations
        left.commands += right.commands
        left.turns += right.turns
        left.crashes += right.crashes
        left.adopted += right.adopted
        left.effects += right.effects
        left.messages.merge(right.messages, uniquingKeysWith: +)
    }

    package var text: String {
        "\(invocations) invocations, \(commands) commands, \(handlerCommands) of handlers, \(turns) turns, \(crashes) crashes, "
            + "\(effects) effects"
    }
}
