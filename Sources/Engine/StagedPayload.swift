import DurableModel

/// Names a payload that is written before its row; never used twice by a process.
package struct StagedPayloadID: Sendable, Hashable, RawRepresentable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A payload that is written before the row it belongs to, since it is too long for one turn.
///
/// The row still comes with the whole payload. A store that finds that it has these bytes already takes them; one that
/// stages nothing writes them then. So staging saves time, and nothing depends on it.
package struct StagedPayload: Sendable {
    package let id: StagedPayloadID
    package let bytes: [UInt8]

    package init(id: StagedPayloadID, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }
}

/// What one turn writes of a staged payload: pieces follow each other without gaps, the first one at 0.
package struct StagedPiece: Sendable {
    package let payload: StagedPayload
    /// How many pieces lie before it.
    package let index: Int
    /// Where in the payload it lies.
    package let range: Range<Int>

    package init(payload: StagedPayload, index: Int, range: Range<Int>) {
        self.payload = payload
        self.index = index
        self.range = range
    }
}

extension WriteSet {
    /// The payloads longer than `limit` that these writes put into rows.
    package func payloads(longerThan limit: Int) -> [[UInt8]] {
        var found: [[UInt8]] = []
        func look(at payload: [UInt8]?) {
            if let payload, payload.count > limit { found.append(payload) }
        }
        for (_, write) in invocations.sorted(by: { $0.key < $1.key }) {
            look(at: write.input)
            look(at: write.output)
        }
        for (_, rows) in journal.sorted(by: { $0.key < $1.key }) { for row in rows { look(at: row.payload) } }
        var values: [[UInt8]] = []
        for write in state.values { values += write.values.values.compactMap { $0 } }
        for case .value(let value)? in promises.values { values.append(value) }
        // In an order that follows from what is written, not from the process.
        let long = values.filter { $0.count > limit }
        for value in long.count > 1 ? long.sorted(by: { $0.lexicographicallyPrecedes($1) }) : long { look(at: value) }
        return found
    }
}

extension EngineCommand {
    /// Whether it brings a payload of more than `limit` bytes.
    package func hasPayload(longerThan limit: Int) -> Bool {
        switch self {
        case .invoke(let request, _): request.input.count > limit
        case .attempt(_, .received(let frames)): frames.contains { $0.payload.count > limit }
        case .completeAwakeable(_, .value(let value), _): value.count > limit
        case .completeAwakeable(_, .failure(let failure), _): failure.message.utf8.count > limit
        default: false
        }
    }
}

extension Engine {
    /// Writes pieces of payloads whose commands are decided later, and removes payloads whose commands never will be.
    package mutating func stage(_ pieces: [StagedPiece], abandoning abandoned: [StagedPayloadID]) {
        writes.stagedPieces += pieces
        writes.abandonedPayloads += abandoned
    }

    /// Lets the rows of this turn take payloads that are written already; what none takes is removed.
    package mutating func adopt(_ payloads: [StagedPayload]) { writes.adoptedPayloads += payloads }
}
