import CSQLite
import Engine

/// A connection that can only read, for another process than the one that holds the state directory.
///
/// It takes no lock of the directory: SQLite's log lets it read beside the writer. While one of its statements runs,
/// the log cannot shrink, so whoever uses it gives its statements a deadline.
package final class StoreReader {
    private let database: Database
    private let path: String

    /// The connection's handle, for the room that registers its tables on it. It is closed with the reader.
    package var handle: OpaquePointer { database.handle }

    /// Opens the database file at `path`. Refused: one that is missing, foreign, or of another schema version.
    package init(path: String) throws(StoreError) {
        self.path = path
        do throws(StorageError) {
            database = try Database(path: path, access: .readOnly)
            // Sorting must not fill the disk: it stays in memory, which the process limits.
            try database.execute("PRAGMA temp_store = MEMORY")
        } catch {
            throw .unusable(path: path, reason: error.text)
        }
        let version = try SchemaVersion.read(database, path: path)
        guard version == SchemaVersion.current else {
            throw .unusable(
                path: path,
                reason:
                    "it has schema version \(version), and reading it needs \(SchemaVersion.current); start perdured"
            )
        }
    }

    /// The names of the tables in the file, all of them private.
    package func tableNames() throws(StoreError) -> [String] {
        do throws(StorageError) {
            return try database.prepare("SELECT name FROM sqlite_schema").collect { $0.text(0) ?? "" }
        } catch {
            throw .unusable(path: path, reason: error.text)
        }
    }

    /// Forbids every later write, to temporary and attached databases too.
    package func forbidWrites() throws(StoreError) {
        do throws(StorageError) {
            try database.execute("PRAGMA query_only = 1")
        } catch {
            throw .unusable(path: path, reason: error.text)
        }
    }
}

extension SQLiteStore {
    /// Where the database of a state directory lies, for those who read it.
    package static func databasePath(in directory: String) -> String {
        directory + "/" + StateDirectory.databaseName
    }
}
