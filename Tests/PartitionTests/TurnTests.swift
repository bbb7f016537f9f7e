import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

@Suite struct TurnTests {
    @Test func aTurnIsOneCommit() throws {
        let bench = try Bench()
        let before = bench.storage.commitCount
        for _ in 0..<50 { bench.invoke() }
        try bench.turn()
        #expect(bench.storage.commitCount == before + 1)
        #expect(bench.attemptCount == 50)
        #expect(!bench.hasWork(at: bench.now))
    }

    @Test func anEmptyTurnWritesNothing() throws {
        let bench = try Bench()
        let before = bench.storage.commitCount
        for _ in 0..<5 {
            #expect(try bench.turn() == [])
            bench.pass(1)
        }
        #expect(bench.storage.commitCount == before)
    }

    @Test func aTurnTakesNoMoreThanItsLimits() throws {
        var limits = TurnLimits()
        limits.commands = 10
        let bench = try Bench(limits: limits)
        for _ in 0..<25 { bench.invoke() }
        for count in [10, 20, 25] {
            try bench.turn()
            #expect(bench.storage.rows.invocations.count == count)
        }
        limits.commandBytes = 3 * 520
        let small = try Bench(limits: limits)
        for _ in 0..<8 { small.invoke() }
        try small.turn()
        #expect(small.storage.rows.invocations.count == 4)
    }

    @Test func oneCommandGoesWhateverItWeighs() throws {
        var limits = TurnLimits()
        limits.commandBytes = 1
        let bench = try Bench(limits: limits)
        for _ in 0..<3 { bench.invoke() }
        for count in 1...3 {
            try bench.turn()
            #expect(bench.storage.rows.invocations.count == count)
        }
    }

    @Test("known fault 18: a flood from one source does not starve the others")
    func floodsDoNotStarve() throws {
        var limits = TurnLimits()
        limits.commands = 64
        let bench = try Bench(limits: limits)
        for _ in 0..<10_000 { bench.invoke(from: 1) }
        for source in 2...4 as ClosedRange<UInt64> { bench.invoke("Counter", "get", key: "k", from: source) }
        try bench.turn()
        let shared = bench.storage.rows.invocations.values.filter { $0.invocation.head.target.handler == "get" }
        #expect(shared.count == 3)
    }

    @Test func whoAsksAgainAtOnceDoesNotGoAheadOfWhoWaits() {
        var queue = CommandQueue()
        func ask(_ source: UInt64) {
            queue.append(
                QueuedCommand(command: .forget(RequestID(rawValue: source)), source: CommandSource(rawValue: source))
            )
        }
        let limit = 64
        for _ in 0..<40 { ask(1000) }
        for source in 0..<UInt64(limit) { ask(source) }
        var left = 40
        for _ in 0..<100 where left > 0 {
            let taken = queue.take(limit: limit, bytesMax: .max)
            for queued in taken {
                if queued.source.rawValue == 1000 { left -= 1 } else { ask(queued.source.rawValue) }
            }
        }
        #expect(left == 0)
    }

    @Test func sourcesKeepTheirOrder() {
        var queue = CommandQueue()
        for number in 0..<5000 as Range<UInt64> {
            queue.append(
                QueuedCommand(
                    command: .forget(RequestID(rawValue: number)),
                    source: CommandSource(rawValue: number % 3)
                )
            )
        }
        var last: [CommandSource: UInt64] = [:]
        var count = 0
        while !queue.isEmpty {
            let taken = queue.take(limit: 100, bytesMax: .max)
            // Some go back, as after a full disk.
            let kept = count % 300 == 0 ? 70 : taken.count
            queue.putBack(Array(taken.dropFirst(kept)))
            for queued in taken.prefix(kept) {
                guard case .forget(let request) = queued.command else { continue }
                #expect(request.rawValue >= last[queued.source] ?? 0)
                last[queued.source] = request.rawValue
                count += 1
            }
        }
        #expect(count == 5000)
    }

    @Test func placesAreLimitedAndGivenInOrder() throws {
        var settings = Settings()
        settings.attemptsMax = 3
        let bench = try Bench(settings: settings)
        for _ in 0..<8 { bench.invoke() }
        try bench.turns()
        #expect(bench.attemptCount == 3)
        for number in 1...8 as ClosedRange<Int64> {
            #expect(bench.attempt(of: number)?.rawValue == UInt64(number))
            bench.receive(number, output, .end)
            try bench.turns()
            #expect(bench.attemptCount == min(3, 8 - Int(number)))
        }
    }

    @Test func waitersAreAnsweredExactlyOnce() throws {
        let bench = try Bench()
        bench.invoke(waits: true)
        try bench.turns()
        guard let id = bench.row(1)?.head.id else { return }
        bench.submit(.attach(id, RequestID(rawValue: 70)))
        bench.submit(.attach(id, RequestID(rawValue: 71)))
        bench.submit(.forget(RequestID(rawValue: 71)))
        try bench.turns()
        bench.receive(1, output, .end)
        #expect(
            try bench.turns() == ["finish 1", "answer 2: success 'done'", "answer 70: success 'done'"]
        )
        bench.receive(1, output, .end)
        #expect(try bench.turns() == [])
    }

    @Test func callAndItsEndInOneTurnAreAnswered() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        guard let id = bench.row(1)?.head.id else { return }
        bench.submit(.attach(id, RequestID(rawValue: 70)), from: 2)
        bench.receive(1, output, .end, from: 3)
        #expect(try bench.turn().contains("answer 70: success 'done'"))
    }

    @Test("known fault 10: a stop answers everybody who waits")
    func stopAnswersAll() throws {
        let bench = try Bench()
        bench.invoke(waits: true)
        try bench.turns()
        bench.invoke(waits: true)
        bench.submit(.forget(RequestID(rawValue: 99)))
        let lines = bench.stop().map(ActionText.line)
        #expect(lines == ["answer 3: stopping", "answer 2: stopping, accepted"])
        #expect(bench.stop().isEmpty)
    }

    @Test func deadlinesAreLookedAtAndForgotten() throws {
        var settings = Settings()
        settings.inactivityTimeout = .seconds(10)
        settings.abortTimeout = .seconds(20)
        let bench = try Bench(settings: settings)
        bench.invoke()
        try bench.turns()
        bench.pass(10)
        #expect(try bench.turns() == ["endInput 1"])
        bench.pass(20)
        // What has come in the same turn keeps it alive.
        bench.receive(1, command(.run(completionID: 1)))
        #expect(try bench.turns() == [])
        bench.pass(20)
        #expect(try bench.turns() == ["abort 1", "note: failed Greeter/greet RT0001"])
    }

    @Test func deadlinesOfEndedAttemptsDoNotGather() throws {
        let bench = try Bench()
        for round in 0..<10 as Range<Int64> {
            for _ in 0..<500 { bench.invoke() }
            try bench.turns()
            for number in 1...500 as ClosedRange<Int64> { bench.receive(round * 500 + number, output, .end) }
            try bench.turns()
        }
        #expect(bench.deadlines.count <= 4097 + 500)
    }

    @Test func reloadChangesWhatComes() throws {
        let bench = try Bench()
        var settings = Settings()
        settings.attemptsMax = 0
        bench.partition.reload(settings)
        bench.invoke()
        try bench.turns()
        #expect(bench.attemptCount == 0)
        bench.partition.reload(Settings())
        try bench.turns()
        #expect(bench.attemptCount == 1)
    }

    @Test("known fault 7: no turn works off more of a killed tree than its share, and a crash in between loses nothing")
    func aKilledTreeIsWorkedOffInShortTurns() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        // A tree of 1 + 20 + 20 × 50.
        for id in 1...20 as ClosedRange<UInt32> { bench.receive(1, send(id)) }
        try bench.turns()
        for number in 2...21 as ClosedRange<Int64> {
            for id in 1...50 as ClosedRange<UInt32> { bench.receive(number, send(id)) }
        }
        try bench.turns()
        #expect(bench.attemptCount + bench.ready.count == 1021)
        let root = try #require(bench.row(1)?.head.id)
        bench.submit(.operate(.kill, root, actor: "test", bench.request()))
        var left = unfinished(bench)
        var turns = 0
        repeat {
            try bench.turn()
            let after = unfinished(bench)
            #expect(left - after <= Engine.outboxKillsMax && left > after)
            left = after
            turns += 1
            if turns == 4 { try bench.crash() }
        } while bench.hasWork(at: bench.now) && turns < 100
        #expect(left == 0)
        #expect(bench.storage.rows.outbox.isEmpty)
        #expect(bench.storage.rows.violations().isEmpty)
    }

    private func unfinished(_ bench: Bench) -> Int {
        bench.storage.rows.invocations.values.count { $0.invocation.status != .completed }
    }

    private func send(_ id: UInt32) -> ServiceMessage {
        command(
            .oneWayCall(
                OneWayCallCommand(
                    serviceName: "Greeter",
                    handlerName: "greet",
                    invokeTimeMilliseconds: 0,
                    key: "",
                    invocationIDNotificationIndex: id
                )
            )
        )
    }
}
