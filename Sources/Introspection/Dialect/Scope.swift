/// A table in FROM, whatever it is made of.
final class Relation {
    enum Source {
        /// A name that SQLite knows.
        case named(String)
        case derived(TranslatedQuery)
        /// A table of SQLite with an argument.
        case called(String)
    }

    struct Column {
        /// The table's name that may stand before it.
        let qualifier: String?
        let name: String
        let type: ColumnType
        let isNullable: Bool
        /// How it is read.
        let sql: String
        /// Of two columns that USING made one the second.
        var isHidden = false
    }

    let source: Source
    /// What SQLite knows it by in this statement.
    let alias: String
    fileprivate(set) var columns: [Column]
    /// Which columns are read; the others need not be there.
    private(set) var used: Set<Int> = []

    init(_ source: Source, alias: String, columns: [Column]) {
        self.source = source
        self.alias = alias
        self.columns = columns
    }

    var text: String {
        switch source {
        case .named(let name), .called(let name): "\(name) AS \(alias)"
        case .derived(let query): "(\(query.text(used: used))) AS \(alias)"
        }
    }

    func use(_ column: Int) { used.insert(column) }

    func hide(_ column: Int) { columns[column].isHidden = true }
}

/// What names mean in one SELECT.
final class Scope {
    /// The query around this one, whose columns may be read too.
    let parent: Scope?
    private(set) var relations: [Relation] = []
    /// Expressions of GROUP BY: what is written like one of them is the same for all rows of a group.
    var grouped: Set<String> = []
    /// The columns of the answer by name, where they may be meant: in ORDER BY and HAVING.
    var outputs: [String: TypedSQL] = [:]

    init(parent: Scope?) {
        self.parent = parent
    }

    func add(_ relation: Relation) { relations.append(relation) }

    /// The column of that name: in this query, else in the ones around it. `nil` when there is none.
    func find(table: String?, _ name: String, at offset: Int) throws(DialectError) -> TypedSQL? {
        var found: [(Relation, Int)] = []
        for relation in relations {
            for (index, column) in relation.columns.enumerated() where column.name == name {
                if table == nil ? !column.isHidden : column.qualifier == table { found.append((relation, index)) }
            }
        }
        guard found.count <= 1 else {
            let owners = found.compactMap { $0.0.columns[$0.1].qualifier }.joined(separator: " and ")
            throw DialectError("the column \(name) is in \(owners); put the name of one before it", at: offset)
        }
        guard let (relation, index) = found.first else {
            guard let outer = try parent?.find(table: table, name, at: offset) else { return nil }
            var column = outer
            // To this query it is a constant.
            column.columns = []
            return column
        }
        return Self.column(relation, index, at: offset)
    }

    /// Reads a column.
    static func column(_ relation: Relation, _ index: Int, at offset: Int) -> TypedSQL {
        relation.use(index)
        let column = relation.columns[index]
        let name = column.qualifier.map { "\($0).\(column.name)" } ?? column.name
        var read = TypedSQL(column.sql, column.type, name: name)
        read.isNullable = column.isNullable
        read.columns = [TypedSQL.ColumnUse(name: name, offset: offset)]
        read.column = (column.qualifier, column.name)
        return read
    }

    /// Why there is no such column.
    func unknown(table: String?, _ name: String, at offset: Int) -> DialectError {
        let text = table.map { "\($0).\(name)" } ?? name
        let columns = relations.flatMap { $0.columns.map(\.name) }
        let qualifiers = Set(relations.flatMap { $0.columns.compactMap(\.qualifier) })
        if let table, !qualifiers.contains(table) {
            return DialectError("there is no table \(table) in FROM, so no column \(text)", at: offset)
        }
        guard !columns.isEmpty else { return DialectError("there is no column \(text) without a table", at: offset) }
        return DialectError("there is no column \(text); there are \(columns.joined(separator: ", "))", at: offset)
    }
}

/// A query in SQLite's SQL. Its text is put together last, when it is known which of its columns are read.
final class TranslatedQuery {
    struct Column {
        let qualifier: String?
        let name: String
        let type: ColumnType
        let isNullable: Bool
        /// What SQLite knows it by, once in a statement.
        let alias: String
    }

    let columns: [Column]
    var with: [String] = []
    var isRecursive = false
    var order: [String] = []
    var limit: Int?
    var skipped: Int?
    /// The text without what the other members say, with the columns that are read; all for `nil`.
    private let body: (Set<Int>?) -> String
    /// Columns that must be there, read or not; all for `nil`.
    let needed: Set<Int>?

    init(columns: [Column], needed: Set<Int>?, body: @escaping (Set<Int>?) -> String) {
        self.columns = columns
        self.needed = needed
        self.body = body
    }

    /// Whether it can stand as a part of a compound.
    var isPlain: Bool { with.isEmpty && order.isEmpty && limit == nil && skipped == nil }

    func text(used: Set<Int>?) -> String {
        var text = with.isEmpty ? "" : "WITH \(isRecursive ? "RECURSIVE " : "")\(with.joined(separator: ", ")) "
        if let used, let needed {
            text += body(used.union(needed))
        } else {
            text += body(nil)
        }
        if !order.isEmpty { text += " ORDER BY " + order.joined(separator: ", ") }
        if limit != nil || skipped != nil { text += " LIMIT \(limit ?? -1)" }
        if let skipped { text += " OFFSET \(skipped)" }
        return text
    }
}
