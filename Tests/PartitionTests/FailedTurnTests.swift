import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

@Suite struct FailedTurnTests {
    @Test func aFailedCommitGivesNoActionAndChangesNothing() throws {
        let bench = try Bench()
        bench.invoke("Counter", "add", key: "k", waits: true)
        try bench.turns()
        let counts = bench.counts
        bench.receive(1, output, .end)
        bench.storage.failCommits([.full])
        #expect(try bench.turn() == ["note: stalled the simulated disk is full"])
        #expect(bench.counts == counts)
        #expect(bench.status(1) == .running)
        #expect(bench.attempt(of: 1) != nil)
    }

    @Test("known fault 11: a full disk refuses new work, and what is under way goes on when there is room")
    func fullDisk() throws {
        let bench = try Bench()
        bench.invoke(waits: true)
        try bench.turns()
        bench.invoke()
        bench.submit(.register(bench.registration("v2:1"), bench.request()))
        bench.receive(1, output, .end)
        bench.storage.onCommit = { writes in
            writes.invocations.values.contains { $0.isNew } || !writes.catalog.isEmpty ? .full : nil
        }
        let lines = try bench.turn()
        let refusal = "refused: the disk is full: nothing new is accepted until there is room in the data directory"
        #expect(
            lines == ["answer 3: \(refusal)", "answer 4: \(refusal)", "finish 1", "answer 2: success 'done'"]
        )
        #expect(!bench.isStorageFull)
        bench.storage.onCommit = nil
        bench.invoke()
        #expect(try bench.turns().count == 2)
    }

    @Test func whatCannotBeBegunLetsOthersPassAndIsTriedAgain() throws {
        var settings = Settings()
        settings.attemptsMax = 1
        let bench = try Bench(settings: settings)
        for _ in 0..<3 { bench.invoke() }
        try bench.turns()
        bench.receive(1, output, .end)
        bench.storage.onCommit = { writes in
            writes.invocations[InvocationNumber(rawValue: 2)]?.invocation.status == .running ? .refused("no") : nil
        }
        try bench.turns()
        #expect(bench.status(2) == .ready && bench.status(3) == .running)
        bench.storage.onCommit = nil
        bench.receive(3, output, .end)
        bench.pass(1)
        try bench.turns()
        #expect(bench.status(2) == .running)
    }

    @Test func nothingIsTriedForASecondWhileNothingFits() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        bench.receive(1, output, .end)
        bench.storage.onCommit = { _ in .full }
        try bench.turn()
        #expect(bench.isStorageFull)
        #expect(!bench.hasWork(at: bench.now))
        #expect(bench.nextTurn(after: bench.now) == bench.now.adding(.seconds(1)))
        #expect(try bench.turn() == [])
        bench.storage.onCommit = nil
        bench.pass(1)
        #expect(try bench.turns() == ["finish 1"])
        #expect(!bench.isStorageFull)
    }

    @Test func messagesKeepTheirOrderOverAFullDisk() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        for id in 1...40 as ClosedRange<UInt32> { bench.receive(1, command(.run(completionID: id))) }
        bench.storage.failCommits([.full])
        try bench.turn()
        for id in 41...60 as ClosedRange<UInt32> { bench.receive(1, command(.run(completionID: id))) }
        bench.invoke(from: 9)
        bench.pass(1)
        try bench.turns()
        #expect(bench.journal(1) == (1...60).map { "Run(\($0))" })
    }

    @Test func messagesKeepTheirOrderWhenTheDiskFillsUpInTheMiddleOfARefusedTurn() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        for id in 1...9 as ClosedRange<UInt32> { bench.receive(1, command(.run(completionID: id))) }
        bench.storage.failCommits([.refused("no"), nil, nil, nil, .full])
        try bench.turn()
        #expect(bench.journal(1) == (1...3).map { "Run(\($0))" })
        bench.pass(1)
        try bench.turns()
        #expect(bench.journal(1) == (1...9).map { "Run(\($0))" })
    }

    @Test("a refused turn is taken piece by piece, and only the culprit is refused")
    func onlyTheCulpritIsRefused() throws {
        let bench = try Bench()
        for _ in 1...3 { bench.invoke(waits: true) }
        try bench.turns()
        for number in 1...3 as ClosedRange<Int64> { bench.receive(number, output, .end) }
        bench.invoke(from: 8)
        bench.storage.onCommit = { writes in
            writes.invocations[InvocationNumber(rawValue: 2)]?.output == nil ? nil : .refused("too much")
        }
        let lines = try bench.turns()
        #expect(lines.contains("answer 2: success 'done'"))
        #expect(lines.contains("answer 4: success 'done'"))
        #expect(lines.contains("answer 5: accepted"))
        #expect(lines.contains("note: refused too much"))
        #expect(bench.status(2) == .backingOff)
        #expect(bench.row(2)?.attempt.lastFailure?.documentedCode == "RT0012")
        #expect(lines.filter { $0.hasPrefix("answer") }.count == 3)
    }

    @Test func aRefusedCallIsAnswered() throws {
        let bench = try Bench()
        bench.invoke()
        bench.invoke()
        bench.storage.onCommit = { writes in
            writes.invocations[InvocationNumber(rawValue: 1)]?.isNew ?? false ? .refused("no") : nil
        }
        let lines = try bench.turns()
        #expect(
            lines == [
                "note: refused no", "answer 2: refused: the store refused this: no", "note: refused no",
                "answer 3: refused: the store refused this: no",
            ]
        )
    }

    @Test("known fault 6: what follows a refused message of an attempt is not stored")
    func nothingFollowsARefusedMessage() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        for id in 1...5 as ClosedRange<UInt32> { bench.receive(1, command(.run(completionID: id))) }
        let culprit = command(.run(completionID: 3)).frame(version: 7).payload
        bench.storage.onCommit = { writes in
            writes.journal.values.joined().contains { $0.payload == culprit } ? .refused("no") : nil
        }
        try bench.turns()
        #expect(bench.journal(1) == ["Run(1)", "Run(2)"])
        #expect(bench.status(1) == .backingOff)
    }

    @Test func nothingFollowsARefusedMessageEvenIfTheFailureIsRefusedToo() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        for id in 1...6 as ClosedRange<UInt32> { bench.receive(1, command(.run(completionID: id))) }
        // The turn, then Run(1), Run(2) and Run(3) alone, then the failure.
        bench.storage.failCommits([.refused("no"), nil, nil, .refused("no"), .refused("no")])
        try bench.turns()
        bench.receive(1, command(.run(completionID: 7)))
        try bench.turns()
        #expect(bench.journal(1) == ["Run(1)", "Run(2)"])
        #expect(bench.status(1) == .running)
        bench.pass(1)
        try bench.turns()
        #expect(bench.status(1) == .backingOff)
        bench.pass(1)
        #expect(try bench.turns() == ["start 2 v7 open: Start(3) Input Run(1) Run(2)"])
        #expect(bench.unheard.isEmpty)
    }

    @Test func aTimerThatIsRefusedIsTriedAgain() throws {
        let bench = try Bench()
        bench.invoke(startAt: bench.now.adding(.seconds(5)))
        try bench.turns()
        bench.pass(5)
        bench.storage.failCommits([.refused("no"), .refused("no")])
        try bench.turns()
        #expect(bench.status(1) == .scheduled)
        bench.pass(1)
        try bench.turns()
        #expect(bench.status(1) == .running)
    }

    @Test func whatTheOutboxHoldsIsTriedAgainWhenItIsRefused() throws {
        var limits = TurnLimits()
        limits.inlineEffects = 1
        let bench = try Bench(limits: limits)
        for _ in 0..<4 { bench.invoke("Flow", "tell", key: "k") }
        try bench.turns()
        for number in 1...3 as ClosedRange<Int64> {
            bench.receive(number, command(.getPromise(key: "p", completionID: 1)))
        }
        try bench.turns()
        bench.receive(4, command(.completePromise(key: "p", completion: .value([1]), completionID: 1)))
        bench.storage.onCommit = { writes in writes.removedOutbox.isEmpty ? nil : .refused("no") }
        try bench.turns()
        bench.storage.onCommit = nil
        #expect(!bench.storage.rows.promiseWaiters.isEmpty)
        bench.pass(1)
        try bench.turns()
        #expect(bench.storage.rows.promiseWaiters.isEmpty)
        #expect(bench.storage.rows.outbox.isEmpty)
    }

    @Test func anInputOutputErrorIsAFault() throws {
        for isWritten in [false, true] {
            let bench = try Bench()
            bench.invoke()
            bench.storage.failCommits([.inputOutput(isWritten: isWritten)])
            #expect(throws: PartitionFault.self) { try bench.turn() }
            try bench.crash()
            #expect(bench.storage.rows.invocations.count == (isWritten ? 1 : 0))
            #expect(try bench.turns().count == (isWritten ? 1 : 0))
        }
    }

    @Test func dueThingsThatCannotBeReadAreTriedAgain() throws {
        var limits = TurnLimits()
        limits.timerWindow = 4
        let bench = try Bench(limits: limits)
        for _ in 0..<10 { bench.invoke(startAt: bench.now.adding(.seconds(5))) }
        try bench.turns()
        for _ in 0..<3 { bench.invoke() }
        bench.pass(5)
        var reads = 0
        bench.storage.onRead = {
            reads += 1
            return reads == 3 ? .refused("no") : nil
        }
        try bench.turns()
        bench.pass(1)
        try bench.turns()
        #expect(bench.attemptCount == 13)
    }

    @Test func anAttemptWhoseJournalCannotBeReadFailsAndTheOthersGoOn() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        bench.receive(1, command(.run(completionID: 1)))
        bench.submit(.attempt(AttemptID(rawValue: 1), .ended), from: 2)
        try bench.turns()
        bench.pass(1)
        bench.storage.onRead = { .refused("unreadable") }
        bench.invoke()
        try bench.turn()
        bench.storage.onRead = nil
        bench.pass(5)
        try bench.turns()
        #expect(bench.status(1) == .running)
        #expect(bench.status(2) == .running)
    }
}
