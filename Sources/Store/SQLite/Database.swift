import CSQLite
import Engine

/// One connection to a database file. It owns the handle; every error leaves it as a `StorageError`.
///
/// Used by one thread only: it is opened without SQLite's own mutexes.
final class Database {
    enum Access {
        case readWrite
        case readOnly
    }

    let handle: OpaquePointer
    private var progress: ProgressReport?

    /// How long a statement waits for a lock that another connection holds for a moment, e.g. a recovery of the log.
    private static let busyTimeoutMilliseconds: Int32 = 2000

    init(path: String, access: Access, vfs: String? = nil) throws(StorageError) {
        let mode =
            switch access {
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        var opened: OpaquePointer?
        let flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, vfs)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw StorageError(sqliteCode: code, message: message, attempting: "opening \(path)")
        }
        handle = opened
        // Before any PRAGMA: opening can meet the lock of a reader that recovers the log.
        sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds)
        // A misspelt column in double quotes is an error, not a text.
        _ = perdure_sqlite3_db_switch(handle, SQLITE_DBCONFIG_DQS_DML, 0)
        _ = perdure_sqlite3_db_switch(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
    }

    /// Calls `body` now and then while statements run, until it is called with `nil`.
    func report(_ body: (() -> Void)?) {
        guard let body else {
            sqlite3_progress_handler(handle, 0, nil, nil)
            progress = nil
            return
        }
        let report = ProgressReport(body)
        progress = report
        sqlite3_progress_handler(
            handle,
            ProgressReport.instructions,
            { context in
                if let context { Unmanaged<ProgressReport>.fromOpaque(context).takeUnretainedValue().body() }
                return 0
            },
            Unmanaged.passUnretained(report).toOpaque()
        )
    }

    deinit {
        // Statements that still live keep the connection until they are gone.
        sqlite3_close_v2(handle)
    }

    /// Runs statements that give no rows, once.
    func execute(_ sql: String) throws(StorageError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, attempting: sql) }
    }

    /// Compiles a statement that lives long.
    func prepare(_ sql: String) throws(StorageError) -> Statement {
        try Statement(database: self, sql: sql)
    }

    /// The first column of the first row of a statement that is run once; `nil` without a row.
    func integer(_ sql: String) throws(StorageError) -> Int64? {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The same for a text.
    func text(_ sql: String) throws(StorageError) -> String? {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.text(0) : nil
    }

    /// How many rows the last statement inserted, updated or deleted.
    var changedRows: Int { Int(sqlite3_changes(handle)) }

    /// The rowid that the last INSERT gave.
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    func error(_ code: Int32, attempting: String) -> StorageError {
        StorageError(sqliteCode: code, message: String(cString: sqlite3_errmsg(handle)), attempting: attempting)
    }
}

/// What is told that a statement goes on, alive as long as SQLite may call it.
private final class ProgressReport {
    /// SQLite's instructions between two calls: some milliseconds.
    static let instructions: Int32 = 1_000_000

    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
}

extension StorageError {
    /// Sorts SQLite's result codes into what the partition acts on. Codes that are not named here leave nothing behind
    /// after a rollback and say nothing about the disk.
    init(sqliteCode code: Int32, message: String, attempting: String) {
        let text = "\(attempting): \(message) (SQLite \(code))"
        switch code & 0xff {
        case SQLITE_FULL:
            self = .full(text)
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH,
            SQLITE_PROTOCOL, SQLITE_NOLFS:
            self = .inputOutput(text)
        default:
            self = .refused(text)
        }
    }
}
