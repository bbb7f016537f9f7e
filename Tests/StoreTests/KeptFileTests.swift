import DurableModel
import Engine
import Testing

@testable import Store

/// Files of every schema that was ever released, opened by this program for ever.
struct KeptFileTests {
    /// Opens a copy of a kept file.
    private func open(_ name: String) throws -> (TemporaryDirectory, SQLiteStore) {
        let directory = try TemporaryDirectory()
        let fixtures = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let bytes = read("/\(fixtures)/Fixtures/\(name)")
        try #require(!bytes.isEmpty)
        write(bytes, to: directory.path + "/perdure.db")
        return (directory, try SQLiteStore(directory: directory.path))
    }

    @Test func schema1OpensAndHasItsRows() throws {
        let (directory, store) = try open("schema-1.db")
        let number = Fixture.number(7)
        let id = InvocationID(partitionKey: 42, high: 0x1111, low: 0x2222)
        let deployment = DeploymentID(high: 1, low: 2)
        let key = ServiceKey(service: "Counter", key: "k")
        let invocation = try #require(try store.invocation(derivedID: id))
        #expect(invocation.number == number)
        #expect(invocation.head.target == Target(service: "Counter", key: "k", handler: "add"))
        #expect(invocation.head.handlerType == .exclusive)
        #expect(invocation.pin == Pin(deployment: deployment, protocolVersion: 6))
        #expect(invocation.status == .completed)
        #expect(try store.input(of: number) == [1])
        #expect(try store.journal(of: number, from: 1, limit: 9).map(\.payload) == [[0x0a], [2]])
        #expect(try store.expired(at: .never, limit: 9) == [number])
        #expect(try store.state(of: key, named: [0x6e]) == [0x2a])
        #expect(try store.lockHolder(of: key) == number)
        #expect(
            try store.inbox(of: key, after: 0, limit: 9)
                == [InboxEntry(key: key, sequence: 5, invocation: Fixture.number(9))]
        )
        #expect(
            try store.timers(of: Fixture.number(9)) == [
                InvocationTimer(
                    due: Timestamp(milliseconds: 1_790_000_009_000),
                    invocation: Fixture.number(9),
                    kind: .sleep,
                    completionID: 3
                )
            ]
        )
        #expect(
            try store.outbox(after: 0, limit: 9) == [OutboxItem(sequence: 4, effect: .deliver(source: number))]
        )
        #expect(
            try store.attachments(to: number, limit: 9) == [
                Attachment(
                    invocation: number,
                    waiter: Fixture.number(9),
                    completionID: 3,
                    completionType: 0x800D
                )
            ]
        )
        #expect(
            try store.counts()
                == [CountKey(deployment: deployment, service: "Counter", handler: "add", status: .suspended): 2]
        )
        #expect(try store.marks().invocationNumberReserved == 1000)
        let revision = try store.catalog().deployment(deployment)?.service(named: "Counter")
        #expect(revision?.revision == 3)
        #expect(revision?.service.handler(named: "add")?.options.retryPolicy.attemptsMax == 5)
        withExtendedLifetime(directory) {}
    }
}
