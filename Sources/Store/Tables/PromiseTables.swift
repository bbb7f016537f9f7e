import DurableModel
import Engine
import ServiceProtocol

/// Durable promises of workflows, and who waits for them.
final class PromiseTables {
    private let payloads: PayloadTable
    private let select: Statement
    private let insertPending: Statement
    private let upsert: Statement
    private let selectChunked: Statement
    private let delete: Statement
    private let selectWaiters: Statement
    private let selectWaitersOfKey: Statement
    private let insertWaiter: Statement
    private let deleteWaiter: Statement
    private let deleteWaitersOf: Statement
    /// False while nobody ever waited: nearly every invocation ends without.
    private var mayHaveWaiters: Bool

    init(_ database: Database, payloads: PayloadTable) throws(StorageError) {
        self.payloads = payloads
        let key = "service = ?1 AND key = ?2"
        select = try database.prepare(
            "SELECT value, failure FROM promises WHERE \(key) AND name = ?3 AND is_completed = 1"
        )
        insertPending = try database.prepare(
            "INSERT OR IGNORE INTO promises (service, key, name, is_completed) VALUES (?1, ?2, ?3, 0)"
        )
        upsert = try database.prepare(
            """
            INSERT OR REPLACE INTO promises
                (service, key, name, is_completed, value, failure_code, failure_message, failure)
            VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)
            """
        )
        selectChunked = try database.prepare(
            "SELECT value FROM promises WHERE \(key) AND typeof(value) = 'integer'"
        )
        delete = try database.prepare("DELETE FROM promises WHERE \(key)")
        let waiters = "SELECT name, waiter, completion FROM promise_waiters WHERE \(key)"
        selectWaiters = try database.prepare("\(waiters) AND name = ?3 ORDER BY waiter, completion LIMIT ?4")
        selectWaitersOfKey = try database.prepare("\(waiters) ORDER BY name, waiter, completion LIMIT ?3")
        insertWaiter = try database.prepare(
            """
            INSERT OR IGNORE INTO promise_waiters (service, key, name, waiter, completion)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """
        )
        deleteWaiter = try database.prepare(
            "DELETE FROM promise_waiters WHERE \(key) AND name = ?3 AND waiter = ?4 AND completion = ?5"
        )
        deleteWaitersOf = try database.prepare("DELETE FROM promise_waiters WHERE waiter = ?1")
        mayHaveWaiters = try database.integer("SELECT EXISTS (SELECT 1 FROM promise_waiters)") == 1
    }

    // MARK: Promises

    func result(of promise: PromiseName) throws(StorageError) -> CompletionResult? {
        select.bind(promise)
        defer { select.reset() }
        guard try select.step() else { return nil }
        guard select.isNull(1) else {
            guard let failure = try? Failure.decode(select.blob(1)) else {
                throw .undecodable("promises", promise.name, "failure")
            }
            return .failure(failure)
        }
        return .value(try payloads.payload(of: select, 0))
    }

    /// Writes what a promise is completed with; of one that is only asked for, that it is.
    func write(_ result: CompletionResult?, to promise: PromiseName) throws(StorageError) {
        switch result {
        case .value(let value):
            upsert.bind(promise)
            for column: Int32 in 5...7 { upsert.bindNull(column) }
            try payloads.run(upsert, binding: value, at: 4)
        case .failure(let failure):
            upsert.bind(promise)
            upsert.bindNull(4)
            upsert.bind(5, Int(failure.code))
            upsert.bind(6, failure.message)
            upsert.bind(7, copying: failure.encode())
            try upsert.run()
        case nil:
            insertPending.bind(promise)
            try insertPending.run()
        case .void, .invocationID, .stateKeys:
            throw .refused("the promise '\(promise.name)' cannot be completed with what is no value and no failure")
        }
    }

    func removeAll(of key: ServiceKey) throws(StorageError) {
        if payloads.hasChunks {
            selectChunked.bind(key)
            try payloads.removeAll(namedBy: selectChunked)
        }
        delete.bind(key)
        try delete.run()
    }

    // MARK: Waiters

    func waiters(of promise: PromiseName, limit: Int) throws(StorageError) -> [PromiseWaiter] {
        guard mayHaveWaiters else { return [] }
        selectWaiters.bind(promise)
        selectWaiters.bind(4, limit)
        return try selectWaiters.collect { (row) throws(StorageError) in try Self.waiter(row, promise.key) }
    }

    func waiters(ofKey key: ServiceKey, limit: Int) throws(StorageError) -> [PromiseWaiter] {
        guard mayHaveWaiters else { return [] }
        selectWaitersOfKey.bind(key)
        selectWaitersOfKey.bind(3, limit)
        return try selectWaitersOfKey.collect { (row) throws(StorageError) in try Self.waiter(row, key) }
    }

    private static func waiter(_ row: Statement, _ key: ServiceKey) throws(StorageError) -> PromiseWaiter {
        guard let name = row.text(0), let completionID = row.uint32(2) else {
            throw .undecodable("promise_waiters", "(\(key.service), \(key.key), \(row.integer(1)))", "completion")
        }
        return PromiseWaiter(
            promise: PromiseName(key: key, name: name),
            waiter: row.number(1),
            completionID: completionID
        )
    }

    func add(_ waiter: PromiseWaiter) throws(StorageError) {
        mayHaveWaiters = true
        insertWaiter.bind(waiter)
        try insertWaiter.run()
    }

    func remove(_ waiter: PromiseWaiter) throws(StorageError) {
        deleteWaiter.bind(waiter)
        try deleteWaiter.run()
    }

    /// Removes what an invocation waits for.
    func removeWaiting(of number: InvocationNumber) throws(StorageError) {
        guard mayHaveWaiters else { return }
        deleteWaitersOf.bind(1, number)
        try deleteWaitersOf.run()
    }
}

extension Statement {
    fileprivate func bind(_ promise: PromiseName) {
        bind(promise.key)
        bind(3, promise.name)
    }

    fileprivate func bind(_ waiter: PromiseWaiter) {
        bind(waiter.promise)
        bind(4, waiter: waiter.waiter, completionID: waiter.completionID)
    }
}
