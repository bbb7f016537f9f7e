extension Translator {
    /// A query, with the names of the queries around it.
    func query(_ query: Query, in parent: Scope?) throws(DialectError) -> TranslatedQuery {
        let outer = commonTables
        defer { commonTables = outer }
        var with: [String] = []
        for table in query.with { with.append(try commonTable(table, isRecursive: query.isRecursive, in: parent)) }
        let translated: TranslatedQuery
        if case .select(let select) = query.body {
            translated = try self.select(select, order: query.order, in: parent)
        } else {
            translated = try body(query.body, in: parent)
            for term in query.order { translated.order.append(try outputOrder(term, of: translated)) }
        }
        translated.with = with
        translated.isRecursive = query.isRecursive
        translated.limit = query.limit
        translated.skipped = query.skipped
        return translated
    }

    // MARK: WITH

    private func commonTable(
        _ table: CommonTable,
        isRecursive: Bool,
        in parent: Scope?
    ) throws(DialectError) -> String {
        let sql = freshName("w")
        if isRecursive, case .compound(let first, _) = table.query.body {
            // The first part gives the columns that the others read.
            try declare(table, sql, columns: try body(first, in: parent).columns)
        }
        let query = try self.query(table.query, in: parent)
        if commonTables[table.name]?.sql != sql { try declare(table, sql, columns: query.columns) }
        let aliases = commonTables[table.name]?.columns.map(\.alias) ?? []
        guard aliases.count == query.columns.count else {
            throw DialectError("the parts of \(table.name) differ in their number of columns", at: table.offset)
        }
        return "\(sql)(\(aliases.joined(separator: ", "))) AS (\(query.text(used: nil)))"
    }

    private func declare(
        _ table: CommonTable,
        _ sql: String,
        columns: [TranslatedQuery.Column]
    ) throws(DialectError) {
        guard table.columns.isEmpty || table.columns.count == columns.count else {
            throw DialectError(
                "\(table.name) has \(columns.count) columns, not \(table.columns.count)",
                at: table.offset
            )
        }
        commonTables[table.name] = CommonRelation(
            sql: sql,
            columns: columns.enumerated().map { index, column in
                let name = table.columns.isEmpty ? column.name : table.columns[index]
                return (name, column.type, column.isNullable, freshName("k"))
            }
        )
    }

    // MARK: Bodies

    private func body(_ body: QueryBody, in parent: Scope?) throws(DialectError) -> TranslatedQuery {
        switch body {
        case .select(let select): return try self.select(select, order: [], in: parent)
        case .values(let rows): return try values(rows, in: parent)
        case .nested(let query):
            let inner = try self.query(query, in: parent)
            guard !inner.isPlain else { return inner }
            let text = "SELECT * FROM (\(inner.text(used: nil)))"
            return TranslatedQuery(columns: inner.columns, needed: nil) { _ in text }
        case .compound(let first, let parts):
            return try compound(first, parts, in: parent)
        }
    }

    private func values(_ rows: [[Expression]], in parent: Scope?) throws(DialectError) -> TranslatedQuery {
        let scope = Scope(parent: parent)
        var translated: [[TypedSQL]] = []
        for row in rows {
            guard row.count == rows[0].count else {
                throw DialectError("the rows of VALUES differ in length", at: row[0].offset)
            }
            translated.append(try expressions(row, scope))
        }
        var columns: [TranslatedQuery.Column] = []
        for index in rows[0].indices {
            let (type, unified) = try self.unified(translated.map { $0[index] }, at: rows[0][index].offset)
            for (row, value) in unified.enumerated() { translated[row][index] = value }
            columns.append(
                TranslatedQuery.Column(
                    qualifier: nil,
                    name: "column\(index + 1)",
                    type: type,
                    isNullable: unified.contains(where: \.isNullable),
                    alias: freshName("c")
                )
            )
        }
        let names = columns.enumerated().map { "column\($0 + 1) AS \($1.alias)" }.joined(separator: ", ")
        let list = translated.map { "(\($0.map(\.sql).joined(separator: ", ")))" }.joined(separator: ", ")
        return TranslatedQuery(columns: columns, needed: nil) { _ in "SELECT \(names) FROM (VALUES \(list))" }
    }

    private func compound(
        _ first: QueryBody,
        _ parts: [(word: String, part: QueryBody)],
        in parent: Scope?
    ) throws(DialectError) -> TranslatedQuery {
        let head = try part(first, in: parent)
        var columns = head.columns
        var text = head.text(used: nil)
        for (word, body) in parts {
            let next = try part(body, in: parent)
            guard next.columns.count == columns.count else {
                throw DialectError(
                    "the parts of \(word) have \(columns.count) and \(next.columns.count) columns",
                    at: Self.offset(of: body)
                )
            }
            for (index, column) in next.columns.enumerated() {
                let type = try Self.common(columns[index].type, column.type, at: Self.offset(of: body))
                let before = columns[index]
                columns[index] = TranslatedQuery.Column(
                    qualifier: nil,
                    name: before.name,
                    type: type,
                    isNullable: before.isNullable || column.isNullable,
                    alias: before.alias
                )
            }
            text += " \(word) \(next.text(used: nil))"
        }
        let whole = text
        return TranslatedQuery(columns: columns, needed: nil) { _ in whole }
    }

    /// A part of a compound, which to SQLite is one SELECT.
    private func part(_ body: QueryBody, in parent: Scope?) throws(DialectError) -> TranslatedQuery {
        let translated = try self.body(body, in: parent)
        if case .select = body { return translated }
        if case .values = body { return translated }
        let text = "SELECT * FROM (\(translated.text(used: nil)))"
        return TranslatedQuery(columns: translated.columns, needed: nil) { _ in text }
    }

    private static func offset(of body: QueryBody) -> Int {
        switch body {
        case .select(let select): select.offset
        case .values(let rows): rows.first?.first?.offset ?? 0
        case .nested(let query): query.offset
        case .compound(let first, _): offset(of: first)
        }
    }

    // MARK: ORDER BY

    /// A term over the columns of an answer, as after a compound.
    private func outputOrder(_ term: OrderTerm, of query: TranslatedQuery) throws(DialectError) -> String {
        let place: Int?
        switch term.expression.kind {
        case .number(let text): place = Int(text)
        case .column(nil, let name): place = query.columns.firstIndex { $0.name == name }.map { $0 + 1 }
        default: place = nil
        }
        guard let place, (1...query.columns.count).contains(place) else {
            throw DialectError(
                "after UNION and VALUES rows are ordered by columns of the answer",
                at: term.expression.offset
            )
        }
        return Self.ordered(String(place), term)
    }

    /// NULLs come last, and first when descending, unless it is said otherwise.
    static func ordered(_ sql: String, _ term: OrderTerm) -> String {
        let areNullsFirst = term.areNullsFirst ?? term.isDescending
        return sql + (term.isDescending ? " DESC" : " ASC") + (areNullsFirst ? " NULLS FIRST" : " NULLS LAST")
    }
}
