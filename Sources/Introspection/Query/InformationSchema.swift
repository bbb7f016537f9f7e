import CSQLite

/// `information_schema.tables` and `.columns`, by which clients find out what there is. A small database in memory of
/// its own: the name before the dot is a database's. Its mode is named, since it would else be read-only as the file is.
enum InformationSchema {
    /// Its tables, as they can be named in FROM.
    static let tables = [
        SchemaTable(
            schema: "information_schema",
            name: "tables",
            columns: ["table_catalog", "table_schema", "table_name", "table_type"].map { ($0, .text, false) }
        ),
        SchemaTable(
            schema: "information_schema",
            name: "columns",
            columns: [
                ("table_catalog", .text, false), ("table_schema", .text, false), ("table_name", .text, false),
                ("column_name", .text, false), ("ordinal_position", .uint64, false), ("is_nullable", .text, false),
                ("data_type", .text, false),
            ]
        ),
    ]

    /// Makes it on a connection that may still write.
    static func attach(to handle: OpaquePointer) throws(QueryError) {
        var script = """
            ATTACH 'file:information_schema?mode=memory' AS information_schema;
            CREATE TABLE information_schema.tables
            (table_catalog TEXT, table_schema TEXT, table_name TEXT, table_type TEXT);
            CREATE TABLE information_schema.columns (table_catalog TEXT, table_schema TEXT, table_name TEXT,
            column_name TEXT, ordinal_position INTEGER, is_nullable TEXT, data_type TEXT);
            """
        for table in SchemaTable.all {
            let isView = table.schema != "public" || table.name == PublicTable.sysInvocation.name
            let values = "'restate', '\(table.schema)', '\(table.name)'"
            script += "INSERT INTO information_schema.tables VALUES (\(values), '\(isView ? "VIEW" : "BASE TABLE")');"
            for (position, column) in table.columns.enumerated() {
                let type = "'\(column.isNullable ? "YES" : "NO")', '\(column.type.arrowName)'"
                script +=
                    "INSERT INTO information_schema.columns VALUES (\(values), '\(column.name)', \(position), \(type));"
            }
        }
        guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else {
            throw .unavailable("the list of tables cannot be made: \(String(cString: sqlite3_errmsg(handle)))")
        }
    }
}
