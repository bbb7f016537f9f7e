import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@Suite struct CallTests {
    @Test func newCalleeStartsInTheTurnOfTheCall() throws {
        let desk = try Desk()
        try desk.invoke(waits: true)
        let lines = try desk.receive(1, call("Counter", "add", key: "k"), suspend(.completion(2), .cancelSignal))
        #expect(lines == ["send 1: CallInvocationId(1)=id", "finish 1", "start 2 v7 open: Start(1) Input"])
        #expect(try desk.journal(1) == ["Call(1,2)", "CallInvocationId(1)=id"])
        let callee = try #require(desk.invocation(2))
        #expect(callee.head.target == Target(service: "Counter", key: "k", handler: "add"))
        #expect(
            try desk.receive(2, output, .end) == [
                "finish 2", "start 3 v7 open: Start(4) Input Call(1,2) CallInvocationId(1)=id Call(2)='done'",
            ]
        )
        #expect(try desk.receive(1, output, .end) == ["finish 3", "answer 2: success 'done'"])
    }

    @Test func failureOfTheCalleeReachesItsCaller() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, call("Counter", "add", key: "k"))
        let failure = command(.output(.failure(Failure(code: 418, message: "teapot"))))
        #expect(try desk.receive(2, failure, .end) == ["finish 2", "send 1: Call(2)=failure 418"])
    }

    @Test func emptyKeyOfAnObjectIsAKey() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, call("Counter", "add"))
        #expect(desk.invocation(2)?.head.target.key == "")
        #expect(desk.storage.rows.locks[ServiceKey(service: "Counter", key: "")] == InvocationNumber(rawValue: 2))
    }

    @Test func idempotentCallOfARunningInvocationAttaches() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k", idempotencyKey: "i", waits: true)
        try desk.invoke()
        #expect(
            try desk.receive(2, call("Counter", "add", key: "k", idempotencyKey: "i"))
                == ["send 2: CallInvocationId(1)=id"]
        )
        #expect(desk.storage.rows.invocations.count == 2)
        #expect(
            try desk.receive(1, output, .end)
                == ["finish 1", "send 2: Call(2)='done'", "answer 2: success 'done'"]
        )
        #expect(desk.storage.rows.attachments.isEmpty)
    }

    @Test func idempotentCallOfACompletedInvocationIsToldItsIdThenItsResult() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k", idempotencyKey: "i")
        try desk.receive(1, output, .end)
        try desk.invoke()
        #expect(
            try desk.receive(2, call("Counter", "add", key: "k", idempotencyKey: "i"))
                == ["send 2: CallInvocationId(1)=id", "send 2: Call(2)='done'"]
        )
    }

    @Test func idempotentCallsOfOneTurnMeet() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(
            1,
            call("Counter", "add", key: "k", idempotencyKey: "i", id: 1, result: 2),
            call("Counter", "add", key: "k", idempotencyKey: "i", id: 3, result: 4),
            send("Counter", "add", key: "k", idempotencyKey: "i", id: 5)
        )
        #expect(desk.storage.rows.invocations.count == 2)
        #expect(
            try desk.receive(2, output, .end)
                == ["finish 2", "send 1: Call(2)='done'", "send 1: Call(4)='done'"]
        )
    }

    @Test func delayedSendIsScheduledAndStartsWhenDue() throws {
        let desk = try Desk()
        try desk.invoke()
        let due = UInt64(desk.now.milliseconds + 5000)
        #expect(try desk.receive(1, send("Counter", "add", key: "k", at: due)) == ["send 1: CallInvocationId(1)=id"])
        #expect(desk.status(2) == .scheduled)
        #expect(desk.storage.rows.locks.isEmpty)
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers() == ["start 2 v7 open: Start(1) Input"])
        #expect(try desk.receive(2, output, .end) == ["finish 2"])
    }

    @Test func sendDueInThePastFiresAtOnce() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, send("Greeter", "greet", at: 1))
        #expect(desk.status(2) == .scheduled)
        #expect(try desk.fireTimers() == ["start 2 v7 open: Start(1) Input"])
    }

    @Test func signalReachesWhatHasBegunAndNothingElse() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke(startAt: desk.now.adding(.seconds(5)))
        try desk.invoke()
        try desk.receive(4, output, .end)
        try desk.invoke()
        func signal(_ number: Int64) throws -> [String] {
            let target = try desk.id(number).description
            return try desk.receive(5, command(.sendSignal(target: target, id: .signal(17), result: .value([65]))))
        }
        #expect(try signal(1) == ["send 1: Signal[17]='A'"])
        #expect(try signal(2) == [])
        #expect(try signal(3) == [])
        #expect(try signal(4) == [])
        #expect(try signal(5) == ["send 3: Signal[17]='A'"])
        let unknown = InvocationID(partitionKey: 1, high: 2, low: 3).description
        #expect(try desk.receive(5, command(.sendSignal(target: unknown, id: .signal(1), result: .void))) == [])
    }

    @Test func builtInSignalTakesTheWholePathOfACancel() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke("Counter", "add", key: "k", waits: true)
        try desk.invoke()
        let target = try desk.id(2).description
        let cancel = command(.sendSignal(target: target, id: .cancelSignal, result: .void))
        #expect(try desk.receive(3, cancel) == ["answer 3: failure 409 canceled"])
        #expect(desk.status(2) == nil)
        #expect(desk.storage.rows.inbox.isEmpty)
    }

    @Test func moreWaitersThanOneCommandMayTellAreToldByTheOutbox() throws {
        for retention in [Interval.zero, .hours(1)] {
            var settings = Settings()
            settings.idempotencyRetention = retention
            let desk = try Desk(settings: settings)
            try desk.invoke("Counter", "add", key: "k", idempotencyKey: "i")
            for number in 2...251 as ClosedRange<Int64> {
                try desk.invoke()
                try desk.receive(
                    number,
                    call("Counter", "add", key: "k", idempotencyKey: "i"),
                    suspend(.completion(2))
                )
            }
            #expect(try desk.receive(1, output, .end).count == 101)
            #expect(desk.storage.rows.outbox.count == 1)
            try desk.expire()
            #expect(try desk.consumeOutbox().count == 100)
            try desk.expire()
            #expect(try desk.consumeOutbox().count == 50)
            #expect(desk.storage.rows.attachments.isEmpty)
            #expect(desk.storage.rows.outbox.isEmpty)
            #expect((desk.status(1) == nil) == (retention == .zero))
        }
    }
}
