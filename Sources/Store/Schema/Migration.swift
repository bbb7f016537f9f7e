import Engine

/// One step of the schema: from the version below its own to its own, in one transaction, never edited once released.
struct Migration {
    /// What `user_version` says after it.
    let version: Int
    /// The statements, in order.
    let statements: [String]
}

/// What a database file is: whether it is ours, and of which version.
enum SchemaVersion {
    /// "perd", in the header of the file (`PRAGMA application_id`), so that tools can tell it from other databases.
    static let applicationID: Int64 = 0x7065_7264

    /// All migrations, oldest first. A new one is added at the end.
    static let migrations = [migration001, migration002, migration003, migration004]

    /// The version that this program writes.
    static var current: Int { migrations.last?.version ?? 0 }

    /// The version of an open database; 0 of one that is empty. Refuses what is not ours and what is newer.
    static func read(_ database: Database, path: String) throws(StoreError) -> Int {
        let application: Int64
        let version: Int64
        let tables: Int64
        do throws(StorageError) {
            application = try database.integer("PRAGMA application_id") ?? 0
            version = try database.integer("PRAGMA user_version") ?? 0
            tables = try database.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        } catch {
            throw .unusable(path: path, reason: error.text)
        }
        if application == applicationID {
            guard version <= current else { throw .newerVersion(path: path, version: Int(version), known: current) }
            return Int(max(0, version))
        }
        guard application == 0, version == 0, tables == 0 else { throw .foreignDatabase(path: path) }
        return 0
    }

    /// Brings a database to the current version, each step in a transaction of its own.
    static func migrate(_ database: Database, from version: Int) throws(StorageError) {
        for migration in migrations where migration.version > version {
            try database.execute("BEGIN EXCLUSIVE")
            do throws(StorageError) {
                for statement in migration.statements { try database.execute(statement) }
                try database.execute("PRAGMA application_id = \(applicationID)")
                try database.execute("PRAGMA user_version = \(migration.version)")
                try database.execute("COMMIT")
            } catch {
                if database.isInTransaction { try? database.execute("ROLLBACK") }
                throw error
            }
        }
    }
}
