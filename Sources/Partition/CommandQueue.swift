import DurableModel
import Engine

/// Where commands come from: what a share of each turn is given to, and what keeps its order.
package struct CommandSource: Hashable, Sendable, RawRepresentable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    /// What a dictionary asks for, once for each command.
    package func _rawHashValue(seed: Int) -> Int { OwnNumber.hash(rawValue, seed: seed) }

    /// The core itself.
    package static let core = CommandSource(rawValue: 0)

    /// What an attempt reports.
    package static func attempt(_ attempt: AttemptID) -> CommandSource {
        CommandSource(rawValue: attempt.rawValue << 2)
    }
}

/// A command with where it came from, so that it can be put back there.
struct QueuedCommand {
    var command: EngineCommand
    var source: CommandSource
    /// What of it is written already.
    var staged: [StagedPayload] = []

    /// About how many bytes it makes the turn write.
    var weight: Int {
        if staged.isEmpty { return command.weight }
        return max(512, command.weight - staged.reduce(0) { $0 + $1.bytes.count })
    }
}

/// Commands that wait for a turn: in order within a source, in rounds over the sources, so that no busy one starves others.
///
/// While a turn has room for all that has come, nobody can starve and nothing is sorted.
struct CommandQueue {
    /// How many commands of a source go before the next one's turn comes…
    private static let share = 16
    /// …and about how many bytes.
    private static let shareBytes = 256 << 10

    private struct Line {
        var commands: [QueuedCommand] = []
        var head = 0

        var isEmpty: Bool { head == commands.count }

        mutating func takeFirst() -> QueuedCommand {
            let command = commands[head]
            head += 1
            if head >= 1024, head * 2 >= commands.count {
                commands.removeFirst(head)
                head = 0
            }
            return command
        }
    }

    /// What has come since the last turn, in order, with its weight.
    private var arrived: [QueuedCommand] = []
    private var arrivedBytes = 0
    /// What did not fit into the turns before.
    private var lines: [CommandSource: Line] = [:]
    /// Sources with lines, the next one first from `position` on.
    private var ring: [CommandSource] = []
    private var position = 0
    private(set) var count = 0
    /// What waits weighs.
    private(set) var bytes = 0

    var isEmpty: Bool { count == 0 }

    /// Whether something of a source waits.
    func holds(_ source: CommandSource) -> Bool {
        lines[source] != nil || arrived.contains { $0.source == source }
    }

    mutating func append(_ queued: QueuedCommand) {
        let weight = queued.weight
        arrivedBytes += weight
        bytes += weight
        arrived.append(queued)
        count += 1
    }

    /// Takes up to `limit` commands of about `bytesMax` bytes together, at least one if there is one.
    mutating func take(limit: Int, bytesMax: Int) -> [QueuedCommand] {
        if lines.isEmpty, arrived.count <= limit, arrivedBytes <= bytesMax {
            defer {
                arrived.removeAll(keepingCapacity: true)
                arrivedBytes = 0
                bytes = 0
                count = 0
            }
            return arrived
        }
        lineUp()
        var taken: [QueuedCommand] = []
        taken.reserveCapacity(min(limit, count))
        var weight = 0
        while count > 0, taken.count < limit, weight < bytesMax {
            if position >= ring.count { position = 0 }
            let isEmpty = takeShare(of: ring[position], into: &taken, weight: &weight, limit: limit, bytesMax: bytesMax)
            if isEmpty { ring.remove(at: position) } else { position += 1 }
        }
        bytes -= weight
        return taken
    }

    private mutating func lineUp() {
        for queued in arrived {
            if lines[queued.source] == nil {
                // Last in the round, which ends before the one whose turn it is: behind that one it would go ahead of those
                // that wait from the beginning of the ring on.
                ring.insert(queued.source, at: position)
                position += 1
            }
            lines[queued.source, default: Line()].commands.append(queued)
        }
        arrived = []
        arrivedBytes = 0
    }

    /// Takes one source's share; true if nothing is left of it.
    private mutating func takeShare(
        of source: CommandSource,
        into taken: inout [QueuedCommand],
        weight: inout Int,
        limit: Int,
        bytesMax: Int
    ) -> Bool {
        guard let index = lines.index(forKey: source) else { return true }
        var share = Self.share
        let bytesMax = min(bytesMax, weight + Self.shareBytes)
        while share > 0, taken.count < limit, weight < bytesMax, !lines.values[index].isEmpty {
            let queued = lines.values[index].takeFirst()
            weight += queued.weight
            taken.append(queued)
            count -= 1
            share -= 1
        }
        guard lines.values[index].isEmpty else { return false }
        lines.remove(at: index)
        return true
    }

    /// Puts back what a turn took that did not happen: before everything of the same source that has come since, since the
    /// messages of an attempt must not change places.
    mutating func putBack(_ commands: [QueuedCommand]) {
        guard !commands.isEmpty else { return }
        lineUp()
        var bySource: [CommandSource: [QueuedCommand]] = [:]
        for queued in commands {
            if lines[queued.source] == nil, bySource[queued.source] == nil { ring.insert(queued.source, at: position) }
            bySource[queued.source, default: []].append(queued)
        }
        for (source, earlier) in bySource {
            let later = lines[source].map { $0.commands[$0.head...] } ?? []
            lines[source] = Line(commands: earlier + later)
        }
        count += commands.count
        bytes += commands.reduce(0) { $0 + $1.weight }
    }

    /// Takes everything, for a stop.
    mutating func drain() -> [QueuedCommand] {
        lineUp()
        let all = ring.flatMap { source in lines[source].map { Array($0.commands[$0.head...]) } ?? [] }
        self = CommandQueue()
        return all
    }
}
