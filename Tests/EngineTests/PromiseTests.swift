import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// Durable promises of workflows (service-protocol.md, section 7).
@Suite struct PromiseTests {
    private func get(_ name: String = "p", _ id: UInt32 = 1) -> ServiceMessage {
        command(.getPromise(key: name, completionID: id))
    }

    private func peek(_ name: String = "p", _ id: UInt32 = 1) -> ServiceMessage {
        command(.peekPromise(key: name, completionID: id))
    }

    private func complete(_ name: String = "p", _ value: String = "v", _ id: UInt32 = 1) -> ServiceMessage {
        command(.completePromise(key: name, completion: .value(Array(value.utf8)), completionID: id))
    }

    /// A run and a handler beside it.
    private func desk() throws -> Desk {
        let desk = try Desk()
        try desk.invoke("Flow", "run", key: "k")
        try desk.invoke("Flow", "tell", key: "k")
        return desk
    }

    @Test func promiseIsCompletedOnceAndStaysSo() throws {
        let desk = try desk()
        #expect(try desk.receive(2, peek("p", 1)) == ["send 2: PeekPromise(1)=void"])
        #expect(try desk.receive(2, complete("p", "v", 2)) == ["send 2: CompletePromise(2)=void"])
        #expect(try desk.receive(2, complete("p", "w", 3)) == ["send 2: CompletePromise(3)=failure 409"])
        #expect(
            try desk.receive(1, peek("p", 1), get("p", 2)) == [
                "send 1: PeekPromise(1)='v'", "send 1: GetPromise(2)='v'",
            ]
        )
        try desk.restart()
        try desk.turn { _ in }
        #expect(try desk.receive(1, get("p", 3)) == ["send 1: GetPromise(3)='v'"])
    }

    @Test func failureOfAPromiseReachesWhoeverWaits() throws {
        let desk = try desk()
        #expect(try desk.receive(1, get("p", 1), get("p", 2)) == [])
        let failure = CompletionResult.failure(Failure(code: 418, message: "no"))
        #expect(
            try desk.receive(2, command(.completePromise(key: "p", completion: failure, completionID: 1))) == [
                "send 2: CompletePromise(1)=void", "send 1: GetPromise(1)=failure 418",
                "send 1: GetPromise(2)=failure 418",
            ]
        )
        #expect(desk.storage.rows.promiseWaiters.isEmpty)
        #expect(try desk.receive(1, peek("p", 3)) == ["send 1: PeekPromise(3)=failure 418"])
    }

    @Test func suspendedRunIsWokenByItsPromise() throws {
        let desk = try desk()
        try desk.receive(1, get(), suspend(.completion(1), .cancelSignal))
        #expect(desk.status(1) == .suspended)
        try desk.restart()
        try desk.turn { _ in }
        #expect(
            try desk.receive(2, complete()) == [
                "send 1: CompletePromise(1)=void", "start 2 v7 open: Start(3) Input GetPromise(1) GetPromise(1)='v'",
            ]
        )
    }

    @Test func promisesOfOtherKeysAndNamesAreOthers() throws {
        let desk = try desk()
        try desk.invoke("Flow", "tell", key: "l")
        try desk.receive(1, get("p"), get("\u{e9}", 2))
        #expect(try desk.receive(3, complete("p")) == ["send 3: CompletePromise(1)=void"])
        #expect(try desk.receive(2, complete("e\u{301}")) == ["send 2: CompletePromise(1)=void"])
        #expect(desk.storage.rows.promiseWaiters.count == 2)
    }

    @Test func whoeverIsOverNeedsNoPromise() throws {
        let desk = try desk()
        try desk.receive(1, get())
        try desk.kill(1)
        #expect(try desk.receive(2, complete()) == ["send 2: CompletePromise(1)=void"])
        #expect(try desk.journal(1) == ["GetPromise(1)"])
    }

    @Test func promiseWithManyWaitersIsDeliveredByTheOutbox() throws {
        let desk = try desk()
        let waiters = 250
        for _ in 0..<waiters { try desk.invoke("Flow", "tell", key: "k") }
        for number in 3..<3 + waiters { try desk.receive(Int64(number), get(), suspend(.completion(1))) }
        try desk.receive(2, complete())
        var turns = 0
        while !desk.storage.rows.outbox.isEmpty, turns < 10 {
            try desk.restart()
            try desk.consumeOutbox()
            turns += 1
        }
        #expect(turns == 2)
        #expect(desk.storage.rows.promiseWaiters.isEmpty)
        for number in 3..<3 + waiters {
            #expect(try desk.journal(Int64(number)) == ["GetPromise(1)", "GetPromise(1)='v'"])
        }
        #expect(desk.storage.complaints.isEmpty)
    }
}
