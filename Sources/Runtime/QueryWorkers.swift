import ControlProtocol
import EventLoop
import Logging

/// Why a query has no answer, or no more of it.
package enum QueryError: Error, Sendable, Equatable {
    /// The worker's own refusal: a statement that is none, is too large, may not run, or ran out of a limit.
    case refused(ControlError)
    /// The worker had to be killed at its deadline.
    case deadline(milliseconds: Int)
    /// The answer has more rows than one may have.
    case tooManyRows(max: Int)
    /// The worker died of the statement: too deeply nested, or too large for its memory.
    case workerEnded
    /// All workers are busy and enough queries wait.
    case busy
    /// No worker could be started; what the system said.
    case unavailable(String)
    case stopping
}

/// Bounds of queries and their processes.
package struct QueryLimits: Sendable {
    package var workersMax = 2
    /// Queries that wait for a worker; more are refused.
    package var waitingMax = 64
    package var deadlineMilliseconds = 10_000
    /// Rows of an answer to a caller's statement.
    package var rowsMax = 1_000_000
    /// How long after its deadline a worker is killed.
    package var killAfterMilliseconds = 1_000

    package init() {}
}

/// The processes that run SQL, so that no statement costs the core more than passing on its rows.
///
/// Started on demand, given one query at a time, kept while they last (a worker ends by itself after a minute without
/// work). Made and used on the loop's thread.
package final class QueryWorkers {
    /// A query and who waits for it.
    final class Job {
        let query: QueryWorker.Query
        let onBatch: (QueryWorker.Batch) -> Void
        var then: ((Result<QueryWorker.Summary, QueryError>) -> Void)?

        init(
            _ query: QueryWorker.Query,
            onBatch: @escaping (QueryWorker.Batch) -> Void,
            then: @escaping (Result<QueryWorker.Summary, QueryError>) -> Void
        ) {
            self.query = query
            self.onBatch = onBatch
            self.then = then
        }

        func finish(_ result: Result<QueryWorker.Summary, QueryError>) {
            let body = then
            then = nil
            body?(result)
        }
    }

    let loop: EventLoop
    let program: String
    let arguments: [String]
    /// Those of queries that begin from now on; the number of workers is that of the start.
    package var limits: QueryLimits
    let logger: Logger
    private var workers: [QueryProcess] = []
    private var waiting: [Job] = []
    private var isClosed = false

    /// `program` is an absolute path; `arguments` name the database.
    package init(loop: EventLoop, program: String, arguments: [String], limits: QueryLimits, logger: Logger) {
        self.loop = loop
        self.program = program
        self.arguments = arguments
        self.limits = limits
        self.logger = logger
    }

    /// Runs one statement. Batches come in order, then the end, both in later iterations of the loop.
    package func run(
        sql: String,
        rowsMax: Int?,
        format: QueryWorker.Format,
        onBatch: @escaping (QueryWorker.Batch) -> Void,
        then: @escaping (Result<QueryWorker.Summary, QueryError>) -> Void
    ) {
        guard !isClosed else { return then(.failure(.stopping)) }
        guard waiting.count < limits.waitingMax else { return then(.failure(.busy)) }
        let query = QueryWorker.Query(
            sql: sql,
            deadlineMilliseconds: limits.deadlineMilliseconds,
            rowsMax: rowsMax,
            format: format
        )
        waiting.append(Job(query, onBatch: onBatch, then: then))
        assign()
    }

    /// Gives waiting queries to idle workers, starting more up to the limit.
    private func assign() {
        while !waiting.isEmpty {
            if let idle = workers.first(where: \.isIdle) {
                idle.begin(waiting.removeFirst())
            } else if workers.count < limits.workersMax {
                do {
                    workers.append(try QueryProcess(self))
                } catch {
                    waiting.removeFirst().finish(.failure(.unavailable(error.description)))
                }
            } else {
                return
            }
        }
    }

    func becameIdle() { assign() }

    func ended(_ worker: QueryProcess) {
        workers.removeAll { $0 === worker }
        if !isClosed { assign() }
    }

    /// Ends all workers; what they were doing fails.
    package func close() {
        isClosed = true
        for job in waiting { job.finish(.failure(.stopping)) }
        waiting = []
        for worker in workers { worker.close() }
        workers = []
    }
}
