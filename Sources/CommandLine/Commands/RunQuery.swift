import ControlProtocol

extension CommandTable {
    /// `sql`
    static let runQuery = Command(
        "sql",
        "run a read-only SQL query over the sys_ views",
        arguments: [Command.Argument("QUERY", "one SELECT statement, quoted for the shell")],
        options: [
            Command.Option(
                .limit,
                value: "N",
                "at most so many rows, instead of \(ControlProtocol.RunQuery.rowsMaxDefault)"
            )
        ],
        examples: ["perdure sql \"SELECT status, COUNT(*) FROM sys_invocation GROUP BY status\""]
    ) { call throws(ClientError) in
        let limit = try call.number(.limit, in: 1...RunQuery.rowsMaxLimit) ?? RunQuery.rowsMaxDefault
        let result = try call.ask(RunQuery.self, RunQuery.Parameters(sql: call.argument(0), rowsMax: limit))
        let rows = result.rows.map { $0.map(cell) }
        var page = Page([.table(Table(titles: result.columns.map(\.name), rows: rows))])
        if result.isTruncated { page.add(.note("There are more rows; raise --limit.")) }
        return Rendering(result, page)
    }

    private static func cell(_ value: JSONValue) -> Cell {
        switch value {
        case .null: Cell("NULL", .faint)
        case .bool(let flag): Cell(flag ? "true" : "false")
        case .integer(let integer): Cell(String(integer))
        case .number(let number): Cell(String(number))
        case .string(let text): Cell(text)
        case .array, .object: Cell((try? ControlCodec.json(value)).map { String(decoding: $0, as: UTF8.self) } ?? "?")
        }
    }
}
