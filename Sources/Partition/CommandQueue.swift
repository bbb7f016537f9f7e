import Engine

/// Where commands come from: what a share of each turn is given to.
package struct CommandSource: Hashable, Sendable, RawRepresentable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// What attempts report, all together: they share a place in the rounds, as each connection of a face has one.
    package static let attempts = CommandSource(rawValue: 0)
}

/// A command with where it came from, so that it can be put back there.
struct QueuedCommand {
    var command: EngineCommand
    var source: CommandSource
}

/// Commands that wait for a turn: in order within a source, in rounds over the sources, so that no busy one starves others.
struct CommandQueue {
    /// How many commands of a source go before the next one's turn comes.
    private static let share = 16

    private struct Line {
        var commands: [EngineCommand] = []
        var head = 0

        var isEmpty: Bool { head == commands.count }

        mutating func takeFirst() -> EngineCommand {
            let command = commands[head]
            head += 1
            if head >= 1024, head * 2 >= commands.count {
                commands.removeFirst(head)
                head = 0
            }
            return command
        }
    }

    private var lines: [CommandSource: Line] = [:]
    /// Sources with commands, the next one first from `turn` on.
    private var ring: [CommandSource] = []
    private var position = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ command: EngineCommand, from source: CommandSource) {
        if lines[source] == nil { ring.append(source) }
        lines[source, default: Line()].commands.append(command)
        count += 1
    }

    /// Takes up to `limit` commands of about `bytesMax` bytes together, at least one if there is one.
    mutating func take(limit: Int, bytesMax: Int) -> [QueuedCommand] {
        var taken: [QueuedCommand] = []
        taken.reserveCapacity(min(limit, count))
        var bytes = 0
        while count > 0, taken.count < limit, bytes < bytesMax {
            if position >= ring.count { position = 0 }
            let isEmpty = takeShare(of: ring[position], into: &taken, bytes: &bytes, limit: limit, bytesMax: bytesMax)
            if isEmpty { ring.remove(at: position) } else { position += 1 }
        }
        return taken
    }

    /// Takes one source's share; true if nothing is left of it.
    private mutating func takeShare(
        of source: CommandSource,
        into taken: inout [QueuedCommand],
        bytes: inout Int,
        limit: Int,
        bytesMax: Int
    ) -> Bool {
        guard let index = lines.index(forKey: source) else { return true }
        var share = Self.share
        while share > 0, taken.count < limit, bytes < bytesMax, !lines.values[index].isEmpty {
            let command = lines.values[index].takeFirst()
            bytes += command.weight
            taken.append(QueuedCommand(command: command, source: source))
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
        var bySource: [CommandSource: [EngineCommand]] = [:]
        for queued in commands {
            if lines[queued.source] == nil, bySource[queued.source] == nil { ring.append(queued.source) }
            bySource[queued.source, default: []].append(queued.command)
        }
        for (source, earlier) in bySource {
            let later = lines[source].map { $0.commands[$0.head...] } ?? []
            lines[source] = Line(commands: earlier + later)
        }
        count += commands.count
    }

    /// Takes everything, for a stop.
    mutating func drain() -> [EngineCommand] {
        let all = lines.values.flatMap { $0.commands[$0.head...] }
        self = CommandQueue()
        return all
    }
}
