import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

@Suite struct TimerTests {
    @Test(
        "known faults 2 and 3: no timer of 10,000 is lost whatever the order, and few are in memory",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func noTimerIsLost(seed: UInt64) throws {
        var entropy = Entropy(seed: seed)
        let storage = MemoryStorage()
        var window = TimerWindow(limit: 64)
        var expected: Set<InvocationTimer> = []
        var now = Timestamp(milliseconds: 0)
        var number: Int64 = 0
        var all: [InvocationTimer] = []
        while number < 10_000 || !expected.isEmpty {
            var writes = WriteSet()
            for _ in 0..<Int.random(in: 0...40, using: &entropy) where number < 10_000 {
                number += 1
                let due = now.adding(Interval(milliseconds: Int64.random(in: 0...5000, using: &entropy)))
                let timer = InvocationTimer(
                    due: due,
                    invocation: .init(rawValue: number),
                    kind: .sleep,
                    completionID: 1
                )
                writes.addedTimers.insert(timer)
                expected.insert(timer)
                all.append(timer)
            }
            let taken = try window.take(due: now, limit: 16, from: storage)
            for timer in taken {
                #expect(expected.remove(timer) != nil, "\(timer) fired twice or unasked")
                #expect(timer.due <= now)
                writes.removedTimers.insert(timer)
            }
            for _ in 0..<Int.random(in: 0...3, using: &entropy) {
                guard let timer = all.randomElement(using: &entropy), !writes.addedTimers.contains(timer),
                    expected.remove(timer) != nil
                else { continue }
                writes.removedTimers.insert(timer)
            }
            if Bool.random(using: &entropy) || taken.isEmpty {
                try storage.commit(writes)
                window.apply(added: writes.addedTimers, removed: writes.removedTimers, taken: taken)
            } else {
                // The turn does not happen: what it took comes back, what it would have written never was.
                window.putBack(taken)
                expected.formUnion(taken)
                expected.formUnion(writes.removedTimers)
                expected.subtract(writes.addedTimers)
            }
            if number.isMultiple(of: 7) { now = now.adding(Interval(milliseconds: 50)) }
            now = now.adding(Interval(milliseconds: 3))
        }
        #expect(storage.rows.timers.isEmpty)
        #expect(storage.complaints.isEmpty)
    }

    @Test func tenThousandSleepersAllWake() throws {
        var limits = TurnLimits()
        limits.timerWindow = 100
        let bench = try Bench(limits: limits)
        for index in 0..<10_000 as Range<Int64> {
            bench.invoke(startAt: bench.now.adding(Interval(milliseconds: 1000 + index * 7919 % 5000)))
        }
        try bench.turns()
        #expect(bench.counts.values.reduce(0, +) == 10_000)
        bench.pass(6)
        try bench.turns()
        #expect(bench.storage.rows.timers.isEmpty)
        #expect(bench.storage.rows.invocations.values.allSatisfy { $0.invocation.status != .scheduled })
    }

    @Test func timersOfTheDownTimeFireAtTheStart() throws {
        let bench = try Bench()
        bench.invoke(startAt: bench.now.adding(.seconds(5)))
        try bench.turns()
        bench.pass(3600)
        try bench.crash()
        #expect(bench.hasWork(at: bench.now))
        #expect(try bench.turns() == ["start 1 v7 open: Start(1) Input"])
    }

    @Test func aRetryForTheSameMomentIsNotLost() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        let atOnce = ErrorMessage(code: 500, message: "x", nextRetryDelayMilliseconds: 0)
        bench.receive(1, command(.run(completionID: 1)), .error(atOnce))
        try bench.turns()
        // Each attempt fails in the turn that fires its timer, for the very moment of that turn.
        var settings = Settings()
        settings.retryPolicy = RetryPolicy(initialInterval: .zero, factor: 1, intervalMax: .zero, attemptsMax: nil)
        settings.protocolVersionMax = 6
        bench.partition.reload(settings)
        bench.submit(.attempt(AttemptID(rawValue: 2), .ended))
        for _ in 0..<20 { try bench.turn() }
        #expect(bench.status(1) == .backingOff)
        #expect(bench.storage.rows.timers.count == 1)
        bench.partition.reload(Settings())
        try bench.turns()
        #expect(bench.status(1) == .running)
    }

    @Test func nextTurnIsAtTheNextTimerOrWithinASecond() throws {
        let bench = try Bench()
        try bench.turn()
        bench.invoke(startAt: bench.now.adding(Interval(milliseconds: 200)))
        try bench.turns()
        #expect(bench.nextTurn(after: bench.now) == bench.now.adding(Interval(milliseconds: 200)))
        bench.now = bench.now.adding(Interval(milliseconds: 200))
        try bench.turns()
        #expect(bench.nextTurn(after: bench.now) <= bench.now.adding(.seconds(1)))
    }
}
