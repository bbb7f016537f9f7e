import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@testable import Store

/// Openings read by a connection of their own, beside the one that writes.
@Suite struct OpeningReaderTests {
    private let catalog: Catalog
    private let deployment: Deployment

    init() throws {
        let registration = try Catalog().register(
            Sample.discovered("v1:1"),
            options: RegisterOptions(),
            settings: Settings(),
            newID: Fixture.deployment,
            act: OperatorAct(at: Fixture.now, actor: "test")
        )
        catalog = registration.catalog
        deployment = registration.deployment
    }

    private func running(_ input: [UInt8], entries: [JournalRow]) -> RunningInvocation {
        var invocation = Fixture.invocation(1, status: .running)
        invocation.pin = Pin(deployment: deployment.id, protocolVersion: 7)
        invocation.journalLength = 1 + entries.count
        invocation.journalBytes = input.count + entries.reduce(0) { $0 + $1.payload.count }
        let attempt = Attempt(
            id: AttemptID(rawValue: 5),
            invocation: invocation.number,
            protocolVersion: 7,
            stream: .inputOpen,
            inactivityTimeout: .seconds(60),
            abortTimeout: .seconds(60),
            startedAt: Fixture.now,
            sinceLastEntry: .zero,
            entriesAtStart: 1
        )
        return RunningInvocation(invocation: invocation, attempt: attempt)
    }

    private func row(_ index: Int, _ bytes: Int) -> JournalRow {
        JournalRow(
            index: index,
            type: MessageType.runCompletion.rawValue,
            payload: Fixture.bytes(bytes, seed: UInt64(index)),
            appendedAt: Fixture.now
        )
    }

    @Test func readsWhatTheJournalHadAndNothingThatCameSince() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let input = Fixture.bytes(400 << 10)
        let entries = [row(1, 700 << 10), row(2, 10)]
        let running = running(input, entries: entries)
        var writes = WriteSet()
        writes.invocations[running.invocation.number] = WriteSet.InvocationWrite(
            invocation: running.invocation,
            isNew: true,
            input: input
        )
        writes.journal[running.invocation.number] = entries
        try store.commit(writes)
        let opening = try #require(Opening(of: running, catalog: catalog, settings: Settings()))
        let expected = try opening.order(from: store)

        var later = WriteSet()
        later.journal[running.invocation.number] = [row(3, 10)]
        try store.commit(later)

        guard case .opened(let order) = store.openingReader.read(opening) else {
            Issue.record("the opening was not read")
            return
        }
        #expect(order == expected)
        #expect(try opening.smallOrder(input: nil, from: store) == nil)
    }

    @Test func oneThatIsGoneFailsItsAttempt() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let opening = try #require(Opening(of: running([], entries: []), catalog: catalog, settings: Settings()))
        guard case .attempt(AttemptID(rawValue: 5), .failed(.network)) = store.openingReader.read(opening) else {
            Issue.record("an opening was made of nothing")
            return
        }
    }
}
