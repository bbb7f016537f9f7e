import CSQLite

/// `information_schema.tables` and `.columns`, by which clients find out what there is. A small database in memory of
/// its own: the name before the dot is a database's. Its mode is named, since it would else be read-only as the file is.
enum InformationSchema {
    /// Makes it on a connection that may still write.
    static func attach(to handle: OpaquePointer) throws(QueryError) {
        var script = """
            ATTACH 'file:information_schema?mode=memory' AS information_schema;
            CREATE TABLE information_schema.tables
            (table_catalog TEXT, table_schema TEXT, table_name TEXT, table_type TEXT);
            CREATE TABLE information_schema.columns (table_catalog TEXT, table_schema TEXT, table_name TEXT,
            column_name TEXT, ordinal_position INTEGER, is_nullable TEXT, data_type TEXT);
            """
        for table in PublicTable.all {
            let type = table.name == PublicTable.sysInvocation.name ? "VIEW" : "BASE TABLE"
            script += "INSERT INTO information_schema.tables VALUES ('restate', 'public', '\(table.name)', '\(type)');"
            for (position, column) in table.columns.enumerated() {
                script += """
                    INSERT INTO information_schema.columns VALUES ('restate', 'public', '\(table.name)',
                    '\(column.name)', \(position), 'YES', '\(column.type.arrowName)');
                    """
            }
        }
        guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else {
            throw .unavailable("the list of tables cannot be made: \(String(cString: sqlite3_errmsg(handle)))")
        }
    }
}
