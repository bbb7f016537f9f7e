import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// What each command of a handler stores and answers (service-protocol.md, sections 6 and 7).
@Suite struct CommandTests {
    private func running(
        _ service: String = "Counter",
        _ handler: String = "add",
        key: String? = "k",
        versions: ClosedRange<Int> = 5...7
    ) throws -> Desk {
        let desk = try Desk(versions: versions)
        try desk.invoke(service, handler, key: key)
        return desk
    }

    @Test(
        "a run's proposal is stored, then told or acknowledged by version",
        arguments: [
            (5, false, "send 1: Run(1)='r'"), (5, true, "send 1: Run(1)='r'"),
            (6, false, "send 1: Run(1)='r'"), (6, true, "send 1: Run(1)='r'"),
            (7, false, "send 1: Run(1)='r'"), (7, true, "send 1: RunAck(1)"),
        ]
    )
    func runAcknowledgement(version: Int, asks: Bool, line: String) throws {
        let desk = try running(versions: version...version)
        #expect(try desk.receive(1, command(.run(completionID: 1))) == [])
        #expect(try desk.receive(1, propose(1, ack: asks)) == [line])
        #expect(try desk.journal(1) == ["Run(1)", "Run(1)='r'"])
        try desk.report(1, .ended)
        desk.now = desk.now.adding(.seconds(1))
        #expect(try desk.fireTimers() == ["start 2 v\(version) open: Start(3) Input Run(1) Run(1)='r'"])
    }

    @Test func requestAndResponseGetNoAnswerWithinTheExchange() throws {
        let desk = try Desk(mode: .requestResponse)
        try desk.invoke()
        let lines = try desk.receive(1, command(.run(completionID: 1)), propose(1, ack: true), suspend(.completion(1)))
        #expect(lines == ["finish 1", "start 2 v7 ended: Start(3) Input Run(1) Run(1)='r'"])
    }

    @Test func secondProposalIsStoredAndAnsweredToo() throws {
        let desk = try running()
        try desk.receive(1, command(.run(completionID: 1)), propose(1, "a", ack: true))
        #expect(try desk.receive(1, propose(1, "b", ack: true)) == ["send 1: RunAck(1)"])
        #expect(try desk.journal(1) == ["Run(1)", "Run(1)='a'", "Run(1)='b'"])
    }

    @Test func failedRunIsStoredAsAFailure() throws {
        let desk = try running()
        let failure = ServiceMessage.proposeRunCompletion(
            completionID: 1,
            result: .failure(Failure(code: 500, message: "x")),
            requestedAck: false
        )
        #expect(try desk.receive(1, command(.run(completionID: 1)), failure) == ["send 1: Run(1)=failure 500"])
    }

    @Test func stateIsReadLazilyAndWritten() throws {
        let desk = try running()
        let name = Array("n".utf8)
        let lines = try desk.receive(
            1,
            command(.getLazyState(key: name, completionID: 1)),
            command(.setState(key: name, value: Array("v".utf8))),
            command(.getLazyState(key: name, completionID: 2)),
            command(.setState(key: [0xff], value: [])),
            command(.getLazyStateKeys(completionID: 3)),
            command(.clearState(key: name)),
            command(.getLazyState(key: name, completionID: 4)),
            command(.clearAllState),
            command(.getLazyStateKeys(completionID: 5))
        )
        #expect(
            lines == [
                "send 1: GetLazyState(1)=void", "send 1: GetLazyState(2)='v'",
                "send 1: GetLazyStateKeys(3)=keys [\"n\", \"\u{fffd}\"]", "send 1: GetLazyState(4)=void",
                "send 1: GetLazyStateKeys(5)=keys []",
            ]
        )
        #expect(desk.storage.rows.state.isEmpty)
    }

    @Test func stateOfOneTurnAndTheNextIsOne() throws {
        let desk = try running()
        try desk.receive(1, command(.setState(key: [1], value: [65])), command(.setState(key: [2], value: [66])))
        #expect(
            try desk.receive(1, command(.clearState(key: [1])), command(.getLazyStateKeys(completionID: 1))).count == 1
        )
        #expect(
            try desk.receive(1, command(.getLazyState(key: [2], completionID: 2))) == ["send 1: GetLazyState(2)='B'"]
        )
        #expect(
            try desk.receive(1, command(.getLazyState(key: [1], completionID: 3))) == ["send 1: GetLazyState(3)=void"]
        )
        try desk.receive(1, output, .end)
        try desk.invoke("Counter", "get", key: "k")
        let opening = desk.actions.compactMap { action in
            if case .start(let order) = action { order.opening } else { nil }
        }
        let frame = try #require(ActionText.decode(opening.first ?? []).first)
        let start = try StartMessage.decode(frame)
        #expect(start.stateMap == [StateEntry(key: [2], value: [66])])
        #expect(!start.partialState)
    }

    @Test func eagerStateBeyondItsLimitIsPartialAndLazyStateIsEmpty() throws {
        for (bytes, lazy, count, partial) in [(6, false, 1, true), (64, false, 2, false), (64, true, 0, true)] {
            var settings = Settings()
            settings.eagerStateBytesMax = bytes
            settings.lazyState = lazy
            let desk = try Desk(settings: settings)
            try desk.invoke("Counter", "add", key: "k")
            try desk.receive(
                1,
                command(.setState(key: [1], value: [1, 2, 3])),
                command(.setState(key: [2], value: [1, 2, 3])),
                output,
                .end
            )
            try desk.invoke("Counter", "get", key: "k")
            guard case .start(let order)? = desk.actions.last else { return }
            let start = try StartMessage.decode(try #require(ActionText.decode(order.opening).first))
            #expect(start.stateMap.count == count && start.partialState == partial, "limit \(bytes), lazy \(lazy)")
        }
    }

    @Test(
        "what a handler may not do ends its attempt and stores nothing",
        arguments: [
            ("Greeter", "greet", nil as String?, command(.setState(key: [1], value: [])), "RT0017"),
            ("Greeter", "greet", nil, command(.clearState(key: [1])), "RT0017"),
            ("Greeter", "greet", nil, command(.clearAllState), "RT0017"),
            ("Greeter", "greet", nil, command(.getLazyState(key: [1], completionID: 1)), "RT0017"),
            ("Greeter", "greet", nil, command(.getLazyStateKeys(completionID: 1)), "RT0017"),
            ("Greeter", "greet", nil, command(.getEagerState(key: [1], result: .void)), "RT0017"),
            ("Greeter", "greet", nil, command(.getEagerStateKeys(keys: [])), "RT0017"),
            ("Counter", "get", "k", command(.setState(key: [1], value: [])), "RT0017"),
            ("Counter", "get", "k", command(.clearState(key: [1])), "RT0017"),
            ("Counter", "get", "k", command(.clearAllState), "RT0017"),
            ("Greeter", "greet", nil, command(.getPromise(key: "p", completionID: 1)), "RT0017"),
            ("Counter", "add", "k", command(.peekPromise(key: "p", completionID: 1)), "RT0017"),
            (
                "Counter", "get", "k",
                command(.completePromise(key: "p", completion: .value([]), completionID: 1)), "RT0017"
            ),
            ("Flow", "tell", "k", command(.setState(key: [1], value: [])), "RT0017"),
            ("Greeter", "greet", nil, command(.completeAwakeable(id: "x", result: .value([]))), "RT0012"),
            (
                "Greeter", "greet", nil, command(.attachInvocation(target: .invocationID("x"), completionID: 1)),
                "RT0017"
            ),
            (
                "Greeter", "greet", nil,
                command(.getInvocationOutput(target: .invocationID(""), completionID: 1)), "RT0017"
            ),
            (
                "Greeter", "greet", nil,
                command(.attachInvocation(target: .workflow(name: "F", key: "k", scope: "s"), completionID: 1)),
                "RT0024"
            ),
            (
                "Greeter", "greet", nil,
                command(
                    .getInvocationOutput(
                        target: .idempotentRequest(
                            serviceName: "Greeter",
                            serviceKey: nil,
                            handlerName: "greet",
                            idempotencyKey: "i",
                            scope: ""
                        ),
                        completionID: 1
                    )
                ), "RT0024"
            ),
            ("Greeter", "greet", nil, call("Nobody", "greet"), "RT0018"),
            ("Greeter", "greet", nil, call("Greeter", "nothing"), "RT0018"),
            ("Greeter", "greet", nil, call("Greeter", "greet", key: "k"), "RT0017"),
            ("Greeter", "greet", nil, call("Greeter", "greet", idempotencyKey: ""), "RT0017"),
            ("Greeter", "greet", nil, call("Greeter", "greet", scope: "s"), "RT0024"),
            ("Greeter", "greet", nil, call("Greeter", "greet", limitKey: "l"), "RT0024"),
            ("Greeter", "greet", nil, send("Nobody", "greet"), "RT0018"),
            ("Greeter", "greet", nil, send("Greeter", "greet", key: "k"), "RT0017"),
            (
                "Greeter", "greet", nil,
                command(.sendSignal(target: "nonsense", id: .signal(17), result: .void)), "RT0012"
            ),
        ]
    )
    func refusals(service: String, handler: String, key: String?, message: ServiceMessage, code: String) throws {
        let desk = try running(service, handler, key: key)
        let target = Target(service: service, key: key, handler: handler).text
        #expect(try desk.receive(1, message, output) == ["abort 1", "note: failed \(target) \(code)"])
        #expect(try desk.journal(1).isEmpty)
        #expect(desk.storage.rows.state.isEmpty)
        #expect(desk.storage.rows.invocations.count == 1)
    }

    @Test func pastAndFutureSleeps() throws {
        let desk = try running()
        let now = UInt64(desk.now.milliseconds)
        for (id, due) in [(1, 0), (2, now - 1), (3, now)] as [(UInt32, UInt64)] {
            let lines = try desk.receive(1, command(.sleep(wakeUpTimeMilliseconds: due, completionID: id)))
            #expect(lines == ["send 1: Sleep(\(id))=void"])
        }
        for (id, due) in [(4, now + 1), (.max, .max)] as [(UInt32, UInt64)] {
            #expect(try desk.receive(1, command(.sleep(wakeUpTimeMilliseconds: due, completionID: id))) == [])
        }
        #expect(desk.storage.rows.timers.map(\.completionID) == [4, .max])
        #expect(desk.invocation(1)?.pendingTimers == 2)
        try desk.receive(1, output, .end)
        #expect(desk.storage.rows.timers.isEmpty)
        #expect(desk.invocation(1)?.pendingTimers == 0)
    }

    /// A service that says a sleep again, in the same breath or later, has one timer of it.
    @Test func aSleepThatIsSaidAgainHasOneTimer() throws {
        let desk = try running()
        let sleep = command(.sleep(wakeUpTimeMilliseconds: UInt64(desk.now.milliseconds + 1), completionID: 1))
        try desk.receive(1, sleep, sleep)
        try desk.receive(1, sleep)
        #expect(desk.storage.rows.timers.count == 1)
        #expect(desk.invocation(1)?.pendingTimers == 1)
        desk.now = desk.now.adding(.seconds(1))
        #expect(try desk.fireTimers() == ["send 1: Sleep(1)=void"])
        #expect(desk.invocation(1)?.pendingTimers == 0)
        #expect(desk.storage.complaints.isEmpty)
    }

    @Test func timersOfTheSameTurnGoWithTheirInvocation() throws {
        let desk = try running()
        let due = UInt64(desk.now.milliseconds + 1)
        try desk.receive(1, command(.sleep(wakeUpTimeMilliseconds: due, completionID: 1)), output, .end)
        #expect(desk.storage.rows.timers.isEmpty)
        #expect(desk.storage.complaints.isEmpty)
    }
}
