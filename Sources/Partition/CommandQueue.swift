import Engine

/// Where commands come from: what a share of each turn is given to.
package struct CommandSource: Hashable, Sendable, RawRepresentable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// What attempts report, all together: they share a place in the rounds, as each connection of a face has one.
    package static let attempts = CommandSource(rawValue: 0)
}

/// Commands that wait for a turn: in order within a source, in rounds over the sources, so that no busy one starves others.
struct CommandQueue {
    /// How many commands of a source go before the next one's turn comes.
    private static let share = 16

    private struct Line {
        var commands: [EngineCommand] = []
        var head = 0
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
    mutating func take(limit: Int, bytesMax: Int) -> [EngineCommand] {
        var taken: [EngineCommand] = []
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
        into taken: inout [EngineCommand],
        bytes: inout Int,
        limit: Int,
        bytesMax: Int
    ) -> Bool {
        guard let index = lines.index(forKey: source) else { return true }
        var share = Self.share
        while share > 0, taken.count < limit, bytes < bytesMax {
            let head = lines.values[index].head
            guard head < lines.values[index].commands.count else { break }
            let command = lines.values[index].commands[head]
            lines.values[index].head += 1
            bytes += command.weight
            taken.append(command)
            count -= 1
            share -= 1
        }
        guard lines.values[index].head < lines.values[index].commands.count else {
            lines.remove(at: index)
            return true
        }
        if lines.values[index].head >= 1024 {
            lines.values[index].commands.removeFirst(lines.values[index].head)
            lines.values[index].head = 0
        }
        return false
    }

    /// Takes everything, for a stop.
    mutating func drain() -> [EngineCommand] {
        let all = lines.values.flatMap { $0.commands[$0.head...] }
        self = CommandQueue()
        return all
    }
}
