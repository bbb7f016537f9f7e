import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// Cancel and kill in every state (invocations.md, section 5).
@Suite struct TerminationTests {
    @Test(
        "cancel",
        arguments: [
            (InvocationStatus.scheduled, ["answer 4: ended", "answer 3: failure 409 canceled"]),
            (.inboxed, ["answer 4: ended", "answer 3: failure 409 canceled"]),
            (.ready, ["answer 4: cancelRequested", "start 2 v7 open: Start(2) Input Signal[1]=void"]),
            (.running, ["send 2: Signal[1]=void", "answer 4: cancelRequested"]),
            (.backingOff, ["answer 4: cancelRequested", "start 3 v7 open: Start(2) Input Signal[1]=void"]),
            (.suspended, ["answer 4: cancelRequested", "start 3 v7 open: Start(3) Input Sleep(1) Signal[1]=void"]),
            (.paused, ["answer 4: cancelRequested", "start 3 v7 open: Start(2) Input Signal[1]=void"]),
        ]
    )
    func cancel(status: InvocationStatus, lines: [String]) throws {
        let desk = try Desk.with(status, waits: true)
        #expect(try desk.cancel(2) == lines)
        #expect((desk.status(2) == nil) == (status == .scheduled || status == .inboxed))
        #expect(desk.storage.rows.timers.allSatisfy { $0.kind == .sleep })
        #expect(desk.storage.complaints.isEmpty)
    }

    @Test("a cancel wakes what backs off and leaves its count of attempts")
    func cancelWakesABackoff() throws {
        let desk = try Desk.with(.backingOff, waits: true)
        try desk.cancel(2)
        #expect(desk.status(2) == .running)
        #expect(desk.invocation(2)?.attempt.retryCount == 2)
        #expect(desk.invocation(2)?.pendingTimers == 0)
        try desk.report(2, .ended)
        #expect(desk.storage.rows.timers.count == 1)
        #expect(desk.invocation(2)?.pendingTimers == 1)
    }

    @Test(
        "kill",
        arguments: [
            (InvocationStatus.scheduled, [] as [String]), (.inboxed, []), (.ready, []), (.running, ["abort 2"]),
            (.backingOff, []), (.suspended, []), (.paused, []),
        ]
    )
    func kill(status: InvocationStatus, before: [String]) throws {
        let desk = try Desk.with(status, waits: true)
        #expect(try desk.kill(2) == before + ["answer 4: killed", "answer 3: failure 409 killed"])
        let isKept = status != .scheduled && status != .inboxed
        #expect(desk.status(2) == (isKept ? .completed : nil))
        #expect(desk.storage.rows.timers.isEmpty)
        #expect(desk.storage.rows.inbox.isEmpty)
        #expect(desk.storage.rows.locks.values.map(\.rawValue) == [1])
        #expect(desk.storage.complaints.isEmpty)
        #expect(Array(desk.memory.work.counts.values) == [1])
    }

    @Test func completedAndUnknownInvocationsAreRefused() throws {
        let desk = try Desk.with(.completed, waits: true)
        let id = try desk.id(2)
        let completed = "answer 4: refused: The invocation '\(id)' was already completed."
        #expect(try desk.cancel(2) == [completed])
        #expect(try desk.kill(2) == [completed.replacing("answer 4", with: "answer 5")])
        let unknown = InvocationID(partitionKey: 1, high: 2, low: 3)
        let absent = "refused: The requested invocation '\(unknown)' does not exist"
        #expect(try desk.terminate(unknown, .kill) == ["answer 6: \(absent)"])
        #expect(try desk.terminate(unknown, .cancel) == ["answer 7: \(absent)"])
        let forged = InvocationID(partitionKey: id.partitionKey ^ 1, high: id.high, low: id.low)
        #expect(
            try desk.terminate(forged, .kill) == [
                "answer 8: refused: The requested invocation '\(forged)' does not exist"
            ]
        )
    }

    @Test func killFreesTheKeyForTheNextInTheSameTurn() throws {
        let desk = try Desk()
        for _ in 1...3 { try desk.invoke("Counter", "add", key: "k") }
        #expect(desk.storage.rows.inbox.values.first?.map(\.invocation.rawValue) == [2, 3])
        #expect(
            try desk.kill(1) == ["abort 1", "answer 5: killed", "start 2 v7 open: Start(1) Input"]
        )
        #expect(desk.status(2) == .running)
        #expect(desk.storage.rows.locks.values.map(\.rawValue) == [2])
        try desk.receive(2, output, .end)
        try desk.receive(3, output, .end)
        #expect(desk.storage.rows.locks.isEmpty)
    }

    @Test func inboxIsInOrderEvenWithinOneTurn() throws {
        let desk = try Desk()
        try desk.turn { (engine) throws(StorageError) in
            for number in 1...40 as ClosedRange<UInt64> {
                let target = Target(service: "Counter", key: "k", handler: "add")
                let request = InvokeRequest(target: target, input: [], waitsForResult: false)
                try engine.apply(.invoke(request, RequestID(rawValue: 100 + number)))
            }
        }
        for number in 1...40 as ClosedRange<Int64> {
            #expect(desk.status(number) == .running)
            try desk.receive(number, output, .end)
        }
        #expect(desk.storage.rows.locks.isEmpty && desk.storage.rows.inbox.isEmpty)
    }

    @Test func killOfManyOfOneKeyInOneTurnLeavesTheRestInOrder() throws {
        let desk = try Desk()
        for _ in 1...60 { try desk.invoke("Counter", "add", key: "k") }
        let killed = try (1...50 as ClosedRange<Int64>).map { try desk.id($0) }
        try desk.turn { (engine) throws(StorageError) in
            for (index, id) in killed.enumerated() {
                let request = RequestID(rawValue: 1000 + UInt64(index))
                try engine.apply(.operate(.kill, id, actor: "test", request))
            }
        }
        #expect(desk.status(51) == .running)
        #expect(desk.storage.rows.inbox.values.first?.map(\.invocation.rawValue) == Array(52...60))
        #expect(desk.storage.complaints.isEmpty)
    }

    @Test("known fault 8: a kill reaches every child of the tree, called and sent")
    func killReachesTheTree() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, call("Greeter", "relay", id: 1, result: 2), send("Greeter", "relay", id: 3))
        try desk.receive(2, call("Counter", "add", key: "k", id: 1, result: 2))
        try desk.receive(3, send("Counter", "add", key: "k", id: 1))
        #expect(desk.status(5) == .inboxed)
        let lines = try desk.kill(1)
        #expect(lines.filter { $0.hasPrefix("abort") }.count == 4)
        for number in 1...4 as ClosedRange<Int64> { #expect(desk.status(number) == .completed) }
        #expect(desk.storage.rows.locks.isEmpty && desk.storage.rows.inbox.isEmpty)
        #expect(desk.memory.work.running.isEmpty)
        #expect(desk.memory.work.counts.isEmpty)
    }

    @Test("known fault 7: a large tree is killed by bounded turns")
    func largeTreeIsKilledByTheOutbox() throws {
        let desk = try Desk()
        try desk.invoke()
        for id in 1...250 as ClosedRange<UInt32> { try desk.receive(1, send("Greeter", "greet", id: id)) }
        #expect(desk.memory.work.running.count == 251)
        #expect(try desk.kill(1).filter { $0.hasPrefix("abort") }.count == 100)
        #expect(desk.storage.rows.outbox.count == 151)
        try desk.consumeOutbox()
        #expect(desk.storage.rows.outbox.count == 151 - Engine.outboxKillsMax)
        try desk.consumeOutbox()
        #expect(desk.storage.rows.outbox.isEmpty)
        #expect(desk.memory.work.running.isEmpty)
        #expect(desk.storage.rows.invocations.values.allSatisfy { $0.invocation.status == .completed })
    }

    @Test func eventsOfAKilledAttemptAreNotHeard() throws {
        let desk = try Desk()
        try desk.invoke()
        let attempt = try #require(desk.attempt(of: 1)?.id)
        try desk.kill(1)
        let frames = [output.frame(version: 7), ServiceMessage.end.frame(version: 7)]
        for event in [AttemptEvent.received(frames), .ended, .failed(.network("x"))] {
            #expect(try desk.turn { _ in .attempt(attempt, event) } == [])
        }
    }
}
