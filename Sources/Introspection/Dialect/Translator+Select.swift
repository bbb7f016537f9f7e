extension Translator {
    /// A column of an answer while it is put together.
    private struct Output {
        var value: TypedSQL
        let name: String
        let qualifier: String?
        let alias: String
        let offset: Int
    }

    /// One SELECT, with the order that is asked of it.
    func select(_ select: SelectQuery, order: [OrderTerm], in parent: Scope?) throws(DialectError) -> TranslatedQuery {
        let scope = Scope(parent: parent)
        let source = try select.source.map { (source) throws(DialectError) in try self.source(source, scope) }
        let condition = try select.condition.map { (condition) throws(DialectError) in
            let translated = try expression(condition, scope)
            guard !translated.hasAggregate else {
                throw DialectError("an aggregate cannot stand in WHERE; use HAVING", at: condition.offset)
            }
            return translated
        }
        var groups: [String] = []
        for term in select.grouping { groups.append(try group(term, of: select, scope).sql) }
        scope.grouped = Set(groups)
        let outputs = try self.outputs(select.items, scope)
        for output in outputs.reversed() { scope.outputs[output.name] = output.value }
        let having = try select.having.map { (having) throws(DialectError) in
            (try expression(having, scope), having.offset)
        }
        let terms = try orderTerms(order, outputs, scope)
        let isGrouped =
            !groups.isEmpty || having != nil || outputs.contains { $0.value.hasAggregate }
            || terms.contains { $0.value?.hasAggregate == true }
        if isGrouped {
            let values = outputs.map(\.value) + (having.map { [$0.0] } ?? []) + terms.compactMap(\.value)
            try checkGrouping(values)
        }
        var tail = ""
        if let condition { tail += " WHERE \(condition.sql)" }
        if !groups.isEmpty { tail += " GROUP BY \(groups.joined(separator: ", "))" }
        if let having { tail += (groups.isEmpty ? " GROUP BY NULL" : "") + " HAVING \(having.0.sql)" }
        let translated = TranslatedQuery(
            columns: outputs.map {
                TranslatedQuery.Column(
                    qualifier: $0.qualifier,
                    name: $0.name,
                    type: $0.value.type,
                    isNullable: $0.value.isNullable,
                    alias: $0.alias
                )
            },
            needed: isGrouped || select.isDistinct ? nil : Set(terms.compactMap { $0.place.map { $0 - 1 } })
        ) { used in
            let items = outputs.enumerated().map { index, output in
                "\(used?.contains(index) ?? true ? output.value.sql : "NULL") AS \(output.alias)"
            }
            return "SELECT \(select.isDistinct ? "DISTINCT " : "")\(items.joined(separator: ", "))"
                + (source.map { " FROM \($0.text)" } ?? "") + tail
        }
        translated.order = terms.map(\.sql)
        return translated
    }

    /// Beside aggregates only what is the same for a whole group can be shown.
    private func checkGrouping(_ values: [TypedSQL]) throws(DialectError) {
        for value in values {
            guard let column = value.columns.first else { continue }
            throw DialectError(
                "the column \(column.name) has to be in GROUP BY or inside an aggregate such as first_value",
                at: column.offset
            )
        }
    }

    // MARK: Items

    private func outputs(_ items: [SelectItem], _ scope: Scope) throws(DialectError) -> [Output] {
        var outputs: [Output] = []
        for item in items {
            switch item {
            case .all(let table, let offset):
                outputs += try all(of: table, scope, at: offset)
            case .expression(let expression, let alias):
                let value = try self.expression(expression, scope)
                outputs.append(
                    Output(
                        value: value,
                        name: alias ?? value.column?.name ?? value.name,
                        qualifier: alias == nil ? value.column?.qualifier : nil,
                        alias: freshName("c"),
                        offset: expression.offset
                    )
                )
            }
            guard outputs.count <= limits.columnsMax else {
                throw DialectError("the answer has more than \(limits.columnsMax) columns", at: 0)
            }
        }
        return outputs
    }

    private func all(of table: String?, _ scope: Scope, at offset: Int) throws(DialectError) -> [Output] {
        var outputs: [Output] = []
        for relation in scope.relations {
            for (index, column) in relation.columns.enumerated() {
                guard table == nil ? !column.isHidden : column.qualifier == table else { continue }
                var value = Scope.column(relation, index, at: offset)
                if scope.grouped.contains(value.sql) { value.columns = [] }
                outputs.append(
                    Output(
                        value: value,
                        name: column.name,
                        qualifier: column.qualifier,
                        alias: freshName("c"),
                        offset: offset
                    )
                )
            }
        }
        guard !outputs.isEmpty else {
            throw DialectError(table.map { "there is no table \($0) in FROM" } ?? "* needs a table in FROM", at: offset)
        }
        return outputs
    }

    /// A term of GROUP BY: the number of an item, a column, the alias of an item, or any expression.
    private func group(_ term: Expression, of select: SelectQuery, _ scope: Scope) throws(DialectError) -> TypedSQL {
        var meant = term
        if case .number(let text) = term.kind {
            guard let place = Int(text), select.items.indices.contains(place - 1),
                case .expression(let item, _) = select.items[place - 1]
            else { throw DialectError("there is no item \(text) in SELECT", at: term.offset) }
            meant = item
        } else if case .column(nil, let name) = term.kind, try scope.find(table: nil, name, at: term.offset) == nil {
            for case .expression(let item, let alias) in select.items where alias == name { meant = item }
        }
        let translated = try expression(meant, scope)
        guard !translated.hasAggregate else {
            throw DialectError("an aggregate cannot stand in GROUP BY", at: term.offset)
        }
        return translated
    }

    // MARK: Order

    private struct Term {
        let sql: String
        /// The number of the column of the answer that it is.
        var place: Int?
        /// What it is otherwise.
        var value: TypedSQL?
    }

    private func orderTerms(_ order: [OrderTerm], _ outputs: [Output], _ scope: Scope) throws(DialectError) -> [Term] {
        var terms: [Term] = []
        for term in order {
            switch term.expression.kind {
            case .number(let text):
                guard let place = Int(text), outputs.indices.contains(place - 1) else {
                    throw DialectError("there is no item \(text) in SELECT", at: term.expression.offset)
                }
                terms.append(Term(sql: Self.ordered(String(place), term), place: place))
            case .column(nil, let name):
                if let index = outputs.firstIndex(where: { $0.name == name }) {
                    terms.append(Term(sql: Self.ordered(String(index + 1), term), place: index + 1))
                } else {
                    fallthrough
                }
            default:
                let value = try expression(term.expression, scope)
                // A column as such leaves the order to whoever can read its rows in it.
                let isColumn = if case .column = term.expression.kind { true } else { false }
                let sql = isColumn ? value.sql : Self.notANumber(value.sql)
                terms.append(Term(sql: Self.ordered(sql, term), value: value))
            }
        }
        return terms
    }

    /// A whole number would be the place of a column to SQLite.
    private static func notANumber(_ sql: String) -> String { "(+\(sql))" }
}
