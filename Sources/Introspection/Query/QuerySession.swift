import CSQLite
import Glibc
import Store

/// One connection that answers SQL over the public tables and cannot do anything else.
///
/// Read-only in four ways: the file is opened so, the connection is told so, an authorizer lets nothing but SELECT over
/// the public tables pass, and limits bound what a statement may cost. The private tables are read by the public ones
/// only. Used by one thread; statements run one after the other.
package final class QuerySession {
    let limits: QueryLimits
    let authorizer: QueryAuthorizer
    /// The time of the current query, in milliseconds: what has outlived its retention by then is not there.
    private(set) var now: Int64 = 0
    private let reader: StoreReader
    private var tables: [VirtualTable] = []
    private var finder: InvocationFinder?
    private var calleeFinder: CalleeFinder?
    private var chunks: OpaquePointer?
    private let watch = QueryWatch()

    var handle: OpaquePointer { reader.handle }

    /// Opens the database file at `databasePath`.
    package init(databasePath: String, limits: QueryLimits = QueryLimits()) throws(QueryError) {
        self.limits = limits
        do throws(StoreError) {
            reader = try StoreReader(path: databasePath)
            authorizer = QueryAuthorizer(privateTables: Set(try reader.tableNames().map { $0.lowercased() }))
        } catch {
            throw .unavailable(error.description)
        }
        try prepareConnection()
    }

    deinit {
        finder = nil
        calleeFinder = nil
        sqlite3_finalize(chunks)
    }

    private func prepareConnection() throws(QueryError) {
        try InformationSchema.attach(to: handle)
        for definition in PublicTable.all + PublicTable.unlisted {
            let table = VirtualTable(table: definition, session: self)
            guard table.register(on: handle) == SQLITE_OK else {
                throw .unavailable("the table \(definition.name) cannot be registered: \(message)")
            }
            tables.append(table)
        }
        guard SQLFunctions.register(on: handle, limits: limits) == SQLITE_OK else {
            throw .unavailable("the functions cannot be registered: \(message)")
        }
        do throws(StoreError) {
            try reader.forbidWrites()
        } catch {
            throw .unavailable(error.description)
        }
        // First of all: a new authorizer makes SQLite compile every statement again.
        authorizer.attach(to: handle)
        do throws(ScanError) {
            finder = try InvocationFinder(self)
            calleeFinder = try CalleeFinder(self)
            // SQLite's own tables that take a list apart are made when they are first named, which only we may do.
            for name in QueryAuthorizer.listTables {
                sqlite3_finalize(try preparePrivate("SELECT 1 FROM \(name)('[]')"))
            }
            chunks = try preparePrivate("SELECT bytes FROM payload_chunks WHERE chunk BETWEEN ?1 AND ?2 ORDER BY chunk")
        } catch {
            throw .unavailable("the database cannot be read: \(message)")
        }
        limits.apply(to: handle)
        watch.attach(to: handle)
    }

    // MARK: Running

    /// Runs one statement. `columns` is told the columns before the first row, `row` each row; either may throw to
    /// stop. Stops after `rowsMax` rows and says whether there were more; `isCancelled` is asked every now and then.
    package func run(
        _ sql: String,
        rowsMax: Int? = nil,
        deadlineMilliseconds: Int,
        isCancelled: @escaping () -> Bool = { false },
        columns: ([ResultColumn]) throws(QueryError) -> Void,
        row: ([QueryValue]) throws(QueryError) -> Void
    ) throws(QueryError) -> (rows: Int, isTruncated: Bool) {
        now = Self.wallClockMilliseconds()
        authorizer.reset()
        calleeFinder?.forget()
        for table in tables { table.forgetPlans() }
        watch.start(milliseconds: deadlineMilliseconds, isCancelled: isCancelled)
        defer { watch.stop() }
        let (compiled, described) = try prepare(sql)
        defer { sqlite3_finalize(compiled) }
        try columns(described)
        guard let statement = compiled else { return (0, false) }
        var rows = 0
        var bytes = 0
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return (rows, false) }
            guard code == SQLITE_ROW else { throw failure(code) }
            if let rowsMax, rows >= rowsMax { return (rows, true) }
            let cells = (0..<described.count).map { QueryValue(column: Int32($0), of: statement) }
            for cell in cells { bytes += cell.approximateBytes }
            guard bytes <= limits.answerBytesMax else {
                throw .tooLarge(
                    "the answer is longer than \(limits.answerBytesMax) bytes; ask for fewer rows or columns"
                )
            }
            try row(cells)
            rows += 1
        }
    }

    /// The statement and the columns of its answer; none when there is nothing to run.
    private func prepare(_ sql: String) throws(QueryError) -> (OpaquePointer?, [ResultColumn]) {
        guard sql.utf8.count <= limits.sqlBytesMax else {
            throw .refused("the statement is longer than \(limits.sqlBytesMax) bytes")
        }
        guard !sql.utf8.contains(0) else { throw .refused("the statement contains a zero byte") }
        let translation = try Dialect.translate(sql, now: now, limits: limits)
        guard let text = translation.sql else { return (nil, []) }
        return (try compile(text), translation.columns)
    }

    private func compile(_ sql: String) throws(QueryError) -> OpaquePointer {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code) }
        return statement
    }

    /// Bounds all of SQLite's memory in this process; sorting and grouping happen in it.
    package static func limitHeap(bytesMax: Int) {
        sqlite3_hard_heap_limit64(Int64(bytesMax))
    }

    // MARK: For the tables

    var invocations: InvocationFinder {
        get throws(ScanError) {
            guard let finder else { throw .sqlite(SQLITE_MISUSE) }
            return finder
        }
    }

    /// What a call of an invocation made, by the completion that tells its id.
    func callee(of number: Int64, completion: UInt32) throws(ScanError) -> Callee? {
        try calleeFinder?.callee(of: number, completion: completion)
    }

    /// Compiles one of our own statements, which may read everything.
    func preparePrivate(_ sql: String) throws(ScanError) -> OpaquePointer {
        var statement: OpaquePointer?
        let code = authorizer.trusting { sqlite3_prepare_v2(handle, sql, -1, &statement, nil) }
        guard code == SQLITE_OK, let statement else { throw .sqlite(code == SQLITE_OK ? SQLITE_ERROR : code) }
        return statement
    }

    /// Steps one of our own statements. SQLite compiles it again by itself when the schema has changed.
    func stepPrivate(_ statement: OpaquePointer?) -> Int32 {
        authorizer.trusting { sqlite3_step(statement) }
    }

    /// A payload that lies in chunks.
    func payload(number: Int64) throws(ScanError) -> [UInt8] {
        defer { sqlite3_reset(chunks) }
        sqlite3_bind_int64(chunks, 1, number << 16)
        sqlite3_bind_int64(chunks, 2, number << 16 | 0xffff)
        var payload: [UInt8] = []
        while true {
            switch stepPrivate(chunks) {
            case SQLITE_ROW:
                guard let start = sqlite3_column_blob(chunks, 0) else { continue }
                let count = Int(sqlite3_column_bytes(chunks, 0))
                payload.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
                // SQLite refuses longer values anyway; without this the whole of one would be gathered first.
                if payload.count > limits.valueBytesMax { throw .sqlite(SQLITE_TOOBIG) }
            case SQLITE_DONE:
                return payload
            case let code:
                throw .sqlite(code)
            }
        }
    }

    // MARK: Errors

    private var message: String { String(cString: sqlite3_errmsg(handle)) }

    private func failure(_ code: Int32) -> QueryError {
        if let reason = watch.stopReason { return reason }
        switch code & 0xff {
        case SQLITE_AUTH:
            return .refused(authorizer.refusal ?? "the statement does what is not allowed here")
        case SQLITE_NOMEM:
            return .tooLarge(
                "the query needs more memory than one may use; narrow it, or sort and group fewer rows"
            )
        case SQLITE_TOOBIG:
            return .tooLarge("a value or the statement is longer than a query may have")
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL,
            SQLITE_SCHEMA:
            return .unavailable("the database cannot be read at the moment: \(message)")
        default:
            return .refused(message)
        }
    }

    private static func wallClockMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension QueryValue {
    /// About the memory of a cell, for the bounds of an answer and of a batch.
    var approximateBytes: Int {
        switch self {
        case .null, .integer, .real: 8
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count * 2
        }
    }
}
