import Engine
import Testing

@testable import Store

/// Payloads that lie apart from their rows.
struct PayloadTests {
    private func chunks(_ store: SQLiteStore) throws -> Int64? {
        try store.database.integer("SELECT count(*) FROM payload_chunks")
    }

    @Test func largePayloadsComeBackWholeAndGoWithTheirOwner() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let sizes = [0, 1, 16 << 10, (16 << 10) + 1, 256 << 10, (256 << 10) + 1, (512 << 10) - 1, 32 << 20]
        for size in sizes {
            let payload = Fixture.bytes(size)
            let invocation = Fixture.invocation(1)
            let row = JournalRow(index: 1, type: 0x0411, payload: payload, appendedAt: Fixture.now)
            var writes = WriteSet()
            writes.invocations[invocation.number] = .init(
                invocation: invocation,
                isNew: true,
                input: payload,
                output: payload
            )
            writes.journal[invocation.number] = [row]
            writes.state[Fixture.key, default: .init()].values[[1]] = .some(payload)
            try store.commit(writes)
            #expect(try store.input(of: invocation.number) == payload, "\(size)")
            #expect(try store.output(of: invocation.number) == payload, "\(size)")
            #expect(try store.journal(of: invocation.number, from: 1, limit: 9) == [row], "\(size)")
            #expect(try store.state(of: Fixture.key, named: [1]) == payload, "\(size)")
            #expect(try store.state(of: Fixture.key, bytesMax: size).isWhole == false)
            #expect(try store.state(of: Fixture.key, bytesMax: size + 1).entries.first?.value == payload)

            var again = WriteSet()
            again.invocations[invocation.number] = .init(invocation: invocation, isNew: false, output: [1])
            again.state[Fixture.key, default: .init()].values[[1]] = .some([2])
            try store.commit(again)
            var end = WriteSet()
            end.removedInvocations = [invocation.number]
            end.state[Fixture.key, default: .init()].clearsAll = true
            try store.commit(end)
            #expect(try chunks(store) == 0, "\(size)")
        }
    }

    @Test func stagedPayloadsWithoutAnOwnerAreSweptAtTheStart() throws {
        let directory = try TemporaryDirectory()
        var store: SQLiteStore? = try SQLiteStore(directory: directory.path)
        try store?.database.execute(
            """
            INSERT INTO staged_payloads VALUES (5), (6);
            INSERT INTO payload_chunks VALUES (5 << 16, x'01'), ((5 << 16) + 1, x'02'), (6 << 16, x'03'), (7 << 16, x'04');
            """
        )
        store = nil
        store = try SQLiteStore(directory: directory.path)
        #expect(try store?.database.integer("SELECT count(*) FROM payload_chunks") == 1)
        #expect(try store?.database.integer("SELECT count(*) FROM staged_payloads") == 0)
    }

    @Test func aRowWhoseChunksAreGoneIsRefused() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        var writes = WriteSet()
        writes.invocations[Fixture.number(1)] = .init(
            invocation: Fixture.invocation(1),
            isNew: true,
            input: Fixture.bytes(300_000)
        )
        try store.commit(writes)
        try store.database.execute("DELETE FROM payload_chunks")
        #expect(throws: StorageError.self) { try store.input(of: Fixture.number(1)) }
    }
}
