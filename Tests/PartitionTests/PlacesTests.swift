import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

/// Who has the places when there are fewer than there is work.
@Suite struct PlacesTests {
    /// Two places, taken by sleepers for an hour, and somebody who waits.
    private func crowded(abortTimeout: Interval = .seconds(600)) throws -> Bench {
        var settings = Settings()
        settings.attemptsMax = 2
        settings.abortTimeout = abortTimeout
        let bench = try Bench(settings: settings)
        for number in 1...2 as ClosedRange<Int64> {
            bench.invoke()
            try bench.turn()
            bench.receive(number, sleep(until: bench.now.adding(.hours(1)), 1))
            try bench.turn()
        }
        bench.invoke()
        try bench.turns()
        #expect(bench.status(3) == .ready)
        return bench
    }

    @Test("known fault 39: a sleeper gives its place to one who can work, long before the inactivity timeout")
    func sleepersGiveUpTheirPlaces() throws {
        let bench = try crowded()
        let first = try #require(bench.attempt(of: 1))
        bench.pass(1)
        #expect(bench.hasWork(at: bench.now))
        #expect(try bench.turns() == ["endInput \(first.rawValue)"], "one is enough for one who waits")
        bench.receive(1, .suspension(.flat([.completion(1)])))
        try bench.turns()
        #expect(bench.status(1) == .suspended)
        #expect(bench.status(2) == .running)
        #expect(bench.status(3) == .running)
    }

    @Test("V7: who says that it waits gives up its place in the next turn")
    func aDeclaredWaitGivesUpItsPlaceAtOnce() throws {
        let bench = try crowded()
        let second = try #require(bench.attempt(of: 2))
        bench.receive(2, .awaitingOn(.flat([.completion(1)]), executingSideEffects: false))
        try bench.turn()
        #expect(bench.hasWork(at: bench.now))
        #expect(try bench.turns() == ["endInput \(second.rawValue)"])
    }

    /// What the second attempt of a crowded house may await: a sleep (1), a call (3), a step that is recorded (4), one that is
    /// not (5), an awakeable.
    private func awaiting(_ tree: Awaiting) throws -> (bench: Bench, attempt: AttemptID) {
        let bench = try crowded()
        let second = try #require(bench.attempt(of: 2))
        let call = CallCommand(
            serviceName: "Counter",
            handlerName: "add",
            key: "k",
            invocationIDNotificationIndex: 2,
            resultCompletionID: 3
        )
        bench.receive(2, command(.call(call)), command(.run(completionID: 4)), command(.run(completionID: 5)))
        bench.receive(2, .proposeRunCompletion(completionID: 4, result: .value([1]), requestedAck: true))
        try bench.turns()
        // A turn of its own: what was sent in the last one is not what it waits for.
        bench.now = bench.now.adding(Interval(milliseconds: 1))
        bench.receive(2, .awaitingOn(tree, executingSideEffects: false))
        try bench.turn()
        return (bench, second)
    }

    private static let timer = NotificationID.completion(1)
    private static let callee = NotificationID.completion(3)
    private static let recorded = NotificationID.completion(4)
    private static let open = NotificationID.completion(5)
    private static let awakeable = NotificationID.signal(17)

    private static func tree(_ combinator: Combinator, _ leaves: NotificationID..., and children: Awaiting...)
        -> Awaiting
    {
        Awaiting(combinator: combinator, leaves: leaves, children: children)
    }

    @Test(
        "V7: who awaits nothing but timers, calls and signals gives up its place, however they are combined",
        arguments: [
            tree(.firstCompleted, timer, callee, awakeable, .cancelSignal),
            tree(.allCompleted, timer, callee),
            tree(.firstSucceededOrAllFailed, callee, awakeable),
            tree(.allSucceededOrFirstFailed, callee, .namedSignal("go")),
            tree(.unknown, and: tree(.unknown, timer)),
            tree(.firstCompleted, .cancelSignal, and: tree(.allCompleted, timer, and: tree(.firstCompleted, callee))),
            // The step is done: only the sleep is waited for.
            tree(.allCompleted, timer, recorded),
            tree(.firstCompleted, .cancelSignal, and: tree(.allSucceededOrFirstFailed, recorded, callee)),
        ]
    )
    func whoOnlyWaitsGivesUpItsPlace(tree: Awaiting) throws {
        let (bench, attempt) = try awaiting(tree)
        #expect(try bench.turns() == ["endInput \(attempt.rawValue)"])
    }

    @Test(
        "V7: who awaits a step of its own, or what is there already, keeps its place until it is silent",
        arguments: [
            tree(.firstCompleted, open),
            tree(.allCompleted, timer, open),
            tree(.firstCompleted, .cancelSignal, and: tree(.allSucceededOrFirstFailed, open, callee)),
            tree(.firstCompleted, recorded),
            tree(.firstCompleted, recorded, timer),
            tree(.firstCompleted, .cancelSignal, and: tree(.allCompleted, recorded)),
        ]
    )
    func whoDoesNotOnlyWaitKeepsItsPlace(tree: Awaiting) throws {
        let (bench, second) = try awaiting(tree)
        #expect(try bench.turns() == [])
        let first = try #require(bench.attempt(of: 1))
        bench.now = bench.now.adding(Interval(milliseconds: 30))
        #expect(try bench.turns() == ["endInput \(first.rawValue)"], "the one that has been silent for longer")
        bench.invoke()
        #expect(try bench.turns().count == 1, "accepted, and nobody is asked for it yet")
        bench.now = bench.now.adding(Interval(milliseconds: 250))
        #expect(try bench.turns() == ["endInput \(second.rawValue)"])
    }

    @Test func whoDoesSomethingBesideKeepsItsPlace() throws {
        let bench = try crowded()
        bench.receive(2, .awaitingOn(.flat([.completion(1)]), executingSideEffects: true))
        try bench.turn()
        #expect(try bench.turns() == [])
    }

    @Test func whoIsToldSomethingAfterItsAwaitKeepsItsPlace() throws {
        let bench = try crowded()
        bench.receive(2, sleep(until: bench.now, 2), .awaitingOn(.flat([.completion(2)]), executingSideEffects: false))
        #expect(try bench.turns() == ["send 2: Sleep(2)=void"])
    }

    @Test("V5 and V6: a silence after a sleep or a call is enough, one in the middle of work is not")
    func silenceAfterAWaitIsShort() throws {
        let bench = try crowded()
        let first = try #require(bench.attempt(of: 1))
        bench.receive(2, command(.run(completionID: 2)))
        try bench.turns()
        bench.now = bench.now.adding(Interval(milliseconds: 30))
        #expect(try bench.turns() == ["endInput \(first.rawValue)"])
        bench.invoke()
        bench.now = bench.now.adding(Interval(milliseconds: 100))
        #expect(try bench.turns().count == 1, "the other one has begun a step, which may last")
    }

    @Test func noMoreAreAskedThanAreNeeded() throws {
        let bench = try crowded()
        bench.pass(1)
        try bench.turns()
        bench.pass(1)
        #expect(try bench.turns() == [], "the first has been asked and will go")
    }

    @Test func whoIsNotInTheWayKeepsItsPlace() throws {
        let bench = try crowded()
        bench.receive(3, output, .end)
        bench.receive(1, output, .end)
        try bench.turns()
        #expect(bench.status(3) == .running)
        bench.pass(10)
        #expect(try bench.turns() == [])
    }

    @Test func whoSaysSomethingInThatTurnKeepsItsPlaceAndTheNextIsAsked() throws {
        let bench = try crowded()
        let second = try #require(bench.attempt(of: 2))
        bench.pass(1)
        bench.receive(1, command(.run(completionID: 2)))
        #expect(try bench.turns() == [])
        bench.pass(1)
        #expect(try bench.turns() == ["endInput \(second.rawValue)"])
    }

    @Test func theTimeUntilTheAbortIsTheSame() throws {
        let bench = try crowded(abortTimeout: .seconds(100))
        bench.pass(1)
        try bench.turns()
        bench.pass(157)
        try bench.turns()
        #expect(bench.status(1) == .running, "60 s of inactivity and 100 s until the abort are not over")
        bench.pass(3)
        try bench.turns()
        #expect(bench.status(1) == .backingOff)
    }

    @Test("known fault 40: the turn that ends a call of a hot key begins the next one")
    func hotKeysDoNotWait() throws {
        let bench = try Bench()
        for _ in 1...16 { bench.invoke("Counter", "add", key: "hot") }
        try bench.turns()
        for number in 1...15 as ClosedRange<Int64> {
            #expect(bench.status(number) == .running)
            #expect(bench.status(number + 1) == .inboxed)
            let commits = bench.storage.commitCount
            bench.receive(number, output, .end)
            try bench.turn()
            #expect(bench.status(number + 1) == .running)
            #expect(bench.storage.commitCount == commits + 1)
        }
    }
}
