import ControlProtocol
import EventLoop
import Glibc
import Logging
import Runtime
import Testing

/// Programs that are no query workers stand for workers that fail in each way; real ones are tested with the daemon.
@Suite(.serialized) struct QueryWorkersTests {
    @Test func aWorkerThatDiesFailsItsQueryOnly() throws {
        #expect(try outcome(of: "/bin/false") == .workerEnded)
    }

    @Test func aProgramThatIsNotThereIsUnavailable() throws {
        guard case .unavailable = try outcome(of: "/nonexistent/perdured-query") else {
            Issue.record("a missing program was started")
            return
        }
    }

    @Test func aWorkerThatNeverAnswersIsKilledAtItsDeadline() throws {
        #expect(try outcome(of: "/bin/sleep", arguments: ["3600"]) == .deadline(milliseconds: 20))
    }

    @Test func queriesBeyondTheQueueAreRefused() throws {
        let loop = try EventLoop()
        var limits = QueryLimits()
        limits.workersMax = 1
        limits.waitingMax = 1
        let workers = Self.workers("/bin/sleep", ["3600"], limits, on: loop)
        var failures: [QueryError] = []
        for _ in 0..<3 { Self.ask(workers) { failures.append($0) } }
        #expect(failures == [.busy])
        workers.close()
        #expect(failures == [.busy, .stopping, .stopping])
        loop.close()
    }

    @Test func theServersOwnQueriesDoNotWaitForThoseOfCallers() throws {
        let loop = try EventLoop()
        var limits = QueryLimits()
        limits.workersMax = 1
        limits.killAfterMilliseconds = 20
        limits.deadlineMilliseconds = 3_600_000
        let workers = Self.workers("/bin/sleep", ["3600"], limits, on: loop)
        var callers: [QueryError] = []
        for _ in 0..<3 { Self.ask(workers) { callers.append($0) } }
        workers.limits.deadlineMilliseconds = 20
        var own: [QueryError] = []
        for _ in 0..<2 { Self.ask(workers, isOwn: true) { own.append($0) } }
        while own.count < 2 { loop.runOnce(wait: true) }
        #expect(own == [.deadline(milliseconds: 20), .deadline(milliseconds: 20)])
        #expect(callers.isEmpty)
        workers.close()
        #expect(callers == [.stopping, .stopping, .stopping])
        loop.close()
    }

    private func outcome(of program: String, arguments: [String] = []) throws -> QueryError? {
        let loop = try EventLoop()
        var limits = QueryLimits()
        limits.deadlineMilliseconds = 20
        limits.killAfterMilliseconds = 20
        let workers = Self.workers(program, arguments, limits, on: loop)
        var failure: QueryError?
        Self.ask(workers) { failure = $0 }
        while failure == nil { loop.runOnce(wait: true) }
        workers.close()
        loop.close()
        return failure
    }

    private static func workers(
        _ program: String,
        _ arguments: [String],
        _ limits: QueryLimits,
        on loop: EventLoop
    ) -> QueryWorkers {
        QueryWorkers(loop: loop, program: program, arguments: arguments, limits: limits, logger: .disabled)
    }

    private static func ask(_ workers: QueryWorkers, isOwn: Bool = false, onFailure: @escaping (QueryError) -> Void) {
        workers.run(sql: "SELECT 1", isOwn: isOwn, rowsMax: nil, format: .json, onBatch: { _ in }) { result in
            if case .failure(let error) = result { onFailure(error) }
        }
    }
}
