import DurableModel
import Engine
import Testing

@testable import Store

/// Payloads written in pieces before their row.
@Suite struct StagedPayloadTests {
    private let directory: TemporaryDirectory
    private let payload = Fixture.bytes(700 << 10)

    init() throws { directory = try TemporaryDirectory() }

    private func stage(_ store: SQLiteStore, _ id: UInt64, pieces: Range<Int>) throws {
        for index in pieces {
            var writes = WriteSet()
            let start = index * (256 << 10)
            let range = start..<min(payload.count, start + (256 << 10))
            writes.stagedPieces = [StagedPiece(payload: staged(id), index: index, range: range)]
            try store.commit(writes)
        }
    }

    private func staged(_ id: UInt64) -> StagedPayload {
        StagedPayload(id: StagedPayloadID(rawValue: id), bytes: payload)
    }

    private func row(adopting ids: [UInt64]) -> WriteSet {
        var writes = WriteSet()
        let invocation = Fixture.invocation(1)
        writes.invocations[invocation.number] = WriteSet.InvocationWrite(
            invocation: invocation,
            isNew: true,
            input: payload
        )
        writes.adoptedPayloads = ids.map(staged)
        return writes
    }

    private func count(_ table: String, in store: SQLiteStore) throws -> Int64? {
        try store.database.integer("SELECT count(*) FROM \(table)")
    }

    @Test func aRowTakesWhatIsWrittenAlready() throws {
        let store = try SQLiteStore(directory: directory.path)
        try stage(store, 1, pieces: 0..<3)
        #expect(try count("payload_chunks", in: store) == 3)
        try store.commit(row(adopting: [1]))
        #expect(try count("payload_chunks", in: store) == 3)
        #expect(try count("staged_payloads", in: store) == 0)
        #expect(try store.input(of: Fixture.number(1)) == payload)
    }

    @Test func aPayloadWithoutARowIsRemoved() throws {
        let store = try SQLiteStore(directory: directory.path)
        try stage(store, 1, pieces: 0..<2)
        var writes = WriteSet()
        writes.abandonedPayloads = [StagedPayloadID(rawValue: 1)]
        try store.commit(writes)
        #expect(try count("payload_chunks", in: store) == 0)
        #expect(try count("staged_payloads", in: store) == 0)
    }

    @Test(arguments: 1...3) func aNewStartSweepsWhatNoRowNames(pieces: Int) throws {
        do {
            let store = try SQLiteStore(directory: directory.path)
            try stage(store, 1, pieces: 0..<pieces)
        }
        let store = try SQLiteStore(directory: directory.path)
        #expect(try count("payload_chunks", in: store) == 0)
        #expect(try count("staged_payloads", in: store) == 0)
    }

    @Test func twoRowsNeverShareOnePayload() throws {
        let store = try SQLiteStore(directory: directory.path)
        try stage(store, 1, pieces: 0..<3)
        var writes = row(adopting: [1])
        let second = Fixture.invocation(2)
        writes.invocations[second.number] = WriteSet.InvocationWrite(invocation: second, isNew: true, input: payload)
        try store.commit(writes)
        #expect(try count("payload_chunks", in: store) == 6)
        #expect(try store.input(of: Fixture.number(1)) == payload)
        #expect(try store.input(of: Fixture.number(2)) == payload)
    }

    @Test func aRefusedTurnTakesNothing() throws {
        let store = try SQLiteStore(directory: directory.path)
        try stage(store, 1, pieces: 0..<3)
        var refused = row(adopting: [1])
        let missing = Fixture.invocation(9)
        refused.invocations[missing.number] = WriteSet.InvocationWrite(invocation: missing, isNew: false)
        #expect(throws: StorageError.self) { try store.commit(refused) }
        try store.commit(row(adopting: [1]))
        #expect(try count("payload_chunks", in: store) == 3)
        #expect(try count("staged_payloads", in: store) == 0)
        #expect(try store.input(of: Fixture.number(1)) == payload)
    }

    @Test func whatNoRowTakesGoesWithTheTurnThatDecides() throws {
        let store = try SQLiteStore(directory: directory.path)
        try stage(store, 1, pieces: 0..<3)
        var writes = WriteSet()
        writes.adoptedPayloads = [staged(1)]
        try store.commit(writes)
        #expect(try count("payload_chunks", in: store) == 0)
        #expect(try count("staged_payloads", in: store) == 0)
    }

    @Test func anAbandonedPayloadIsNeverTaken() throws {
        let store = try SQLiteStore(directory: directory.path)
        try stage(store, 1, pieces: 0..<2)
        var writes = row(adopting: [])
        writes.abandonedPayloads = [StagedPayloadID(rawValue: 1)]
        try store.commit(writes)
        #expect(try count("payload_chunks", in: store) == 3)
        #expect(try count("staged_payloads", in: store) == 0)
        #expect(try store.input(of: Fixture.number(1)) == payload)
    }

    @Test func aPieceWhoseTurnWasRefusedIsWrittenAgain() throws {
        let store = try SQLiteStore(directory: directory.path)
        for pieces in [0..<1, 1..<2, 2..<3] {
            var refused = WriteSet()
            let missing = Fixture.invocation(9)
            refused.invocations[missing.number] = WriteSet.InvocationWrite(invocation: missing, isNew: false)
            let start = pieces.lowerBound * (256 << 10)
            let range = start..<min(payload.count, start + (256 << 10))
            refused.stagedPieces = [StagedPiece(payload: staged(1), index: pieces.lowerBound, range: range)]
            #expect(throws: StorageError.self) { try store.commit(refused) }
            try stage(store, 1, pieces: pieces)
        }
        try store.commit(row(adopting: [1]))
        #expect(try count("payload_chunks", in: store) == 3)
        #expect(try store.input(of: Fixture.number(1)) == payload)
    }

    @Test func aPieceWithoutThoseBeforeItIsRefused() throws {
        let store = try SQLiteStore(directory: directory.path)
        #expect(throws: StorageError.self) { try stage(store, 1, pieces: 1..<2) }
    }
}
