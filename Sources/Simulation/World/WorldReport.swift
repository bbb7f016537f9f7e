/// What a run came to.
package struct WorldReport: Sendable {
    package var seed: UInt64
    /// What is not as it must be; empty if all is well.
    package var violations: [String] = []
    /// What happened, oldest first, as far as it is remembered; empty unless it was asked for or something is wrong.
    package var history: [String] = []
    package var counts = WorldCounts()
    package var coverage = OperationCoverage()

    package init(seed: UInt64) { self.seed = seed }

    /// One line.
    package var summary: String {
        let verdict =
            violations.isEmpty ? "no invariant is violated" : "VIOLATED: " + violations.joined(separator: "; ")
        return "seed \(seed): \(counts.text); \(verdict)"
    }

    /// What happened last, what is wrong, and how to see it again.
    package var replay: String {
        (history.suffix(60) + [summary, "replay: perdure-simulation replay --seed \(seed)"]).joined(separator: "\n")
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

    package init() {}

    package static func += (left: inout Self, right: Self) {
        left.invocations += right.invocations
        left.commands += right.commands
        left.turns += right.turns
        left.crashes += right.crashes
        left.adopted += right.adopted
        left.effects += right.effects
    }

    package var text: String {
        "\(invocations) invocations, \(commands) commands, \(turns) turns, \(crashes) crashes, \(effects) effects"
    }
}
