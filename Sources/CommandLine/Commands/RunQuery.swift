import ControlProtocol

extension CommandTable {
    /// `sql`
    static let runQuery = Command(
        "sql",
        "run a read-only SQL query over the sys_ views",
        arguments: [Command.Argument("QUERY", "one SELECT statement, quoted for the shell")],
        options: [
            Command.Option(
                .format,
                value: "FORMAT",
                "print a table, json or csv",
                completes: .words(["table", "json", "csv"])
            ),
            Command.Option(
                .limit,
                value: "N",
                "at most so many rows, instead of \(ControlProtocol.RunQuery.rowsMaxDefault)"
            ),
            Command.watchOption,
        ],
        examples: [
            "perdure sql \"SELECT status, COUNT(*) FROM sys_invocation GROUP BY status\"",
            "perdure sql \"SELECT id, target FROM sys_invocation\" --format csv",
        ]
    ) { call throws(ClientError) in
        let format = try queryFormat(call)
        let limit = try call.number(.limit, in: 1...RunQuery.rowsMaxLimit) ?? RunQuery.rowsMaxDefault
        let result = try call.ask(RunQuery.self, RunQuery.Parameters(sql: call.argument(0), rowsMax: limit))
        var notes = Page()
        if result.isTruncated { notes.add(.note("There are more rows; raise --limit.")) }
        switch format {
        case .table:
            let rows = result.rows.map { $0.map(cell) }
            var page = Page([.table(Table(titles: result.columns.map(\.name), rows: rows))])
            page.add(notes)
            return Rendering(result, page)
        case .json:
            return Rendering(verbatim: try Rendering(result, Page()).json() ?? "", notes: notes)
        case .csv:
            let lines = [result.columns.map(\.name)] + result.rows.map { $0.map(csvText) }
            return Rendering(verbatim: CSVText.of(lines), notes: notes)
        }
    }

    private enum QueryFormat: String, CaseIterable {
        case table, json, csv
    }

    private static func queryFormat(_ call: CommandCall) throws(ClientError) -> QueryFormat {
        guard let text = call.parsed.value(.format) else { return .table }
        guard let format = QueryFormat(rawValue: text) else {
            let known = QueryFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw .usage("there is no format \"\(text)\"", hint: "there are: \(known)")
        }
        return format
    }

    private static func cell(_ value: JSONValue) -> Cell {
        if case .null = value { return Cell("NULL", .faint) }
        return Cell(csvText(value))
    }

    /// A value as it stands in a cell; nothing for NULL.
    private static func csvText(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let integer): String(integer)
        case .number(let number): String(number)
        case .string(let text): text
        case .array, .object: compact(value)
        }
    }
}
