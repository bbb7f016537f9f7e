import CSQLite
import DurableModel
import Engine
import Registry
import ServiceProtocol

/// How a store is opened; the defaults are what the daemon uses.
package struct StoreOptions: Sendable, Hashable {
    /// Frames in the log after which a commit moves them into the database. About 250 keeps the slowest commits
    /// short (measured: p99.9 half of that at SQLite's default of 1,000).
    package var checkpointFrames = 250
    /// The name of a registered SQLite VFS, for tests that lose power.
    package var vfs: String?

    package init() {}
}

/// The engine's storage in one SQLite database in a state directory.
///
/// Invariants:
/// - One process holds the directory (a lock file), one connection writes, on one thread.
/// - `commit` returns only when its transaction is on disk (write-ahead log, `synchronous=FULL`).
/// - After an error of which only a new start knows the outcome every further commit fails: nothing is built on a
///   state that may not be there.
/// - Payloads above a bound lie in `payload_chunks` and come and go in the transaction of the row that names them.
/// - A row that does not decode is an error that names it, never a trap.
package final class SQLiteStore: EngineStorage {
    let database: Database
    let invocations: InvocationTable
    let journalTable: JournalTable
    let payloads: PayloadTable
    let staging: StagedPayloadTable
    let keys: KeyTables
    let statePatches: StatePatchTable
    let promises: PromiseTables
    let events: JournalEventTable
    let scan: InvocationScan
    let timersTable: TimerTable
    let effects: EffectTables
    let counters: CounterTables
    let catalogTable: CatalogTable
    private let directory: StateDirectory
    private let transaction: (begin: Statement, commit: Statement, rollback: Statement)
    private let checkpointFrames: Int
    /// Reads openings beside this connection.
    package let openingReader: OpeningReader
    private let log = LogLength()
    /// Set by the error after which only a new start knows what is on disk.
    private var failure: StorageError?

    /// Opens the database of a state directory, making both where they are missing, and brings it to the current
    /// schema. `recovering` is called now and then from here on, while long statements run, until `endRecovery`.
    package init(
        directory path: String,
        options: StoreOptions = StoreOptions(),
        recovering: (() -> Void)? = nil
    ) throws(StoreError) {
        directory = try StateDirectory(path: path)
        try directory.prepareDatabaseFile()
        let file = directory.databasePath
        do throws(StorageError) {
            database = try Database(path: file, access: .readWrite, vfs: options.vfs)
        } catch {
            throw .unusable(path: file, reason: error.text)
        }
        database.report(recovering)
        let version = try SchemaVersion.read(database, path: file)
        do throws(StorageError) {
            try Self.configure(database)
            try SchemaVersion.migrate(database, from: version)
            transaction = (
                try database.prepare("BEGIN"), try database.prepare("COMMIT"),
                try database.prepare("ROLLBACK")
            )
            payloads = try PayloadTable(database)
            staging = try StagedPayloadTable(database, payloads: payloads)
            invocations = try InvocationTable(database, payloads: payloads)
            journalTable = try JournalTable(database, payloads: payloads)
            keys = try KeyTables(database, payloads: payloads)
            statePatches = try StatePatchTable(database, payloads: payloads)
            promises = try PromiseTables(database, payloads: payloads)
            events = try JournalEventTable(database)
            scan = try InvocationScan(database)
            timersTable = try TimerTable(database)
            effects = try EffectTables(database)
            counters = try CounterTables(database)
            catalogTable = try CatalogTable(database)
        } catch {
            throw .unusable(path: file, reason: error.text)
        }
        checkpointFrames = options.checkpointFrames
        openingReader = OpeningReader(path: file, vfs: options.vfs)
        log.watch(database)
        try directory.sync()
        do throws(StorageError) {
            try inTransaction { () throws(StorageError) in try staging.sweep() }
        } catch {
            throw .unusable(path: file, reason: error.text)
        }
    }

    private static let pageBytes: Int64 = 4096

    private static func configure(_ database: Database) throws(StorageError) {
        // The first two act only before the file has content.
        try database.execute("PRAGMA page_size = \(pageBytes)")
        try database.execute("PRAGMA auto_vacuum = NONE")
        guard try database.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw .refused("its file system cannot hold a write-ahead log, which needs shared memory")
        }
        try database.execute("PRAGMA synchronous = FULL")
        // Checkpoints are ours, so that their errors are seen.
        try database.execute("PRAGMA wal_autocheckpoint = 0")
        // Debian's build overwrites what is deleted, which doubles the writes of retention.
        try database.execute("PRAGMA secure_delete = 0")
        try database.execute("PRAGMA foreign_keys = 0")
        try database.execute("PRAGMA temp_store = MEMORY")
        // 8 MiB: the pages that a busy hour goes back to. Taken only as it is needed.
        try database.execute("PRAGMA cache_size = -8192")
    }

    /// All that was stored is read: what runs from now on is short.
    package func endRecovery() { database.report(nil) }

    package func commit(_ writes: WriteSet) throws(StorageError) {
        try inTransaction { () throws(StorageError) in try apply(writes) }
        staging.committed(writes)
        checkpointIfDue()
    }

    package var space: StorageSpace? { directory.space() }

    package var reusableBytes: Int64 {
        // Only asked where there is little room; a store that does not say has none.
        ((try? database.integer("PRAGMA freelist_count")) ?? 0) * Self.pageBytes
    }

    // MARK: Transactions

    private func inTransaction(_ body: () throws(StorageError) -> Void) throws(StorageError) {
        if let failure { throw failure }
        do throws(StorageError) {
            try beginIfNeeded()
            try body()
            try transaction.commit.run()
        } catch {
            rollback()
            if case .inputOutput = error { failure = error }
            throw error
        }
    }

    /// Begins the transaction of a turn with its first reading: one snapshot, whose locks are taken once instead of by
    /// each statement. It becomes the writing one at the commit, which cannot be refused, since nobody else writes; a turn
    /// that writes nothing leaves it to the next.
    func beginIfNeeded() throws(StorageError) {
        if !database.isInTransaction { try transaction.begin.run() }
    }

    private func rollback() {
        // SQLite has ended the transaction by itself after some errors.
        guard database.isInTransaction else { return }
        do throws(StorageError) {
            try transaction.rollback.run()
        } catch {
            failure = .inputOutput("rolling back failed, the state on disk is unknown: \(error.text)")
        }
    }

    /// Moves the log into the database once it is long. A failed sync here must not be tried again: the system may
    /// have dropped what it could not write, and the second try would call the log superfluous.
    private func checkpointIfDue() {
        guard log.frames >= checkpointFrames else { return }
        log.frames = 0
        let code = sqlite3_wal_checkpoint_v2(database.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        guard code != SQLITE_OK else { return }
        let error = database.error(code, attempting: "moving the log into the database")
        // Busy readers and a full disk only let the log grow; the commit itself is on disk.
        if case .inputOutput = error { failure = error }
    }
}

/// How many frames the log had after the last commit, as SQLite tells it.
private final class LogLength {
    var frames = 0

    func watch(_ database: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            database.handle,
            { context, _, _, frames in
                guard let context else { return SQLITE_OK }
                Unmanaged<LogLength>.fromOpaque(context).takeUnretainedValue().frames = Int(frames)
                return SQLITE_OK
            },
            context
        )
    }
}
