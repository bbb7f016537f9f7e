import CSQLite

/// Says of each thing that a statement would do whether it may: reading the public tables and calling harmless
/// functions, nothing else. Private statements of the tables themselves pass.
final class QueryAuthorizer {
    /// Set while one of our own statements is compiled.
    private var isTrusted = false
    /// What was refused last, for the text of the error.
    private(set) var refusal: String?

    private let readable: Set<String>
    private let privateTables: Set<String>

    /// `privateTables` are the names in the file, in small letters.
    init(privateTables: Set<String>) {
        self.privateTables = privateTables
        readable = Set((PublicTable.all + PublicTable.unlisted).map(\.name)).union(
            ["columns", "tables"] + Self.listTables
        )
    }

    /// Lets everything pass that `body` compiles.
    func trusting<T>(_ body: () -> T) -> T {
        let wasTrusted = isTrusted
        isTrusted = true
        defer { isTrusted = wasTrusted }
        return body()
    }

    /// Forgets what the statement before was refused.
    func reset() {
        refusal = nil
    }

    func attach(to handle: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            handle,
            { context, action, first, second, database, _ in
                guard let context else { return SQLITE_DENY }
                let authorizer = Unmanaged<QueryAuthorizer>.fromOpaque(context).takeUnretainedValue()
                return authorizer.authorize(action, first, second, database)
            },
            context
        )
    }

    private func authorize(
        _ action: Int32,
        _ first: UnsafePointer<CChar>?,
        _ second: UnsafePointer<CChar>?,
        _ database: UnsafePointer<CChar>?
    ) -> Int32 {
        if isTrusted { return SQLITE_OK }
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE:
            return SQLITE_OK
        case SQLITE_READ:
            let table = first.map { String(cString: $0) } ?? ""
            if mayRead(table.lowercased(), isNamedOnly: database == nil) { return SQLITE_OK }
            refusal = "the table '\(table)' is not public; there are " + PublicTable.namesForPeople
        case SQLITE_FUNCTION:
            let function = (second.map { String(cString: $0) } ?? "").lowercased()
            if !Self.forbiddenFunctions.contains(function) { return SQLITE_OK }
            refusal = "the function \(function) is not allowed"
        default:
            refusal = "only SELECT is allowed here; nothing can be changed by SQL"
        }
        return SQLITE_DENY
    }

    /// A table of which no column is read comes without its database, and so do the tables of WITH: then everything
    /// passes that is no table of the file or of SQLite itself.
    private func mayRead(_ table: String, isNamedOnly: Bool) -> Bool {
        if readable.contains(table) { return true }
        guard isNamedOnly else { return false }
        return !privateTables.contains(table) && !Self.privatePrefixes.contains { table.hasPrefix($0) }
    }

    /// Tables of SQLite that take a JSON list apart.
    static let listTables = ["json_each", "json_tree"]

    private static let privatePrefixes = ["sqlite_", "pragma_", "dbstat", "bytecode", "tables_used", "fts", "rtree"]

    /// What reaches beyond the statement: code, files, other tables.
    private static let forbiddenFunctions: Set<String> = [
        "load_extension", "fts3_tokenizer", "rtreecheck", "rtreenode", "rtreedepth", "match", "optimize", "snippet",
        "offsets", "matchinfo", "fts5", "fts5_source_id", "bm25", "highlight",
    ]
}

extension PublicTable {
    /// The names of the tables, for texts.
    static let namesForPeople = all.map(\.name).joined(separator: ", ")
}
