import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

/// A purge, or the end of a retention, that has much to do: it is spread over turns, like all that has no bound of its own.
@Suite struct PurgeTests {
    /// Runs of the workflow that are over, and after each of them so many who wait for promises of its key.
    private func bench(runs: Int, waiters: Int, settings: Settings = Settings()) throws -> Bench {
        let bench = try Bench(settings: settings)
        for run in 1...runs {
            bench.invoke("Flow", "run", key: "k\(run)")
            try bench.turns()
            bench.receive(Int64(1 + (run - 1) * (1 + waiters)), output, .end)
            for number in 1...waiters {
                bench.invoke("Flow", "tell", key: "k\(run)")
                try bench.turns()
                let waiter = Int64(1 + (run - 1) * (1 + waiters) + number)
                bench.receive(
                    waiter,
                    command(.getPromise(key: "p\(number % 3)", completionID: 1)),
                    .suspension(.flat([.completion(1)]))
                )
            }
            try bench.turns()
        }
        return bench
    }

    private func toldInLastTurn(_ bench: Bench) -> Int { bench.storage.lastCommit.removedPromiseWaiters.count }

    private func purge(_ number: Int64, _ bench: Bench) throws {
        let id = try #require(bench.row(number)?.head.id)
        bench.submit(.operate(.purge, id, actor: "test", bench.request()))
    }

    @Test func manyWhoWaitForPromisesAreToldOverSeveralTurns() throws {
        let bench = try bench(runs: 1, waiters: 250)
        try purge(1, bench)
        var told: [Int] = []
        while bench.hasWork(at: bench.now) {
            let lines = try bench.turn()
            told.append(toldInLastTurn(bench))
            let isOver = bench.row(1) == nil
            #expect(lines.contains { $0.hasSuffix(": purged") } == isOver, "the answer comes when it is done")
            if told.count == 1 {
                bench.invoke("Greeter", "greet", from: 7)
                #expect(try bench.turn().contains { $0.hasSuffix("accepted") }, "others have their turn meanwhile")
                told.append(toldInLastTurn(bench))
            }
        }
        #expect(told.filter { $0 > 0 } == [100, 100, 50])
        #expect(bench.storage.rows.promises.isEmpty && bench.storage.rows.promiseWaiters.isEmpty)
        for number in 2...251 as ClosedRange<Int64> {
            #expect(bench.journal(number) == ["GetPromise(1)", "GetPromise(1)=failure 410"])
        }
        #expect(bench.storage.complaints.isEmpty && bench.storage.rows.violations().isEmpty)
    }

    @Test func theEndOfARetentionTellsNoMoreInATurnAndGoesOnAtOnce() throws {
        var settings = Settings()
        settings.journalRetention = .seconds(30)
        settings.workflowCompletionRetention = .seconds(30)
        let bench = try bench(runs: 2, waiters: 150, settings: settings)
        bench.pass(31)
        var told: [Int] = []
        repeat {
            try bench.turn()
            told.append(toldInLastTurn(bench))
        } while bench.hasWork(at: bench.now)
        #expect(told.filter { $0 > 0 } == [100, 100, 100])
        #expect(bench.row(1) == nil && bench.row(152) == nil)
        #expect(bench.storage.rows.promiseWaiters.isEmpty)
    }

    @Test func afterACrashInItsMiddleItCanBeAskedForAgain() throws {
        let bench = try bench(runs: 1, waiters: 250)
        try purge(1, bench)
        try bench.turn()
        try bench.crash()
        try bench.turns()
        #expect(bench.row(1) != nil)
        try purge(1, bench)
        #expect(try bench.turns().contains { $0.hasSuffix(": purged") })
        #expect(bench.row(1) == nil)
        #expect(bench.storage.rows.promiseWaiters.isEmpty)
    }

    @Test func whoAskedIsToldWhenTheDaemonStopsBeforeItIsDone() throws {
        let bench = try bench(runs: 1, waiters: 250)
        try purge(1, bench)
        try bench.turn()
        #expect(bench.stop().map(ActionText.line).contains { $0.hasSuffix(": stopping") })
        #expect(bench.row(1) != nil)
    }

    @Test func aStepInBulkTellsNoMoreAndTheNextGoesOnWhereItEnded() throws {
        let bench = try bench(runs: 3, waiters: 80)
        var filter = InvocationFilter()
        filter.handlers = ["run"]
        var step: BulkStep? = BulkStep(.purge, filter)
        var purged: [Int] = []
        while let next = step {
            bench.submit(.operateBulk(next, actor: "test", bench.request()))
            let actions = try bench.partition.turn(at: bench.now)
            #expect(toldInLastTurn(bench) <= 100)
            for case .answer(_, .bulk(let progress)) in actions {
                #expect(progress.matched == progress.succeeded)
                purged.append(progress.succeeded)
                step = next.next(after: progress)
            }
        }
        #expect(purged == [1, 1, 1])
        #expect(bench.storage.rows.promiseWaiters.isEmpty)
    }
}
