import DurableModel
import Engine

/// Commands with long payloads on their way to the queue: those payloads are written in pieces by the turns before the one
/// that decides, in rounds over the sources, while the commands of others go on.
///
/// Invariant: what follows such a command from the same source is held here until the command is decided.
struct StagingTable {
    private struct Payload {
        let payload: StagedPayload
        var bytesWritten = 0
        var piecesWritten = 0

        var isWhole: Bool { bytesWritten == payload.bytes.count }
    }

    private struct Entry {
        var queued: QueuedCommand
        var payloads: [Payload]
        /// How many of the payloads are written.
        var wholeCount = 0
        /// What came since, in order.
        var followers: [QueuedCommand] = []

        var isWhole: Bool { wholeCount == payloads.count }
        var weight: Int { queued.weight + payloads.reduce(0) { $0 + $1.payload.bytes.count } }
    }

    private var entries: [CommandSource: Entry] = [:]
    /// Sources with something to write, the next one first.
    private var ring: [CommandSource] = []
    private var lastID: UInt64 = 0
    /// What waits here weighs, with what was made of it.
    private(set) var bytes = 0
    /// What is written of commands that will not be decided: the next turn removes it.
    private(set) var abandoned: [StagedPayloadID] = []
    /// While the disk has no room nothing is written.
    private var pausedUntil = Timestamp(milliseconds: .min)

    var isEmpty: Bool { entries.isEmpty }

    /// Whether a turn has something to write.
    func hasWork(at now: Timestamp) -> Bool { (!ring.isEmpty || !abandoned.isEmpty) && !isPaused(at: now) }

    func isPaused(at now: Timestamp) -> Bool { pausedUntil > now }

    func holds(_ source: CommandSource) -> Bool { entries[source] != nil }

    /// Whether a payload is one that a command waits for, or to be removed.
    func knows(_ id: StagedPayloadID) -> Bool {
        abandoned.contains(id) || entries.values.contains { $0.payloads.contains { $0.payload.id == id } }
    }

    // MARK: Taking in

    /// Holds a command if it follows one that is here; false if it follows none.
    mutating func hold(_ queued: QueuedCommand) -> Bool {
        guard let index = entries.index(forKey: queued.source) else { return false }
        entries.values[index].followers.append(queued)
        bytes += queued.weight
        return true
    }

    /// Takes a command whose payloads are to be written first; its source has none here.
    mutating func insert(_ queued: QueuedCommand, payloads: [[UInt8]]) {
        let staged = payloads.map { bytes in
            lastID += 1
            return Payload(payload: StagedPayload(id: StagedPayloadID(rawValue: lastID), bytes: bytes))
        }
        entries[queued.source] = Entry(queued: queued, payloads: staged)
        bytes += entries[queued.source]?.weight ?? 0
        ring.append(queued.source)
    }

    // MARK: Writing

    /// What the next turn writes, about `bytesMax`: a piece for one source after the other.
    func pieces(bytesMax: Int, pieceBytes: Int) -> [QueuedPiece] {
        var pieces: [QueuedPiece] = []
        var bytes = 0
        var unwritten = ring.compactMap { source in entries[source].map { ($0, source) } }
        while bytes < bytesMax, !unwritten.isEmpty {
            for place in unwritten.indices where bytes < bytesMax {
                guard let piece = Self.takePiece(of: &unwritten[place].0, pieceBytes) else { continue }
                pieces.append(QueuedPiece(source: unwritten[place].1, piece: piece))
                bytes += piece.range.count
            }
            unwritten.removeAll { $0.0.isWhole }
        }
        return pieces
    }

    /// The next piece of a command's payloads, noted as written.
    private static func takePiece(of entry: inout Entry, _ pieceBytes: Int) -> StagedPiece? {
        guard !entry.isWhole else { return nil }
        let next = entry.payloads[entry.wholeCount]
        let end = min(next.payload.bytes.count, next.bytesWritten + pieceBytes)
        let piece = StagedPiece(
            payload: next.payload,
            index: next.piecesWritten,
            range: next.bytesWritten..<end
        )
        entry.payloads[entry.wholeCount].bytesWritten = end
        entry.payloads[entry.wholeCount].piecesWritten += 1
        if entry.payloads[entry.wholeCount].isWhole { entry.wholeCount += 1 }
        return piece
    }

    /// Whether the command that a piece is written for is still here.
    func wants(_ queued: QueuedPiece) -> Bool {
        entries[queued.source]?.payloads.contains { $0.payload.id == queued.piece.payload.id } ?? false
    }

    /// Notes pieces that are on disk; gives back the commands that can be decided now.
    mutating func wrote(_ pieces: [QueuedPiece], pieceBytes: Int) -> [QueuedCommand] {
        var whole: [QueuedCommand] = []
        var served: [CommandSource] = []
        for queued in pieces {
            guard wants(queued), let index = entries.index(forKey: queued.source) else { continue }
            _ = Self.takePiece(of: &entries.values[index], pieceBytes)
            if served.last != queued.source { served.append(queued.source) }
            guard entries.values[index].isWhole else { continue }
            var decidable = entries.values[index].queued
            decidable.staged = entries.values[index].payloads.map(\.payload)
            whole.append(decidable)
        }
        let gone = Set(served)
        ring.removeAll { gone.contains($0) }
        var back: Set<CommandSource> = []
        for source in served where entries[source]?.isWhole == false && back.insert(source).inserted {
            ring.append(source)
        }
        return whole
    }

    // MARK: Letting go

    /// Forgets a command that is decided or dismissed; gives back what was held behind it.
    mutating func release(_ source: CommandSource) -> [QueuedCommand] {
        ring.removeAll { $0 == source }
        guard let entry = entries.removeValue(forKey: source) else { return [] }
        bytes -= entry.weight + entry.followers.reduce(0) { $0 + $1.weight }
        return entry.followers
    }

    /// Gives up what is written for a command that will not be decided.
    mutating func abandon(_ payloads: [StagedPayload]) { abandoned += payloads.map(\.id) }

    /// Forgets what was given up and is removed by now, or never will be.
    mutating func forget(_ ids: [StagedPayloadID]) {
        guard !ids.isEmpty else { return }
        let gone = Set(ids)
        abandoned.removeAll { gone.contains($0) }
    }

    mutating func pause(until moment: Timestamp) { pausedUntil = moment }

    /// The command that payloads of a source are written for.
    func command(of source: CommandSource) -> QueuedCommand? {
        guard let entry = entries[source] else { return nil }
        var queued = entry.queued
        queued.staged = entry.payloads.map(\.payload)
        return queued
    }

    /// The commands here, and those held behind them, that `isMeant` names and that are not in the queue. The latter are
    /// taken out; the former are the caller's to release.
    mutating func take(where isMeant: (EngineCommand) -> Bool) -> (
        unwritten: [QueuedCommand], followers: [QueuedCommand]
    ) {
        var followers: [QueuedCommand] = []
        for source in entries.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            let gone = entries[source]?.followers.filter { isMeant($0.command) } ?? []
            entries[source]?.followers.removeAll { isMeant($0.command) }
            bytes -= gone.reduce(0) { $0 + $1.weight }
            followers += gone
        }
        let unwritten = ring.compactMap(command).filter { isMeant($0.command) }
        return (unwritten, followers)
    }
}

/// A piece with the source of the command that it is written for.
struct QueuedPiece {
    var source: CommandSource
    var piece: StagedPiece
}
