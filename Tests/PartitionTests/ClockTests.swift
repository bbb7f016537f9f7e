import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

/// Known fault 31: a clock that is wrong or set.
@Suite struct ClockTests {
    private func completed(retention: Interval) throws -> Bench {
        var settings = Settings()
        settings.journalRetention = retention
        let bench = try Bench(settings: settings)
        bench.invoke()
        try bench.turns()
        bench.receive(1, output, .end)
        try bench.turns()
        return bench
    }

    @Test func retentionEndsOnTimeWhenTheClockRuns() throws {
        let bench = try completed(retention: .seconds(30))
        for _ in 0..<29 {
            bench.pass(1)
            try bench.turns()
        }
        #expect(bench.status(1) == .completed)
        for _ in 0..<2 {
            bench.pass(1)
            try bench.turns()
        }
        #expect(bench.status(1) == nil)
    }

    @Test func aJumpForwardHoldsDeletionForAnHour() throws {
        let bench = try completed(retention: .seconds(30))
        bench.pass(601)
        for _ in 0..<59 {
            try bench.turns()
            bench.pass(60)
        }
        #expect(bench.status(1) == .completed)
        bench.pass(61)
        try bench.turns()
        #expect(bench.status(1) == nil)
    }

    @Test func aStartLongAfterTheLastTurnHoldsDeletionToo() throws {
        let bench = try completed(retention: .seconds(30))
        bench.pass(3600)
        try bench.crash()
        try bench.turns()
        #expect(bench.status(1) == .completed)
    }

    @Test func whatHasExpiredIsInvisibleWhileDeletionIsHeld() throws {
        let bench = try completed(retention: .seconds(30))
        guard let id = bench.row(1)?.head.id else { return }
        bench.pass(3600)
        bench.submit(.attach(id, RequestID(rawValue: 70)))
        #expect(
            try bench.turns() == ["note: clock jumped 3600000 ms", "answer 70: refused: invocation '\(id)' not found"]
        )
        #expect(bench.status(1) == .completed)
    }

    @Test func timeNeverRunsBackward() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        let created = try #require(bench.row(1)?.head.createdAt)
        bench.pass(-3600)
        bench.invoke()
        try bench.turns()
        #expect(try #require(bench.row(2)?.head.createdAt) >= created)
        try bench.crash()
        bench.invoke()
        try bench.turns()
        let rows = bench.storage.rows.invocations.values.sorted { $0.invocation.number < $1.invocation.number }
        #expect(rows.count == 3)
        #expect(try #require(rows.last).invocation.head.createdAt >= created.adding(.zero))
    }

    @Test func aClockSetBackDoesNotHoldTimers() throws {
        let bench = try Bench()
        bench.pass(-86_400)
        bench.invoke()
        try bench.turns()
        bench.submit(.attempt(AttemptID(rawValue: 1), .ended))
        try bench.turns()
        #expect(bench.status(1) == .backingOff)
        // As the loop does: a turn is taken when there is something to do.
        for _ in 0..<10 {
            bench.pass(1)
            if bench.hasWork(at: bench.now) { try bench.turn() }
        }
        #expect(bench.status(1) == .running)
    }

    @Test func timeAndWallClockMeetAgain() throws {
        let bench = try Bench()
        bench.pass(-100)
        for _ in 0..<196 {
            bench.pass(1)
            try bench.turn()
        }
        #expect(bench.clock > bench.now)
        for _ in 0..<5 {
            bench.pass(1)
            try bench.turn()
        }
        #expect(bench.clock == bench.now)
    }
}
