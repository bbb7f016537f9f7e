import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

/// Long payloads: written in pieces by several turns before their command is decided, while others go on.
@Suite struct StagingTests {
    private let mebibyte = 1 << 20

    private func large(_ bytes: Int) -> ServiceMessage {
        command(.output(.value([UInt8](repeating: 9, count: bytes))))
    }

    private func running(_ count: Int, limits: TurnLimits = TurnLimits()) throws -> Bench {
        let bench = try Bench(limits: limits)
        for _ in 0..<count { bench.invoke() }
        try bench.turns()
        return bench
    }

    private func everyTurn(_ bench: Bench) throws -> [[String]] {
        var lines: [[String]] = []
        while bench.hasWork(at: bench.now) { lines.append(try bench.turn()) }
        return lines
    }

    @Test func aLargeInputIsWrittenOverTurnsBeforeItIsAcknowledged() throws {
        let bench = try Bench()
        bench.invoke(bytes: 5 * mebibyte)
        for turn in 0..<5 {
            #expect(try bench.turn() == [])
            #expect(bench.storage.rows.invocations.isEmpty)
            let pieces = bench.storage.lastCommit.stagedPieces
            #expect(pieces.reduce(0) { $0 + $1.range.count } == mebibyte, "turn \(turn)")
        }
        let rest = try everyTurn(bench).flatMap { $0 }
        #expect(rest.first == "answer 2: accepted")
        #expect(bench.storage.rows.invocations.values.first?.input?.count ?? 0 > 5 * mebibyte)
        #expect(bench.storage.rows.staged.isEmpty)
        #expect(bench.storage.complaints.isEmpty)
    }

    @Test func theTurnThatDecidesTakesOverWhatIsWritten() throws {
        let bench = try Bench()
        bench.invoke(bytes: 300 << 10)
        try bench.turn()
        #expect(bench.storage.lastCommit.stagedPieces.count == 2)
        try bench.turn()
        #expect(bench.storage.lastCommit.stagedPieces.isEmpty)
        #expect(
            bench.storage.lastCommit.adoptedPayloads.map(\.bytes) == [
                bench.storage.rows.invocations.values.first?.input
            ]
        )
    }

    @Test func smallPayloadsAreNotStaged() throws {
        let bench = try Bench()
        bench.invoke(bytes: 200 << 10)
        #expect(try bench.turn().first == "answer 2: accepted")
    }

    @Test func othersGoOnMeanwhileAndTheSameSourceKeepsItsOrder() throws {
        let bench = try Bench()
        bench.invoke(bytes: 5 * mebibyte, from: 4)
        bench.invoke(from: 4)
        bench.invoke(from: 8)
        #expect(try bench.turn() == ["answer 4: accepted", "start 1 v7 open: Start(1) Input"])
        let answers = try bench.turns().filter { $0.hasPrefix("answer") }
        #expect(answers == ["answer 2: accepted", "answer 3: accepted"])
    }

    @Test func anAttemptKeepsItsOrderAndHoldsUpNoOther() throws {
        let bench = try running(2)
        bench.receive(1, large(5 * mebibyte), from: 4)
        bench.receive(1, .end, from: 4)
        bench.receive(2, output, .end, from: 8)
        #expect(try bench.turn().first == "finish 2")
        #expect(try bench.turns() == ["finish 1"])
        #expect(bench.status(1) == .completed)
        #expect(bench.storage.rows.invocations[InvocationNumber(rawValue: 1)]?.output?.count ?? 0 > 5 * mebibyte)
        #expect(bench.storage.rows.staged.isEmpty)
        #expect(bench.storage.complaints.isEmpty)
    }

    @Test func aRunResultAndACallsParameterAreStagedAsTheyAreStored() throws {
        let bench = try running(1)
        let value = [UInt8](repeating: 3, count: 300 << 10)
        bench.receive(
            1,
            command(.run(completionID: 1)),
            .proposeRunCompletion(completionID: 1, result: .value(value), requestedAck: true)
        )
        try bench.turns()
        #expect(bench.storage.lastCommit.adoptedPayloads.count == 1)
        let call = OneWayCallCommand(
            serviceName: "Greeter",
            handlerName: "greet",
            parameter: value,
            invocationIDNotificationIndex: 2
        )
        bench.receive(1, command(.oneWayCall(call)))
        try everyTurn(bench).forEach { _ in }
        // The command in the caller's journal, and the input of the callee.
        #expect(bench.storage.rows.invocations[InvocationNumber(rawValue: 2)]?.input?.count ?? 0 > value.count)
        #expect(bench.storage.rows.staged.isEmpty)
    }

    @Test func aLargeResultIsStagedForItsCallersJournal() throws {
        let bench = try running(1)
        let call = CallCommand(
            serviceName: "Greeter",
            handlerName: "greet",
            parameter: [1],
            invocationIDNotificationIndex: 1,
            resultCompletionID: 2
        )
        bench.receive(1, command(.call(call)))
        try bench.turns()
        bench.receive(2, large(mebibyte))
        try bench.turns()
        bench.receive(2, .end)
        #expect(try bench.turn() == [])
        #expect(bench.storage.lastCommit.stagedPieces.count == 4)
        try bench.turns()
        #expect(bench.status(2) == .completed)
        #expect(bench.storage.rows.staged.isEmpty)
    }

    @Test func aPayloadGoesOnWhereItWasWhenPiecesOfItFoundNoRoom() throws {
        let bench = try running(1)
        bench.receive(1, large(mebibyte))
        bench.receive(1, .end)
        // The turn is refused and its pieces are tried alone: for the first of them the disk is full.
        bench.storage.failCommits([.refused("no"), .full])
        try bench.turn()
        bench.pass(2)
        try bench.turns()
        #expect(bench.status(1) == .completed)
        #expect(bench.storage.rows.staged.isEmpty)
        #expect(bench.storage.complaints == [])
    }

    @Test func sourcesShareTheTurns() throws {
        let bench = try Bench()
        bench.invoke(bytes: 8 * mebibyte, from: 4)
        bench.invoke(bytes: 300 << 10, from: 8)
        #expect(try bench.turn() == [])
        #expect(try bench.turn().first == "answer 3: accepted")
    }

    @Test func anAttemptThatSaysMuchLeavesRoomForOthers() throws {
        let bench = try running(2)
        for _ in 0..<100 {
            bench.receive(1, command(.output(.value([UInt8](repeating: 1, count: 200 << 10)))), from: 4)
        }
        bench.receive(2, output, .end, from: 8)
        #expect(try bench.turn().contains("finish 2"))
    }

    @Test func whatIsKilledMeanwhileLeavesNothing() throws {
        let bench = try running(1)
        bench.receive(1, large(5 * mebibyte))
        try bench.turn()
        let id = try #require(bench.row(1)).head.id
        bench.submit(.operate(.kill, id, actor: "test", bench.request()), from: 8)
        try bench.turns()
        #expect(bench.storage.rows.staged.isEmpty)
        #expect(bench.journal(1) == [])
        #expect(bench.staging.isEmpty)
    }

    @Test(arguments: 0...7) func aCrashAtAnyTurnLosesNothingAcknowledged(turns: Int) throws {
        let bench = try Bench()
        bench.invoke(bytes: 5 * mebibyte)
        var lines: [String] = []
        for _ in 0..<turns { lines += try bench.turn() }
        try bench.crash()
        #expect(bench.storage.rows.invocations.count == (lines.contains("answer 2: accepted") ? 1 : 0))
        #expect(bench.storage.rows.staged.isEmpty)
    }

    @Test func aFullDiskRefusesWhatIsNotAcceptedYetAndKeepsWhatAttemptsSaid() throws {
        let bench = try running(1)
        bench.receive(1, large(2 * mebibyte), from: 4)
        bench.receive(1, .end, from: 4)
        bench.invoke(bytes: 5 * mebibyte, from: 8)
        try bench.turn()
        bench.storage.onCommit = { $0.stagedPieces.isEmpty ? nil : .full }
        #expect(try bench.turn().contains("answer 3: refused: " + Refusal.storageFull.sentence))
        #expect(!bench.hasWork(at: bench.now))
        bench.storage.onCommit = nil
        bench.pass(2)
        #expect(try bench.turns() == ["finish 1"])
        #expect(bench.storage.rows.invocations.count == 1)
        #expect(bench.storage.rows.staged.isEmpty)
        #expect(bench.staging.isEmpty)
    }

    @Test func aPieceThatTheStoreRefusesRefusesItsCommandAlone() throws {
        let bench = try Bench()
        bench.invoke(bytes: 5 * mebibyte, from: 4)
        bench.invoke(from: 4)
        bench.invoke(from: 8)
        bench.storage.onCommit = { $0.stagedPieces.isEmpty ? nil : .refused("a test") }
        let lines = try bench.turns()
        #expect(lines.contains("answer 2: refused: the store refused this: a test"))
        #expect(lines.contains("answer 3: accepted") && lines.contains("answer 4: accepted"))
        #expect(bench.staging.isEmpty)
    }

    @Test func aCommandThatTheStoreRefusesLeavesNothingOfItsPayload() throws {
        let bench = try Bench()
        bench.invoke(bytes: mebibyte)
        try bench.turn()
        bench.storage.onCommit = { $0.adoptedPayloads.isEmpty ? nil : .refused("a test") }
        #expect(try bench.turns().contains("answer 2: refused: the store refused this: a test"))
        #expect(bench.storage.rows.staged.isEmpty)
        #expect(bench.staging.isEmpty)
    }

    @Test func aStopAnswersWhoeverWaitsAndKeepsWhatAttemptsSaid() throws {
        let bench = try running(1)
        bench.receive(1, large(5 * mebibyte), from: 4)
        bench.receive(1, .end, from: 4)
        bench.invoke(bytes: 5 * mebibyte, from: 8)
        bench.invoke(from: 8)
        try bench.turn()
        #expect(bench.stop().map(ActionText.line) == ["answer 3: stopping", "answer 4: stopping"])
        #expect(try bench.turns() == ["finish 1"])
        #expect(bench.storage.rows.staged.isEmpty)
    }
}
