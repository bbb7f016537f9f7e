import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// Signals and awakeables (service-protocol.md, section 6).
@Suite struct SignalTests {
    private func awakeable(_ index: UInt32 = 17, of number: Int64, _ desk: Desk) throws -> AwakeableID {
        try #require(AwakeableID(invocation: try desk.id(number), index: index))
    }

    private func resolve(_ id: AwakeableID, _ value: String, _ desk: Desk) throws -> [String] {
        try desk.turn { .completeAwakeable(id, .value(Array(value.utf8)), $0) }
    }

    @Test func awakeableIsCompletedFromOutsideOnce() throws {
        let desk = try Desk()
        try desk.invoke()
        let id = try awakeable(of: 1, desk)
        #expect(try resolve(id, "a", desk) == ["send 1: Signal[17]='a'", "answer 3: awakeable completed"])
        #expect(try resolve(id, "b", desk) == ["answer 4: awakeable completed"])
        let failure = CompletionResult.failure(Failure(code: 500, message: "no"))
        #expect(try desk.turn { .completeAwakeable(id, failure, $0) } == ["answer 5: awakeable completed"])
        #expect(try desk.journal(1) == ["Signal[17]='a'"])
    }

    @Test func awakeableIsCompletedOnceWithinATurn() throws {
        let desk = try Desk()
        try desk.invoke()
        let id = try awakeable(of: 1, desk)
        try desk.turn { (engine) throws(StorageError) in
            for value in [[1], [2]] as [[UInt8]] {
                try engine.apply(.completeAwakeable(id, .value(value), RequestID(rawValue: 90)))
            }
        }
        #expect(try desk.journal(1).count == 1)
    }

    @Test func completionThatComesBeforeTheAwaitIsKept() throws {
        let desk = try Desk(mode: .requestResponse)
        try desk.invoke()
        _ = try resolve(try awakeable(of: 1, desk), "a", desk)
        #expect(
            try desk.receive(1, suspend(.signal(17), .cancelSignal)) == [
                "finish 1", "start 2 v7 ended: Start(2) Input Signal[17]='a'",
            ]
        )
    }

    @Test func suspendedIsWokenByTheSignalItWaitsForAndByNoOther() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, suspend(.signal(17), .cancelSignal))
        #expect(try resolve(try awakeable(18, of: 1, desk), "other", desk) == ["answer 3: awakeable completed"])
        #expect(desk.status(1) == .suspended)
        try desk.restart()
        #expect(
            try resolve(try awakeable(of: 1, desk), "a", desk) == [
                "answer 4: awakeable completed", "start 1 v7 open: Start(3) Input Signal[18]='other' Signal[17]='a'",
            ]
        )
    }

    @Test func rejectionIsAFailureAndEndsAnAwaitForSuccess() throws {
        let desk = try Desk()
        try desk.invoke()
        let both = Awaiting(combinator: .allSucceededOrFirstFailed, leaves: [.signal(17), .signal(18)])
        try desk.receive(1, .suspension(both))
        let failure = CompletionResult.failure(Failure(code: 500, message: "went wrong"))
        let id = try awakeable(18, of: 1, desk)
        #expect(
            try desk.turn { .completeAwakeable(id, failure, $0) } == [
                "answer 3: awakeable completed", "start 2 v7 open: Start(2) Input Signal[18]=failure 500",
            ]
        )
    }

    @Test func handlersCompleteAwakeablesOfOthersAndTheirOwn() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.invoke()
        let other = try awakeable(of: 1, desk).description
        let own = try awakeable(of: 2, desk).description
        let lines = try desk.receive(
            2,
            command(.completeAwakeable(id: other, result: .value([65]))),
            command(.completeAwakeable(id: own + "==", result: .failure(Failure(code: 1, message: "x"))))
        )
        #expect(lines == ["send 1: Signal[17]='A'", "send 2: Signal[17]=failure 1"])
        #expect(try desk.journal(2) == ["CompleteAwakeable", "CompleteAwakeable", "Signal[17]=failure 1"])
    }

    @Test func signalsByNameAreKeptAndWake() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.invoke()
        try desk.receive(1, suspend(.namedSignal("go")))
        let target = try desk.id(1).description
        func signal(_ name: String) -> ServiceMessage {
            command(.sendSignal(target: target, id: .namedSignal(name), result: .void))
        }
        #expect(try desk.receive(2, signal("stay")) == [])
        #expect(desk.status(1) == .suspended)
        #expect(
            try desk.receive(2, signal("go")) == ["start 3 v7 open: Start(3) Input Signal[stay]=void Signal[go]=void"]
        )
    }

    @Test func whatIsNotStartedOrIsOverGetsNoSignals() throws {
        let desk = try Desk()
        try desk.invoke(startAt: desk.now.adding(.seconds(60)))
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke()
        try desk.receive(4, output, .end)
        for number in [1, 3, 4] as [Int64] {
            let id = try awakeable(of: number, desk)
            _ = try resolve(id, "a", desk)
            #expect(try desk.journal(number).filter { $0.hasPrefix("Signal") }.isEmpty)
        }
        let unknown = try #require(
            AwakeableID(invocation: InvocationID(partitionKey: 1, high: 2, low: 3), index: 17)
        )
        #expect(try resolve(unknown, "a", desk) == ["answer 9: awakeable completed"])
    }

    @Test func pausedKeepsItsSignalsForTheResume() throws {
        let desk = try Desk()
        try desk.invoke()
        _ = try desk.operate(1, .pause)
        try desk.receive(1, suspend(.signal(17)))
        #expect(desk.status(1) == .paused)
        _ = try resolve(try awakeable(of: 1, desk), "a", desk)
        #expect(desk.status(1) == .paused)
        #expect(try desk.operate(1, .resume(.keep)) == "resumed")
        #expect(desk.actions.map(ActionText.line).last == "start 2 v7 open: Start(2) Input Signal[17]='a'")
    }

    @Test("a forged awakeable id does nothing to its invocation", arguments: [0, 1, 2, 15, 16] as [UInt32])
    func forgedIndex(index: UInt32) throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.invoke()
        try desk.receive(1, suspend(.signal(17), .cancelSignal))
        #expect(AwakeableID(invocation: try desk.id(1), index: index) == nil)
        let genuine = try awakeable(of: 1, desk).description
        let forged = forge(genuine, index: UInt8(index))
        let lines = try desk.receive(2, command(.completeAwakeable(id: forged, result: .value([]))))
        #expect(lines == ["abort 2", "note: failed Greeter/greet RT0012"])
        #expect(desk.status(1) == .suspended)
    }

    /// The last two digits hold the lowest byte of the index and four bits of nothing.
    private func forge(_ id: String, index: UInt8) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return id.dropLast(2) + String([alphabet[Int(index >> 2)], alphabet[Int(index & 3) << 4]])
    }
}
