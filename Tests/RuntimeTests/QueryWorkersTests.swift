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
        let workers = QueryWorkers(
            loop: loop,
            program: "/bin/sleep",
            arguments: ["3600"],
            limits: limits,
            logger: .disabled
        )
        var failures: [QueryError] = []
        for _ in 0..<3 {
            workers.run(sql: "SELECT 1", isOwn: false, rowsMax: nil, format: .json, onBatch: { _ in }) { result in
                if case .failure(let error) = result { failures.append(error) }
            }
        }
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
        let workers = QueryWorkers(
            loop: loop,
            program: "/bin/sleep",
            arguments: ["3600"],
            limits: limits,
            logger: .disabled
        )
        var callers: [QueryError] = []
        for _ in 0..<3 {
            workers.run(sql: "SELECT 1", isOwn: false, rowsMax: nil, format: .json, onBatch: { _ in }) { result in
                if case .failure(let error) = result { callers.append(error) }
            }
        }
        workers.limits.deadlineMilliseconds = 20
        var own: [QueryError] = []
        for _ in 0..<2 {
            workers.run(sql: "SELECT 1", isOwn: true, rowsMax: nil, format: .json, onBatch: { _ in }) { result in
                if case .failure(let error) = result { own.append(error) }
            }
        }
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
        let workers = QueryWorkers(
            loop: loop,
            program: program,
            arguments: arguments,
            limits: limits,
            logger: .disabled
        )
        var failure: QueryError?
        workers.run(sql: "SELECT 1", isOwn: false, rowsMax: nil, format: .json, onBatch: { _ in }) { result in
            if case .failure(let error) = result { failure = error }
        }
        while failure == nil { loop.runOnce(wait: true) }
        workers.close()
        loop.close()
        return failure
    }
}
