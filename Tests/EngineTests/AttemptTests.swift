import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@Suite struct AttemptTests {
    @Test func acceptedWorkStartsInTheSameTurnAndIsPinnedInIt() throws {
        let desk = try Desk()
        #expect(
            try desk.invoke() == ["answer 2: accepted", "start 1 v7 open: Start(1) Input"]
        )
        let invocation = try #require(desk.invocation(1))
        #expect(invocation.status == .running)
        #expect(invocation.pin?.protocolVersion == 7)
        #expect(invocation.attempt.retryCount == 1)
        #expect(desk.lastWrites.invocations.count == 1)
    }

    @Test(
        "the version is the highest that both know, and modes end the input or keep it",
        arguments: [
            (ProtocolMode.bidiStream, 5...5, 7, "start 1 v5 open: Start(1) Input"),
            (.bidiStream, 5...6, 7, "start 1 v6 open: Start(1) Input"),
            (.bidiStream, 5...9, 7, "start 1 v7 open: Start(1) Input"),
            (.bidiStream, 5...7, 6, "start 1 v6 open: Start(1) Input"),
            (.requestResponse, 5...7, 7, "start 1 v7 ended: Start(1) Input"),
        ]
    )
    func versionsAndModes(mode: ProtocolMode, versions: ClosedRange<Int>, highest: Int, line: String) throws {
        var settings = Settings()
        settings.protocolVersionMax = highest
        let desk = try Desk(settings: settings, mode: mode, versions: versions)
        #expect(try desk.invoke().last == line)
    }

    @Test func zeroInactivityTimeoutMakesAttemptsRequestAndResponse() throws {
        var settings = Settings()
        settings.inactivityTimeout = .zero
        let desk = try Desk(settings: settings)
        #expect(try desk.invoke().last == "start 1 v7 ended: Start(1) Input")
    }

    @Test func outputAndEndCompleteAndTellTheWaiter() throws {
        let desk = try Desk()
        try desk.invoke(waits: true)
        #expect(try desk.receive(1, output, .end) == ["finish 1", "answer 2: success 'done'"])
        #expect(desk.status(1) == .completed)
        #expect(try desk.journal(1) == ["Output"])
        #expect(desk.memory.work.running.isEmpty)
        #expect(desk.memory.work.counts.isEmpty)
    }

    @Test func lastOutputWins() throws {
        let desk = try Desk()
        try desk.invoke(waits: true)
        try desk.receive(1, command(.output(.value([65]))), command(.run(completionID: 1)))
        let lines = try desk.receive(1, command(.output(.failure(Failure(code: 418, message: "no")))), .end)
        #expect(lines == ["finish 1", "answer 2: failure 418 no"])
        #expect(try desk.journal(1) == ["Output", "Run(1)", "Output"])
        #expect(desk.storage.complaints.isEmpty)
    }

    @Test func outputOfAnEarlierAttemptCounts() throws {
        let desk = try Desk()
        try desk.invoke(waits: true)
        try desk.receive(1, output)
        try desk.report(1, .ended)
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers() == ["start 2 v7 open: Start(2) Input Output"])
        #expect(try desk.receive(1, .end) == ["finish 2", "answer 2: success 'done'"])
    }

    @Test func endWithoutOutputIsAViolation() throws {
        let desk = try Desk()
        try desk.invoke()
        #expect(try desk.receive(1, .end) == ["abort 1", "note: failed Greeter/greet RT0012"])
        #expect(desk.status(1) == .backingOff)
    }

    @Test func messagesAfterTheLastWordAreIgnored() throws {
        for last in [output, .error(ErrorMessage(code: 500, message: "x"))] {
            let desk = try Desk()
            try desk.invoke()
            let messages: [ServiceMessage] = last == output ? [output, .end] : [last]
            guard let attempt = desk.attempt(of: 1) else { return }
            let frames = (messages + [command(.run(completionID: 1))]).map { $0.frame(version: 7) }
            try desk.turn { _ in .attempt(attempt.id, .received(frames)) }
            #expect(try desk.journal(1) == (last == output ? ["Output"] : []))
            #expect(try desk.turn { _ in .attempt(attempt.id, .received(frames)) } == [])
            #expect(try desk.turn { _ in .attempt(attempt.id, .ended) } == [])
        }
    }

    @Test func attemptsOfUnknownIdsAreNotListenedTo() throws {
        let desk = try Desk()
        for event in [AttemptEvent.ended, .responded(server: "x"), .received([MessageFrame(type: 3, payload: [])])] {
            #expect(try desk.turn { _ in .attempt(AttemptID(rawValue: 99), event) } == [])
            #expect(desk.lastWrites.isEmpty)
        }
    }

    @Test func nothingAfterTheOffendingMessageIsStored() throws {
        let bad: [MessageFrame] = [
            MessageFrame(type: 0x0000, payload: []),
            MessageFrame(type: 0x0004, payload: []),
            MessageFrame(type: 0x8011, payload: []),
            MessageFrame(type: 0x0400, payload: []),
            MessageFrame(type: 0xFC00, payload: [1]),
            MessageFrame(type: 0x0450, payload: []),
            MessageFrame(type: 0x040C, payload: [0xff]),
            MessageFrame(type: 0x0401, payload: []),
            MessageFrame(type: 0x0005, payload: []),
            MessageFrame(type: 0x0001, payload: []),
        ]
        for frame in bad {
            let desk = try Desk()
            try desk.invoke()
            let run = command(.run(completionID: 1)).frame(version: 7)
            let attempt = try #require(desk.attempt(of: 1))
            let lines = try desk.turn { _ in .attempt(attempt.id, .received([run, frame, run])) }
            #expect(lines == ["abort 1", "note: failed Greeter/greet RT0012"], "type \(frame.type)")
            #expect(try desk.journal(1) == ["Run(1)"])
        }
    }

    @Test func inputEndsAfterInactivityAndTheAttemptAfterTheAbortTimeout() throws {
        var settings = Settings()
        settings.inactivityTimeout = .seconds(10)
        settings.abortTimeout = .seconds(20)
        let desk = try Desk(settings: settings)
        try desk.invoke()
        let id = try #require(desk.attempt(of: 1)?.id)
        func pass(_ seconds: Int64) throws -> ([String], Timestamp?) {
            desk.now = desk.now.adding(.seconds(seconds))
            var next: Timestamp?
            let lines = try desk.turn { (engine) throws(StorageError) in next = try engine.deadlinePassed(of: id) }
            return (lines, next)
        }
        #expect(try pass(9) == ([], desk.now.adding(.seconds(1))))
        #expect(try pass(1) == (["endInput 1"], desk.now.adding(.seconds(20))))
        desk.now = desk.now.adding(.seconds(15))
        try desk.receive(1, command(.run(completionID: 1)))
        #expect(try pass(19) == ([], desk.now.adding(.seconds(1))))
        #expect(try pass(1) == (["abort 1", "note: failed Greeter/greet RT0001"], nil))
    }

    @Test func notificationsAlsoCountAsActivity() throws {
        var settings = Settings()
        settings.inactivityTimeout = .seconds(10)
        let desk = try Desk(settings: settings)
        try desk.invoke()
        let due = UInt64(desk.now.milliseconds + 8000)
        try desk.receive(1, command(.sleep(wakeUpTimeMilliseconds: due, completionID: 1)))
        desk.now = desk.now.adding(.seconds(8))
        #expect(try desk.fireTimers() == ["send 1: Sleep(1)=void"])
        #expect(desk.attempt(of: 1)?.deadline == desk.now.adding(.seconds(10)))
    }
}
