import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// Workflows: one run per key, handlers beside it, and what is kept of both (invocations.md, sections 1, 2 and 4).
@Suite struct WorkflowTests {
    private func desk(_ retention: Interval = .hours(1)) throws -> Desk {
        var settings = Settings()
        settings.workflowCompletionRetention = retention
        return try Desk(settings: settings)
    }

    @Test func repeatedSendsNameTheFirstRunAndRepeatedCallsAreRefused() throws {
        let desk = try desk()
        let again = "failure 409 the workflow method was already invoked"
        #expect(try desk.invoke("Flow", "run", key: "k").first == "answer 2: accepted")
        #expect(try desk.invoke("Flow", "run", key: "k") == ["answer 3: previously accepted"])
        #expect(try desk.invoke("Flow", "run", key: "k", waits: true) == ["answer 4: \(again)"])
        #expect(try desk.id(1) == DerivedID.workflow(service: "Flow", key: "k"))
        try desk.receive(1, output, .end)
        #expect(try desk.invoke("Flow", "run", key: "k") == ["answer 5: previously accepted"])
        #expect(try desk.invoke("Flow", "run", key: "k", waits: true) == ["answer 6: \(again)"])
        #expect(try desk.invoke("Flow", "run", key: "l").first == "answer 7: accepted")
    }

    @Test func firstCallWaitsForTheRunAndOthersAttach() throws {
        let desk = try desk()
        try desk.invoke("Flow", "run", key: "k", waits: true)
        let id = DerivedID.workflow(service: "Flow", key: "k")
        #expect(
            try desk.turn { .fetchOutput(id, $0) }
                == ["answer 3: refused: the invocation exists but has not completed yet"]
        )
        #expect(try desk.turn { .attach(id, $0) } == [])
        #expect(
            try desk.receive(1, output, .end)
                == ["finish 1", "answer 2: success 'done'", "answer 4: success 'done'"]
        )
        #expect(try desk.turn { .attach(id, $0) } == ["answer 5: success 'done', stored"])
        #expect(try desk.turn { .fetchOutput(id, $0) } == ["answer 6: success 'done', stored"])
    }

    @Test func scheduledRunIsTheRunOfItsKeyAndFreesItWhenCancelled() throws {
        let desk = try desk()
        let start = desk.now.adding(.seconds(60))
        #expect(try desk.invoke("Flow", "run", key: "k", startAt: start) == ["answer 2: accepted, scheduled"])
        #expect(try desk.invoke("Flow", "run", key: "k") == ["answer 3: previously accepted, scheduled"])
        try desk.cancel(1)
        #expect(try desk.invoke("Flow", "run", key: "k").first == "answer 5: accepted")
    }

    @Test func handlersBesideTheRunReadItsStateBeforeDuringAndAfter() throws {
        let desk = try desk()
        func read(_ number: Int64) throws -> [String] {
            try desk.receive(number, command(.getLazyState(key: [1], completionID: 1)))
        }
        try desk.invoke("Flow", "tell", key: "k")
        #expect(try read(1) == ["send 1: GetLazyState(1)=void"])
        try desk.invoke("Flow", "run", key: "k")
        try desk.receive(2, command(.setState(key: [1], value: [65])))
        try desk.invoke("Flow", "tell", key: "k")
        #expect(try read(3) == ["send 3: GetLazyState(1)='A'"])
        try desk.receive(2, output, .end)
        try desk.invoke("Flow", "tell", key: "k")
        #expect(try read(4) == ["send 4: GetLazyState(1)='A'"])
    }

    /// A run of key `k` with a state and promises, of which one is not completed, that is over.
    private func ended(_ retention: Interval) throws -> Desk {
        let desk = try desk(retention)
        try desk.invoke("Flow", "run", key: "k")
        try desk.receive(
            1,
            command(.setState(key: [1], value: [65])),
            command(.completePromise(key: "p", completion: .value([66]), completionID: 1)),
            command(.getPromise(key: "q", completionID: 2)),
            output,
            .end
        )
        return desk
    }

    private func expectNothingOfTheKey(_ desk: Desk) {
        #expect(desk.storage.rows.state.isEmpty && desk.storage.rows.promises.isEmpty)
        #expect(desk.storage.rows.promiseWaiters.isEmpty)
        #expect(desk.storage.complaints.isEmpty)
    }

    @Test func resultStateAndPromisesGoTogetherAfterTheRetention() throws {
        let desk = try ended(.seconds(60))
        desk.now = desk.now.adding(.seconds(59))
        try desk.expire()
        #expect(!desk.storage.rows.state.isEmpty && desk.storage.rows.promises.count == 2)
        desk.now = desk.now.adding(.seconds(1))
        try desk.expire()
        expectNothingOfTheKey(desk)
        #expect(desk.storage.rows.invocations.isEmpty)
        #expect(try desk.invoke("Flow", "run", key: "k").first == "answer 3: accepted")
    }

    @Test func runWithoutRetentionLeavesNothing() throws {
        let desk = try ended(.zero)
        try desk.expire()
        expectNothingOfTheKey(desk)
        #expect(desk.storage.rows.invocations.isEmpty)
    }

    @Test func newRunAfterTheRetentionBeginsWithNothingThoughTheOldOneIsStillThere() throws {
        let desk = try ended(.seconds(60))
        desk.now = desk.now.adding(.seconds(60))
        #expect(try desk.invoke("Flow", "run", key: "k").last == "start 2 v7 open: Start(1) Input")
        expectNothingOfTheKey(desk)
        try desk.receive(
            2,
            command(.setState(key: [1], value: [67])),
            command(.completePromise(key: "p", completion: .value([68]), completionID: 1))
        )
        try desk.expire()
        #expect(desk.status(1) == nil && desk.status(2) == .running)
        #expect(desk.storage.rows.state.count == 1 && desk.storage.rows.promises.count == 1)
    }

    @Test func purgeTakesStateAndPromisesWithTheRun() throws {
        let desk = try ended(.hours(1))
        #expect(try desk.operate(1, .purge) == "purged")
        expectNothingOfTheKey(desk)
        #expect(try desk.invoke("Flow", "run", key: "k").first?.hasSuffix("accepted") ?? false)
    }

    @Test func whoeverWaitsForAPromiseThatGoesIsToldSo() throws {
        let desk = try ended(.seconds(60))
        let waiters = 150
        for _ in 0..<waiters { try desk.invoke("Flow", "tell", key: "k") }
        for number in 2..<2 + waiters {
            let get = command(.getPromise(key: "q", completionID: 1))
            try desk.receive(Int64(number), get, suspend(.completion(1)))
        }
        desk.now = desk.now.adding(.seconds(60))
        try desk.expire()
        #expect(desk.status(1) == .completed)
        try desk.expire()
        #expect(desk.status(1) == nil)
        expectNothingOfTheKey(desk)
        for number in 2..<2 + waiters {
            #expect(try desk.journal(Int64(number)) == ["GetPromise(1)", "GetPromise(1)=failure 410"])
        }
    }

    @Test func killedRunIsOverAndItsKeyStaysTaken() throws {
        let desk = try desk()
        try desk.invoke("Flow", "run", key: "k", waits: true)
        #expect(try desk.kill(1).contains("answer 2: failure 409 killed"))
        #expect(try desk.invoke("Flow", "run", key: "k") == ["answer 4: previously accepted"])
    }

    @Test func handlersCallARunOnce() throws {
        let desk = try desk()
        try desk.invoke()
        #expect(
            try desk.receive(1, call("Flow", "run", key: "k", idempotencyKey: "i")) == [
                "send 1: CallInvocationId(1)=id", "start 2 v7 open: Start(1) Input",
            ]
        )
        #expect(desk.invocation(2)?.head.idempotencyKey == nil)
        #expect(
            try desk.receive(1, call("Flow", "run", key: "k", id: 3, result: 4)) == [
                "send 1: CallInvocationId(3)=id", "send 1: Call(4)=failure 409",
            ]
        )
        #expect(try desk.receive(1, send("Flow", "run", key: "k", id: 5)) == ["send 1: CallInvocationId(5)=id"])
        #expect(try desk.receive(2, output, .end) == ["finish 2", "send 1: Call(2)='done'"])
        #expect(desk.storage.rows.invocations.count == 2)
    }

    @Test func runsAreNotRestarted() throws {
        let desk = try ended(.hours(1))
        #expect(try desk.operate(1, .restartAsNew(from: 0, .keep)).hasPrefix("422"))
    }
}
