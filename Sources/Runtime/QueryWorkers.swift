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
    /// Of callers' statements; one more is there for the server's own.
    package var workersMax = 2
    /// Queries that wait for a worker, callers' and the server's own each; more are refused.
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
        /// Whether the statement is the server's own, behind an operation, and not a caller's.
        let isOwn: Bool
        let query: QueryWorker.Query
        let onBatch: (QueryWorker.Batch) -> Void
        var then: ((Result<QueryWorker.Summary, QueryError>) -> Void)?

        init(
            _ query: QueryWorker.Query,
            isOwn: Bool,
            onBatch: @escaping (QueryWorker.Batch) -> Void,
            then: @escaping (Result<QueryWorker.Summary, QueryError>) -> Void
        ) {
            self.isOwn = isOwn
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
    private var ownWaiting: [Job] = []
    private var isClosed = false

    /// `program` is an absolute path; `arguments` name the database.
    package init(loop: EventLoop, program: String, arguments: [String], limits: QueryLimits, logger: Logger) {
        self.loop = loop
        self.program = program
        self.arguments = arguments
        self.limits = limits
        self.logger = logger
    }

    /// Runs one statement. Batches come in order, then the end, both in later iterations of the loop. The server's own do not
    /// wait for those of callers, which may be slow.
    package func run(
        sql: String,
        isOwn: Bool,
        rowsMax: Int?,
        format: QueryWorker.Format,
        onBatch: @escaping (QueryWorker.Batch) -> Void,
        then: @escaping (Result<QueryWorker.Summary, QueryError>) -> Void
    ) {
        guard !isClosed else { return then(.failure(.stopping)) }
        guard (isOwn ? ownWaiting : waiting).count < limits.waitingMax else { return then(.failure(.busy)) }
        let query = QueryWorker.Query(
            sql: sql,
            deadlineMilliseconds: limits.deadlineMilliseconds,
            rowsMax: rowsMax,
            format: format
        )
        let job = Job(query, isOwn: isOwn, onBatch: onBatch, then: then)
        if isOwn { ownWaiting.append(job) } else { waiting.append(job) }
        assign()
    }

    /// Gives waiting queries to idle workers, starting more up to the limit.
    private func assign() {
        while let job = nextJob() {
            if let idle = workers.first(where: \.isIdle) {
                idle.begin(job)
                continue
            }
            do {
                let worker = try QueryProcess(self)
                workers.append(worker)
                worker.begin(job)
            } catch {
                job.finish(.failure(.unavailable(error.description)))
            }
        }
    }

    /// The next query for which there is, or may be started, a worker.
    private func nextJob() -> Job? {
        let busy = workers.filter { !$0.isIdle }
        if !ownWaiting.isEmpty, busy.count <= limits.workersMax { return ownWaiting.removeFirst() }
        guard !waiting.isEmpty, busy.count(where: { !$0.isAtOwnQuery }) < limits.workersMax,
            busy.count <= limits.workersMax
        else { return nil }
        return waiting.removeFirst()
    }

    func becameIdle() { assign() }

    func ended(_ worker: QueryProcess) {
        workers.removeAll { $0 === worker }
        if !isClosed { assign() }
    }

    /// Ends all workers; what they were doing fails.
    package func close() {
        isClosed = true
        for job in ownWaiting + waiting { job.finish(.failure(.stopping)) }
        (ownWaiting, waiting) = ([], [])
        for worker in workers { worker.close() }
        workers = []
    }
}
