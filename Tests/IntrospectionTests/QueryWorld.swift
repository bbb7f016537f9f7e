import DurableModel
import Engine
import Glibc
import Introspection
import Registry
import ServiceProtocol
import Store

/// A state directory with known rows, and a session that reads it.
final class QueryWorld {
    let directory: String
    let store: SQLiteStore
    let session: QuerySession

    static let created = Timestamp(milliseconds: 1_767_323_045_678)
    static let deployment = DeploymentID(high: 0x0190_0000_0000_0001, low: 0x1122_3344_5566_7788)

    init(limits: QueryLimits = QueryLimits()) throws {
        var template = Array("/tmp/perdure-sql-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(code: errno) }
        directory = String(cString: made)
        store = try SQLiteStore(directory: directory)
        session = try QuerySession(databasePath: SQLiteStore.databasePath(in: directory), limits: limits)
    }

    deinit {
        for name in ["perdure.db", "perdure.db-wal", "perdure.db-shm", "perdure.lock"] {
            unlink(directory + "/" + name)
        }
        rmdir(directory)
    }

    struct Failure: Error {
        let code: Int32
    }

    struct Answer: Equatable {
        var columns: [ResultColumn] = []
        var rows: [[QueryValue]] = []
        var isTruncated = false
    }

    /// All of an answer.
    func query(_ sql: String, rowsMax: Int? = nil, deadlineMilliseconds: Int = 20_000) throws(QueryError) -> Answer {
        var answer = Answer()
        let outcome = try session.run(
            sql,
            rowsMax: rowsMax,
            deadlineMilliseconds: deadlineMilliseconds,
            columns: { answer.columns = $0 },
            row: { cells in answer.rows.append(zip(cells, answer.columns).map(Self.shown)) }
        )
        answer.isTruncated = outcome.isTruncated
        return answer
    }

    /// The first column of all rows.
    func column(_ sql: String) throws(QueryError) -> [QueryValue] {
        try query(sql).rows.map { $0[0] }
    }

    func commit(_ change: (inout WriteSet) -> Void) throws {
        var writes = WriteSet()
        change(&writes)
        try store.commit(writes)
    }

    // MARK: Rows

    static func id(_ number: Int64) -> InvocationID {
        InvocationID(
            partitionKey: 77,
            createdAt: created,
            number: InvocationNumber(rawValue: number),
            entropy: UInt32(number)
        )
    }

    static func invocation(
        _ number: Int64,
        status: InvocationStatus = .running,
        target: Target = Target(service: "Greeter", key: nil, handler: "greet"),
        derivedID: InvocationID? = nil,
        invoker: Invoker = .ingress,
        createdAt: Timestamp = created,
        retention: Interval = .hours(240_000)
    ) -> Invocation {
        let head = InvocationHead(
            number: InvocationNumber(rawValue: number),
            id: derivedID ?? id(number),
            hasDerivedID: derivedID != nil,
            target: target,
            serviceType: target.key == nil ? .service : .virtualObject,
            handlerType: target.key == nil ? .plain : .exclusive,
            idempotencyKey: nil,
            invoker: invoker,
            createdAt: createdAt,
            completionRetention: retention,
            journalRetention: retention
        )
        return Invocation(head: head, status: status, inputBytes: 0)
    }

    func add(_ invocations: Invocation..., input: [UInt8]? = nil, output: [UInt8]? = nil) throws {
        try commit { writes in
            for invocation in invocations {
                writes.invocations[invocation.number] = .init(
                    invocation: invocation,
                    isNew: true,
                    input: input,
                    output: output
                )
            }
        }
    }
}
