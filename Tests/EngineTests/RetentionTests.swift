import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@Suite struct RetentionTests {
    private func desk(journal: Interval, idempotency: Interval = .hours(1)) throws -> Desk {
        var settings = Settings()
        settings.journalRetention = journal
        settings.idempotencyRetention = idempotency
        return try Desk(settings: settings)
    }

    @Test func journalGoesFirstThenTheWhole() throws {
        let desk = try desk(journal: .seconds(10), idempotency: .seconds(30))
        try desk.invoke(idempotencyKey: "i")
        try desk.receive(1, command(.run(completionID: 1)), propose(1), output, .end)
        #expect(try desk.journal(1).count == 3)
        try desk.expire()
        #expect(try desk.journal(1).count == 3)
        desk.now = desk.now.adding(.seconds(10))
        try desk.expire()
        #expect(try desk.journal(1).isEmpty)
        #expect(desk.invocation(1)?.journalIsGone == true)
        let id = try desk.id(1)
        #expect(try desk.turn { .attach(id, $0) } == ["answer 3: success 'done', stored"])
        desk.now = desk.now.adding(.seconds(20))
        try desk.expire()
        #expect(desk.storage.rows.invocations.isEmpty)
        #expect(desk.storage.complaints.isEmpty)
    }

    @Test func zeroRetentionFreesAtOnce() throws {
        let desk = try desk(journal: .zero)
        try desk.invoke("Counter", "add", key: "k", waits: true)
        let due = UInt64(desk.now.milliseconds + 1000)
        let sleep = command(.sleep(wakeUpTimeMilliseconds: due, completionID: 1))
        #expect(try desk.receive(1, sleep, output, .end) == ["finish 1", "answer 2: success 'done'"])
        #expect(desk.storage.rows.invocations.isEmpty)
        #expect(desk.storage.rows.journal.isEmpty && desk.storage.rows.timers.isEmpty)
        #expect(desk.storage.rows.locks.isEmpty)
    }

    @Test func whatHasExpiredIsInvisibleAtOnce() throws {
        let desk = try desk(journal: .seconds(10), idempotency: .seconds(10))
        try desk.invoke(idempotencyKey: "i")
        try desk.receive(1, output, .end)
        let id = try desk.id(1)
        desk.now = desk.now.adding(.seconds(9))
        #expect(try desk.turn { .fetchOutput(id, $0) } == ["answer 3: success 'done', stored"])
        desk.now = desk.now.adding(.seconds(1))
        let gone = "refused: invocation '\(id)' not found"
        #expect(try desk.turn { .fetchOutput(id, $0) } == ["answer 4: \(gone)"])
        #expect(try desk.turn { .attach(id, $0) } == ["answer 5: \(gone)"])
        #expect(
            try desk.terminate(id, .kill) == ["answer 6: refused: The requested invocation '\(id)' does not exist"]
        )
    }

    @Test func idempotencyKeyIsFreeAfterItsRetention() throws {
        let desk = try desk(journal: .seconds(10), idempotency: .seconds(10))
        try desk.invoke(idempotencyKey: "i")
        try desk.receive(1, output, .end)
        desk.now = desk.now.adding(.seconds(9))
        #expect(try desk.invoke(idempotencyKey: "i") == ["answer 3: previously accepted"])
        #expect(try desk.invoke(idempotencyKey: "i", waits: true) == ["answer 4: success 'done', stored"])
        desk.now = desk.now.adding(.seconds(1))
        #expect(try desk.invoke(idempotencyKey: "i").first == "answer 5: accepted")
        #expect(desk.status(2) == .running)
        #expect(try desk.invoke(idempotencyKey: "i") == ["answer 6: previously accepted"])
        try desk.expire()
        #expect(desk.status(1) == nil)
        #expect(try desk.invoke(idempotencyKey: "i") == ["answer 7: previously accepted"])
    }

    @Test func idempotencyIsPerTargetAndKey() throws {
        let desk = try desk(journal: .hours(1))
        try desk.invoke("Counter", "add", key: "a", idempotencyKey: "i")
        for (handler, key, id) in [("add", "b", "i"), ("get", "a", "i"), ("add", "a", "j")] {
            #expect(
                try desk.invoke("Counter", handler, key: key, idempotencyKey: id).first?.hasSuffix("accepted") ?? false
            )
        }
        #expect(desk.storage.rows.invocations.count == 4)
    }

    @Test func repeatedScheduledCallTellsWhenItStarts() throws {
        let desk = try desk(journal: .hours(1))
        let start = desk.now.adding(.seconds(60))
        #expect(try desk.invoke(idempotencyKey: "i", startAt: start) == ["answer 2: accepted, scheduled"])
        #expect(try desk.invoke(idempotencyKey: "i") == ["answer 3: previously accepted, scheduled"])
    }

    @Test func outputOfWhatHasNotCompletedIsRefused() throws {
        let desk = try desk(journal: .hours(1))
        try desk.invoke()
        let id = try desk.id(1)
        #expect(
            try desk.turn { .fetchOutput(id, $0) }
                == ["answer 3: refused: the invocation exists but has not completed yet"]
        )
        #expect(try desk.turn { .attach(id, $0) } == [])
        #expect(try desk.receive(1, output, .end) == ["finish 1", "answer 4: success 'done'"])
    }

    @Test func scheduledWorkStartsWhenDueAndTakesItsKeyThen() throws {
        let desk = try desk(journal: .hours(1))
        try desk.invoke("Counter", "add", key: "k", startAt: desk.now.adding(.seconds(60)))
        try desk.invoke("Counter", "add", key: "k")
        #expect(desk.status(2) == .running)
        desk.now = desk.now.adding(.seconds(60))
        #expect(try desk.fireTimers() == [])
        #expect(desk.status(1) == .inboxed)
        #expect(try desk.receive(2, output, .end) == ["finish 1", "start 2 v7 open: Start(1) Input"])
    }
}
