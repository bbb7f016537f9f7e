import DurableModel
import Engine
import ServiceProtocol

/// Reads openings beside the writer, on whatever thread asks: each read has a connection of its own, which costs little
/// beside what is read and is never shared.
package struct OpeningReader: Sendable {
    private let path: String
    private let vfs: String?

    init(path: String, vfs: String?) {
        self.path = path
        self.vfs = vfs
    }

    /// Reads an opening as of one moment; the command says what came of it.
    package func read(_ opening: Opening) -> EngineCommand {
        do throws(StorageError) {
            let database = try Database(path: path, access: .readOnly, vfs: vfs)
            let tables = try OpeningTables(database)
            try database.execute("BEGIN")
            return opening.command(readingFrom: tables)
        } catch {
            return opening.unreadable(error.text)
        }
    }
}

/// The tables that an opening comes from, on a connection that only reads.
private final class OpeningTables: OpeningStorage {
    private let invocations: InvocationTable
    private let journal: JournalTable
    private let keys: KeyTables

    init(_ database: Database) throws(StorageError) {
        let payloads = try PayloadTable(database)
        invocations = try InvocationTable(database, payloads: payloads)
        journal = try JournalTable(database, payloads: payloads)
        keys = try KeyTables(database, payloads: payloads)
    }

    func input(of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        try invocations.input(of: number)
    }

    func journal(of number: InvocationNumber, from index: Int, limit: Int) throws(StorageError) -> [JournalRow] {
        try journal.rows(of: number, from: index, limit: limit)
    }

    func state(of key: ServiceKey, bytesMax: Int) throws(StorageError) -> (entries: [StateEntry], isWhole: Bool) {
        try keys.state(of: key, bytesMax: bytesMax)
    }
}
