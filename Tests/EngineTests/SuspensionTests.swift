import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@Suite struct SuspensionTests {
    private func due(_ desk: Desk, in milliseconds: Int64) -> UInt64 { UInt64(desk.now.milliseconds + milliseconds) }

    private func sleeping(_ desk: Desk, _ id: UInt32, for milliseconds: Int64 = 5000) -> ServiceMessage {
        command(.sleep(wakeUpTimeMilliseconds: due(desk, in: milliseconds), completionID: id))
    }

    @Test func suspendsAndWakesWhenItComes() throws {
        let desk = try Desk()
        try desk.invoke()
        #expect(try desk.receive(1, sleeping(desk, 1), suspend(.completion(1), .cancelSignal)) == ["finish 1"])
        let suspended = try #require(desk.invocation(1))
        #expect(suspended.status == .suspended)
        #expect(suspended.attempt.retryCount == 0)
        #expect(suspended.awaiting == .flat([.completion(1), .cancelSignal]))
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers() == ["start 2 v7 open: Start(3) Input Sleep(1) Sleep(1)=void"])
        #expect(desk.invocation(1)?.awaiting == nil)
        #expect(desk.storage.rows.timers.isEmpty)
    }

    @Test func whatHasComeMeanwhileStartsTheNextAttemptAtOnce() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, sleeping(desk, 1))
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers() == ["send 1: Sleep(1)=void"])
        #expect(
            try desk.receive(1, suspend(.completion(1)))
                == ["finish 1", "start 2 v7 open: Start(3) Input Sleep(1) Sleep(1)=void"]
        )
    }

    @Test func unknownIdIsAViolation() throws {
        let desk = try Desk()
        try desk.invoke()
        #expect(
            try desk.receive(1, sleeping(desk, 1), suspend(.completion(1), .completion(2)))
                == ["abort 1", "note: failed Greeter/greet RT0012"]
        )
        #expect(try desk.journal(1) == ["Sleep(1)"])
    }

    @Test func signalsNeedNoCommand() throws {
        let desk = try Desk()
        try desk.invoke()
        #expect(try desk.receive(1, suspend(.signal(17), .namedSignal("go"))) == ["finish 1"])
        #expect(desk.status(1) == .suspended)
    }

    @Test func emptyAwaitIsAViolation() throws {
        let desk = try Desk()
        try desk.invoke()
        let nothing = ServiceMessage.suspension(Awaiting(combinator: .allCompleted))
        #expect(try desk.receive(1, nothing) == ["abort 1", "note: failed Greeter/greet RT0012"])
    }

    @Test(
        "known fault 1: a suspension on a run of its own that was never proposed wakes at once",
        arguments: [
            Awaiting.flat([.completion(1)]),
            .flat([.completion(1), .completion(2), .cancelSignal]),
            Awaiting(combinator: .allCompleted, leaves: [.completion(1), .completion(2)]),
            Awaiting(combinator: .allSucceededOrFirstFailed, leaves: [.completion(2), .completion(1)]),
            Awaiting(
                combinator: .firstCompleted,
                leaves: [.cancelSignal],
                children: [Awaiting(combinator: .allCompleted, leaves: [.completion(1), .completion(2)])]
            ),
        ]
    )
    func openRunWakes(awaiting: Awaiting) throws {
        let desk = try Desk()
        try desk.invoke()
        let lines = try desk.receive(1, command(.run(completionID: 1)), sleeping(desk, 2), .suspension(awaiting))
        #expect(lines == ["finish 1", "start 2 v7 open: Start(3) Input Run(1) Sleep(2)"])
    }

    @Test("an attempt that suspends on its own open run and stores nothing backs off, and at last pauses")
    func openRunWithoutProgressBacksOff() throws {
        let desk = try Desk(settings: twoAttempts)
        try desk.invoke()
        let lines = try desk.receive(1, command(.run(completionID: 1)), suspend(.completion(1)))
        #expect(lines == ["finish 1", "start 2 v7 open: Start(2) Input Run(1)"])
        #expect(try desk.receive(1, suspend(.completion(1))) == ["finish 2", "note: failed Greeter/greet RT0012"])
        let invocation = try #require(desk.invocation(1))
        #expect(invocation.status == .backingOff)
        #expect(invocation.attempt.retryCount == 1)
        #expect(try #require(invocation.attempt.nextRetryAt) >= desk.now.adding(.seconds(1)))
        desk.now = desk.now.adding(.seconds(2))
        #expect(try desk.fireTimers() == ["start 3 v7 open: Start(2) Input Run(1)"])
        #expect(try desk.receive(1, suspend(.completion(1))) == ["finish 3", "note: paused Greeter/greet RT0012"])
    }

    @Test("a suspension on what the attempt began with backs off; one that crossed a notification does not")
    func suspensionOnWhatIsThereBacksOff() throws {
        let desk = try Desk(mode: .requestResponse)
        try desk.invoke()
        try desk.receive(1, sleeping(desk, 1), suspend(.completion(1)))
        desk.now = desk.now.adding(.seconds(5))
        try desk.fireTimers()
        #expect(try desk.receive(1, suspend(.completion(1))) == ["finish 2", "note: failed Greeter/greet RT0012"])
        #expect(desk.status(1) == .backingOff)
        desk.now = desk.now.adding(.seconds(1))
        try desk.fireTimers()
        // On its way, what is waited for comes.
        try desk.cancel(1)
        let lines = try desk.receive(1, suspend(.cancelSignal))
        #expect(lines.first == "finish 3")
        #expect(desk.status(1) == .running)
    }

    /// What handlers are by whose code a cancel is caught: they go on to compensate, and SDKs name the cancel in all awaits.
    @Test(
        "what a service knew when it began does not wake it, news does",
        arguments: [
            Awaiting.flat([.completion(2), .cancelSignal]),
            Awaiting(
                combinator: .firstCompleted,
                leaves: [.cancelSignal],
                children: [Awaiting(combinator: .allCompleted, leaves: [.completion(2)])]
            ),
        ]
    )
    func whatWasKnownDoesNotWake(awaiting: Awaiting) throws {
        let desk = try Desk(mode: .requestResponse)
        try desk.invoke()
        try desk.receive(1, sleeping(desk, 1), suspend(.completion(1), .cancelSignal))
        try desk.cancel(1)
        try desk.receive(1, sleeping(desk, 2), .suspension(awaiting))
        #expect(desk.status(1) == .suspended)
        #expect(
            desk.invocation(1)?.awaiting?.allLeaves.sorted { "\($0)" < "\($1)" } == [.completion(2), .cancelSignal]
        )
        try desk.restart()
        desk.now = desk.now.adding(.seconds(5))
        try desk.fireTimers()
        #expect(desk.status(1) == .running)
        #expect(desk.invocation(1)?.attempt.lastFailure == nil)
    }

    @Test("a second cancel, and a second signal of a name, wake what knew the first")
    func theNextSignalWakes() throws {
        for signal in [NotificationID.cancelSignal, .namedSignal("x")] {
            let desk = try Desk(mode: .requestResponse)
            try desk.invoke()
            let id = try #require(desk.invocation(1)?.head.id)
            func give() throws {
                if signal == .cancelSignal { return _ = try desk.cancel(1) }
                try desk.invoke("Greeter", "relay")
                let helper = Int64(desk.storage.rows.invocations.count)
                let gift = command(.sendSignal(target: id.description, id: signal, result: .value([1])))
                try desk.receive(helper, gift, command(.output(.value([]))), .end)
            }
            try desk.receive(1, suspend(signal))
            try give()
            #expect(desk.status(1) == .running)
            try desk.receive(1, sleeping(desk, 1), suspend(signal, .completion(1)))
            #expect(desk.status(1) == .suspended)
            try give()
            #expect(desk.status(1) == .running)
        }
    }

    @Test("a service that suspends after each step is not slowed down")
    func progressIsNotSlowedDown() throws {
        let desk = try Desk(mode: .requestResponse)
        try desk.invoke()
        for step in 1...5 as ClosedRange<UInt32> {
            let lines = try desk.receive(
                1,
                command(.run(completionID: step)),
                propose(step),
                suspend(.completion(step))
            )
            #expect(lines.count == 2)
            #expect(desk.status(1) == .running)
        }
    }

    private var twoAttempts: Settings {
        var settings = Settings()
        settings.retryPolicy = RetryPolicy(
            initialInterval: .seconds(1),
            factor: 2,
            intervalMax: .seconds(5),
            attemptsMax: 2,
            onMaxAttempts: .pause
        )
        return settings
    }

    @Test func allCompletedWaitsForAll() throws {
        let desk = try Desk()
        try desk.invoke()
        let all = Awaiting(
            combinator: .firstCompleted,
            leaves: [.cancelSignal],
            children: [Awaiting(combinator: .allCompleted, leaves: [.completion(1), .completion(2)])]
        )
        try desk.receive(1, sleeping(desk, 1, for: 1000), sleeping(desk, 2, for: 2000), .suspension(all))
        desk.now = desk.now.adding(.seconds(1))
        #expect(try desk.fireTimers() == [])
        #expect(desk.status(1) == .suspended)
        desk.now = desk.now.adding(.seconds(1))
        #expect(
            try desk.fireTimers() == [
                "start 2 v7 open: Start(5) Input Sleep(1) Sleep(2) Sleep(1)=void Sleep(2)=void"
            ]
        )
    }

    @Test func bothOfAllInOneTurnWakeOnce() throws {
        let desk = try Desk()
        try desk.invoke()
        let all = Awaiting(combinator: .allCompleted, leaves: [.completion(1), .completion(2)])
        try desk.receive(1, sleeping(desk, 1, for: 1000), sleeping(desk, 2, for: 1000), .suspension(all))
        desk.now = desk.now.adding(.seconds(1))
        #expect(try desk.fireTimers().count == 1)
        #expect(desk.status(1) == .running)
    }

    @Test func v5SuspendsOnAFlatSetThatAnyWakes() throws {
        let desk = try Desk(versions: 5...5)
        try desk.invoke()
        try desk.receive(
            1,
            sleeping(desk, 1, for: 1000),
            sleeping(desk, 2, for: 9000),
            .suspension(Awaiting(combinator: .allCompleted, leaves: [.completion(1), .completion(2)]))
        )
        desk.now = desk.now.adding(.seconds(1))
        #expect(
            try desk.fireTimers() == ["start 2 v5 open: Start(4) Input Sleep(1) Sleep(2) Sleep(1)=void"]
        )
    }

    @Test func awaitsNestedTooDeeplyPause() throws {
        let desk = try Desk()
        try desk.invoke()
        var deep = Awaiting(combinator: .allCompleted, leaves: [.cancelSignal])
        for _ in 0...Awaiting.depthMax { deep = Awaiting(combinator: .allCompleted, children: [deep]) }
        #expect(try desk.receive(1, .suspension(deep)) == ["abort 1", "note: paused Greeter/greet RT0025"])
        #expect(desk.status(1) == .paused)
    }

    @Test func whatAnAttemptAwaitsIsKeptForPeople() throws {
        let desk = try Desk()
        try desk.invoke()
        func awaiting(_ ids: NotificationID...) -> ServiceMessage {
            .awaitingOn(.flat(ids), executingSideEffects: false)
        }
        #expect(try desk.receive(1, sleeping(desk, 1), awaiting(.completion(1), .cancelSignal)) == [])
        #expect(desk.invocation(1)?.lastAwaitingOn == .flat([.completion(1), .cancelSignal]))
        #expect(try desk.receive(1, awaiting(.signal(17), .namedSignal("x"))) == [])
        #expect(desk.invocation(1)?.lastAwaitingOn == .flat([.signal(17), .namedSignal("x")]))
        #expect(desk.status(1) == .running)
        try desk.report(1, .ended)
        desk.now = desk.now.adding(.seconds(1))
        try desk.fireTimers()
        #expect(desk.invocation(1)?.lastAwaitingOn == nil)
        #expect(try desk.receive(1, awaiting(.completion(1))) == [], "made by an earlier attempt")
        #expect(desk.status(1) == .running)
    }

    @Test func awaitOnWhatNoCommandMadeIsAViolation() throws {
        let desk = try Desk()
        try desk.invoke()
        let awaiting = ServiceMessage.awaitingOn(
            Awaiting(combinator: .allCompleted, children: [.flat([.completion(1)]), .flat([.completion(2)])]),
            executingSideEffects: true
        )
        #expect(
            try desk.receive(1, sleeping(desk, 1), awaiting, output) == [
                "abort 1", "note: failed Greeter/greet RT0012",
            ]
        )
        #expect(try desk.journal(1) == ["Sleep(1)"])
    }

    @Test func suspendedWorkSurvivesARestart() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, sleeping(desk, 1), suspend(.completion(1)))
        try desk.restart()
        #expect(desk.waiting.isEmpty)
        desk.now = desk.now.adding(.seconds(60))
        #expect(try desk.fireTimers().count == 1)
    }
}
