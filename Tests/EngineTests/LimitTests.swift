import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// What happens past the limits of a key's inbox and of a journal.
@Suite struct LimitTests {
    private func desk(inbox: Int? = nil, journal: Int = 256 << 20) throws -> Desk {
        var settings = Settings()
        settings.inboxLengthMax = inbox
        settings.journalBytesMax = journal
        settings.retryPolicy = RetryPolicy(
            initialInterval: .seconds(1),
            factor: 2,
            intervalMax: .seconds(5),
            attemptsMax: 1,
            onMaxAttempts: .pause
        )
        return try Desk(settings: settings)
    }

    private func isTurnedAway(_ desk: Desk) -> Bool {
        desk.actions.contains { action in
            if case .answer(_, .refused(.inboxFull(_, lengthMax: 2))) = action { true } else { false }
        }
    }

    @Test func callersOfAFullInboxAreTurnedAwayUntilThereIsRoom() throws {
        let desk = try desk(inbox: 2)
        for _ in 1...3 {
            try desk.invoke("Counter", "add", key: "k")
            #expect(!isTurnedAway(desk))
        }
        try desk.invoke("Counter", "add", key: "k")
        #expect(isTurnedAway(desk))
        #expect(desk.invocation(4) == nil)
        try desk.invoke("Counter", "add", key: "other")
        #expect(!isTurnedAway(desk), "each key has an inbox of its own")
        try desk.invoke("Counter", "get", key: "k")
        #expect(!isTurnedAway(desk), "a shared handler waits for nobody")
        try desk.receive(1, output, .end)
        try desk.invoke("Counter", "add", key: "k")
        #expect(!isTurnedAway(desk))
    }

    @Test func whatIsAcceptedAlreadyIsQueuedHoweverLongTheInboxIs() throws {
        let desk = try desk(inbox: 2)
        for _ in 1...3 { try desk.invoke("Counter", "add", key: "k", idempotencyKey: "i") }
        #expect(desk.invocation(2) == nil, "an idempotency key joins the call there is")
        for _ in 1...2 { try desk.invoke("Counter", "add", key: "k") }
        try desk.invoke("Counter", "add", key: "k", startAt: desk.now.adding(.seconds(1)))
        #expect(!isTurnedAway(desk), "a delayed call does not wait for its key yet")
        desk.now = desk.now.adding(.seconds(1))
        try desk.fireTimers()
        #expect(desk.status(4) == .inboxed)
        try desk.invoke("Greeter", "relay")
        try desk.receive(5, send("Counter", "add", key: "k"))
        #expect(desk.status(6) == .inboxed, "a handler cannot be told to try again")
        try desk.invoke("Counter", "add", key: "k", idempotencyKey: "i")
        #expect(!isTurnedAway(desk))
        try desk.invoke("Counter", "add", key: "k")
        #expect(isTurnedAway(desk))
    }

    @Test func callersOfOneTurnAreCountedToo() throws {
        let desk = try desk(inbox: 2)
        let request = InvokeRequest(
            target: Target(service: "Counter", key: "k", handler: "add"),
            input: [],
            idempotencyKey: nil,
            startAt: nil,
            waitsForResult: false
        )
        let requests = (0..<5).map { _ in desk.request() }
        try desk.turn { (engine) throws(StorageError) in
            for id in requests { try engine.apply(.invoke(request, id)) }
        }
        #expect(desk.storage.rows.invocations.count == 3)
        #expect(isTurnedAway(desk))
    }

    @Test func aJournalThatWouldGrowTooLargeFailsItsAttemptAndKeepsWhatItHas() throws {
        let desk = try desk(journal: 1000)
        try desk.invoke()
        try desk.receive(1, command(.run(completionID: 1)), propose(1, String(repeating: "x", count: 500)))
        let journal = try desk.journal(1)
        try desk.receive(1, command(.run(completionID: 2)), propose(2, String(repeating: "y", count: 500)))
        #expect(try Array(desk.journal(1).dropLast()) == journal, "the command before had room")
        let invocation = try #require(desk.invocation(1))
        #expect(invocation.status == .paused)
        #expect(invocation.attempt.lastFailure?.documentedCode == "RT0003")
        #expect(invocation.attempt.lastFailure?.message.contains("journal-size-limit") == true)
    }

    @Test func entriesWithoutContentsFillAJournalToo() throws {
        let desk = try desk(journal: 1000)
        try desk.invoke("Counter", "add", key: "k")
        for _ in 1...20 where desk.status(1) == .running { try desk.receive(1, command(.clearAllState)) }
        #expect(desk.status(1) == .paused)
        #expect((10...16).contains(desk.invocation(1)?.journalLength ?? 0))
    }

    @Test func whatCompletesCommandsIsAlwaysStored() throws {
        let desk = try desk(journal: 1000)
        try desk.invoke()
        try desk.receive(
            1,
            command(.sleep(wakeUpTimeMilliseconds: UInt64(desk.now.milliseconds + 1000), completionID: 1))
        )
        desk.change { $0.journalBytesMax = 10 }
        desk.now = desk.now.adding(.seconds(1))
        try desk.fireTimers()
        #expect(try desk.journal(1).count == 2)
        #expect(desk.status(1) == .running)
    }
}
