import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@Suite struct PauseTests {
    @Test("a running attempt is asked to suspend, and its suspension is the pause")
    func suspensionPauses() throws {
        let desk = try Desk.with(.running)
        #expect(try desk.operate(2, .pause) == "pauseRequested")
        #expect(desk.actions.map(ActionText.line).contains("endInput 2"))
        #expect(desk.invocation(2)?.pauseRequested == true)
        try desk.receive(2, desk.sleepCommand(), suspend(.completion(1)))
        #expect(desk.status(2) == .paused)
        #expect(desk.invocation(2)?.pauseRequested == false)
        #expect(desk.invocation(2)?.awaiting == nil)
        #expect(desk.events(2) == ["1: paused"])
        // What comes meanwhile is kept and wakes nobody.
        desk.now = desk.now.adding(.seconds(61))
        try desk.fireTimers()
        #expect(desk.status(2) == .paused)
        #expect(try desk.journal(2) == ["Sleep(1)", "Sleep(1)=void"])
        #expect(try desk.operate(2, .resume(.keep)) == "resumed")
        #expect(desk.status(2) == .running)
        #expect(desk.faults.isEmpty)
    }

    @Test func aSuspensionOnWhatHasComePausesToo() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        try desk.receive(2, command(.run(completionID: 1)), propose(1), suspend(.completion(1)))
        #expect(desk.status(2) == .paused)
    }

    @Test("an attempt that ends with a result completes")
    func anEndWins() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        try desk.receive(2, output, .end)
        #expect(desk.status(2) == .completed)
        #expect(desk.invocation(2)?.pauseRequested == false)
        #expect(desk.events(2).isEmpty)
    }

    @Test("a failed attempt is the pause, and the next one is not waited for")
    func failurePauses() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        try desk.report(2, .failed(.network("gone")))
        #expect(desk.status(2) == .paused)
        #expect(desk.invocation(2)?.attempt.retryCount == 0)
        #expect(desk.invocation(2)?.attempt.lastFailure?.documentedCode == "RT0010")
        #expect(desk.events(2) == ["0: transient RT0010", "0: paused"])
        #expect(desk.storage.rows.timers.isEmpty)
    }

    @Test("the abort timeout cuts a service off that does not come to rest")
    func theAbortTimeoutHolds() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        let attempt = try #require(desk.attempt(of: 2))
        #expect(attempt.stream == .inputEnded)
        desk.now = attempt.deadline
        try desk.turn { (engine) throws(StorageError) in _ = try engine.deadlinePassed(of: attempt.id) }
        #expect(desk.status(2) == .paused)
        #expect(desk.actions.map(ActionText.line).contains("abort 2"))
    }

    @Test func aRequestResponseAttemptHasNoInputToEnd() throws {
        let desk = try Desk.with(.running, mode: .requestResponse)
        #expect(try desk.operate(2, .pause) == "pauseRequested")
        #expect(!desk.actions.map(ActionText.line).contains("endInput 2"))
        try desk.receive(2, desk.sleepCommand(), suspend(.completion(1)))
        #expect(desk.status(2) == .paused)
    }

    @Test("a wish to pause outlives the daemon")
    func theWishIsKept() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        try desk.restart()
        try desk.turn { _ in }
        #expect(desk.status(2) == .paused)
        #expect(desk.status(1) == .running)
        #expect(desk.faults.isEmpty)
    }

    @Test func askingTwiceAsksTheServiceOnce() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        #expect(try desk.operate(2, .pause) == "pauseRequested")
        #expect(!desk.actions.map(ActionText.line).contains("endInput 2"))
    }

    @Test("a resume takes the wish back")
    func resumeTakesItBack() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        #expect(try desk.operate(2, .resume(.keep)) == "resumed")
        try desk.receive(2, desk.sleepCommand(), suspend(.completion(1)))
        #expect(desk.status(2) == .suspended)
    }

    @Test("a cancel takes the wish back: the handler is to see it")
    func cancelTakesItBack() throws {
        let desk = try Desk.with(.running)
        try desk.operate(2, .pause)
        #expect(try desk.operate(2, .cancel) == "cancelRequested")
        try desk.receive(2, desk.sleepCommand(), suspend(.completion(1), .cancelSignal))
        #expect(desk.status(2) == .running)
        #expect(desk.faults.isEmpty)
    }

    @Test("what is paused keeps its key")
    func theKeyIsKept() throws {
        let desk = try Desk.with(.backingOff)
        try desk.operate(2, .pause)
        try desk.invoke("Counter", "add", key: "k")
        #expect(desk.status(3) == .inboxed)
        #expect(desk.storage.rows.timers.isEmpty)
        try desk.operate(2, .kill)
        #expect(desk.status(3) == .running)
        #expect(desk.faults.isEmpty)
    }
}

/// Events beside the journal's entries.
@Suite struct JournalEventTests {
    @Test("equal failures in a row are one event")
    func equalFailuresCollapse() throws {
        let desk = try Desk.with(.running)
        for text in ["a", "a", "b", "b", "a"] {
            try desk.report(2, .failed(.network(text)))
            desk.now = desk.now.adding(.seconds(100))
            try desk.fireTimers()
        }
        #expect(desk.events(2).count == 3)
        #expect(desk.invocation(2)?.eventCount == 3)
    }

    @Test func anAutomaticPauseSaysWhy() throws {
        let desk = try Desk.with(.paused)
        #expect(desk.events(2) == ["0: paused RT0007"])
    }

    @Test("events are bounded, and go with the journal")
    func eventsAreBounded() throws {
        var settings = Settings()
        settings.retryPolicy.attemptsMax = nil
        let desk = try Desk.with(.running, settings: settings)
        for turn in 0..<1100 {
            try desk.report(2, .failed(.network("\(turn)")))
            desk.now = desk.now.adding(.seconds(100))
            try desk.fireTimers()
        }
        #expect(desk.events(2).count == 1000)
        try desk.operate(2, .kill)
        #expect(desk.events(2).count == 1000)
        try desk.operate(2, .purgeJournal)
        #expect(desk.events(2).isEmpty)
        #expect(desk.faults.isEmpty)
    }
}
