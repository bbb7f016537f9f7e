/// The SQL that clients of servers of this kind write, in which DataFusion's rules hold: types, names of columns, the
/// order of NULLs, names in small letters. What is understood becomes SQL of SQLite's; everything else is refused with
/// its place, as passing it on would give answers by other rules.
enum Dialect {
    /// A statement that SQLite can run, and the columns of its answer.
    struct Translation {
        /// `nil` when there is nothing to run and no row in the answer.
        let sql: String?
        let columns: [ResultColumn]
    }

    /// Translates one statement. `now` is its time in milliseconds.
    static func translate(_ sql: String, now: Int64, limits: QueryLimits) throws(QueryError) -> Translation {
        do throws(DialectError) {
            guard let statement = try Parser.statement(sql) else {
                throw DialectError("there is no statement in the query", at: 0)
            }
            return try translation(of: statement, now: now, limits: limits)
        } catch {
            throw .refused("\(error.text) (\(SourcePlace(of: error.offset, in: sql)))")
        }
    }

    private static func translation(
        of statement: Statement,
        now: Int64,
        limits: QueryLimits
    ) throws(DialectError) -> Translation {
        let translator = Translator(now: now, limits: limits)
        switch statement {
        case .query(let query):
            let translated = try translator.query(query, in: nil)
            return Translation(sql: translated.text(used: nil), columns: translated.columns.map { $0.result })
        case .explain(let query):
            let text = try translator.query(query, in: nil).text(used: nil)
            let columns = ["plan_type", "plan"].map { ResultColumn(name: $0, type: .text, isNullable: false) }
            return Translation(sql: "SELECT 'logical_plan', \(TypedSQL.quoted(text))", columns: columns)
        case .showTables:
            return listing("tables", ["table_catalog", "table_schema", "table_name", "table_type"], where: "1")
        case .showColumns(let name, let isShort):
            let table = try SchemaTable.find(name)
            let columns = ["column_name", "data_type", "is_nullable"]
            return listing(
                "columns",
                (isShort ? [] : ["table_catalog", "table_schema", "table_name"]) + columns,
                where: """
                    table_schema = \(TypedSQL.quoted(table.schema)) AND table_name = \(TypedSQL.quoted(table.name)) \
                    ORDER BY ordinal_position
                    """
            )
        case .nothing:
            return Translation(sql: nil, columns: [])
        }
    }

    private static func listing(_ table: String, _ columns: [String], where condition: String) -> Translation {
        Translation(
            sql: "SELECT \(columns.joined(separator: ", ")) FROM information_schema.\(table) WHERE \(condition)",
            columns: columns.map { ResultColumn(name: $0, type: .text, isNullable: false) }
        )
    }
}

extension TranslatedQuery.Column {
    fileprivate var result: ResultColumn { ResultColumn(name: name, type: type, isNullable: isNullable) }
}

/// A table that can be named in FROM.
struct SchemaTable {
    let schema: String
    let name: String
    let columns: [(name: String, type: ColumnType, isNullable: Bool)]

    /// What SQLite knows it by.
    var sql: String { schema == "public" ? "\"\(name)\"" : "\(schema).\"\(name)\"" }

    /// Every table that is listed: the public ones and the lists of them.
    static let all = PublicTable.all.map { SchemaTable($0) } + InformationSchema.tables
    private static let unlisted = PublicTable.unlisted.map { SchemaTable($0) }

    init(schema: String, name: String, columns: [(name: String, type: ColumnType, isNullable: Bool)]) {
        self.schema = schema
        self.name = name
        self.columns = columns
    }

    private init(_ table: PublicTable) {
        self.init(
            schema: "public",
            name: table.name,
            columns: table.columns.map { ($0.name, $0.type, !table.alwaysHas($0)) }
        )
    }

    static func find(_ name: TableName) throws(DialectError) -> SchemaTable {
        let table = name.parts.last ?? ""
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : "public"
        let isOurs = name.parts.count < 3 || name.parts[0] == "restate"
        if isOurs, let found = (all + unlisted).first(where: { $0.schema == schema && $0.name == table }) {
            return found
        }
        throw DialectError(
            "there is no table \(name.parts.joined(separator: ".")); there are " + PublicTable.namesForPeople,
            at: name.offset
        )
    }
}
