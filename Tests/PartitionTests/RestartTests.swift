import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

@Suite struct RestartTests {
    @Test("known fault 4: runnable work resumes in order by places")
    func resumesByPlaces() throws {
        var settings = Settings()
        settings.attemptsMax = 4
        let bench = try Bench(settings: settings)
        for _ in 0..<20 { bench.invoke() }
        try bench.turns()
        try bench.crash()
        #expect(bench.attemptCount == 0)
        try bench.turns()
        #expect(bench.attemptCount == 4)
        for number in 1...4 as ClosedRange<Int64> { #expect(bench.attempt(of: number) != nil) }
        for number in 1...20 as ClosedRange<Int64> {
            bench.receive(number, output, .end)
            try bench.turns()
            #expect(bench.status(number) == .completed)
        }
    }

    @Test func retryCountsSurviveAndACutAttemptIsNotCounted() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        bench.submit(.attempt(AttemptID(rawValue: 1), .ended))
        try bench.turns()
        bench.pass(1)
        try bench.turns()
        #expect(bench.row(1)?.attempt.retryCount == 2)
        for _ in 0..<3 {
            try bench.crash()
            try bench.turns()
            #expect(bench.row(1)?.attempt.retryCount == 2)
            #expect(bench.status(1) == .running)
        }
    }

    @Test func numbersAreNotGivenTwice() throws {
        let bench = try Bench()
        for round in 1...5 {
            for _ in 0..<3 { bench.invoke("Counter", "add", key: "k") }
            try bench.turns()
            #expect(bench.storage.rows.invocations.count == 3 * round)
            try bench.crash()
        }
        #expect(bench.storage.rows.inbox.values.first?.count == 14)
        #expect(bench.storage.complaints.isEmpty)
    }

    @Test func everyStateIsWhereItWas() throws {
        let bench = try Bench()
        bench.invoke("Counter", "add", key: "k")
        bench.invoke("Counter", "add", key: "k")
        bench.invoke(startAt: bench.now.adding(.seconds(60)))
        bench.invoke()
        bench.invoke()
        try bench.turns()
        bench.receive(4, sleep(until: bench.now.adding(.seconds(60)), 1), .suspension(.flat([.completion(1)])))
        bench.receive(5, .error(ErrorMessage(code: 500, message: "x", behavior: .pause)))
        try bench.turns()
        let counts = bench.counts
        try bench.crash()
        #expect(bench.counts == counts)
        let lines = try bench.turns()
        #expect(lines == ["start 1 v7 open: Start(1) Input"])
        bench.receive(1, output, .end)
        #expect(try bench.turns() == ["finish 1", "start 2 v7 open: Start(1) Input"])
        bench.pass(60)
        #expect(try bench.turns().filter { $0.hasPrefix("start") }.count == 2)
        #expect(bench.status(5) == .paused)
    }

    @Test func theOutboxGoesOn() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        for id in 1...300 as ClosedRange<UInt32> {
            let send = OneWayCallCommand(
                serviceName: "Greeter",
                handlerName: "greet",
                invocationIDNotificationIndex: id
            )
            bench.receive(1, command(.oneWayCall(send)))
        }
        try bench.turns()
        guard let id = bench.row(1)?.head.id else { return }
        bench.submit(.operate(.kill, id, actor: "test", bench.request()))
        try bench.turn()
        #expect(bench.storage.rows.outbox.count == 201)
        try bench.crash()
        try bench.turns()
        #expect(bench.storage.rows.outbox.isEmpty)
        #expect(bench.attemptCount == 0)
        #expect(bench.counts.isEmpty)
    }
}
