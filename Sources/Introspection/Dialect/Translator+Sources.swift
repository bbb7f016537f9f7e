/// What stands after FROM, as text when the columns that are read are known.
indirect enum TranslatedSource {
    case relation(Relation)
    case join(TranslatedSource, JoinKind, TranslatedSource, on: String?)

    var text: String {
        switch self {
        case .relation(let relation): return relation.text
        case .join(let left, let kind, let right, let condition):
            let text = "\(left.text) \(kind.rawValue) \(right.isJoin ? "(\(right.text))" : right.text)"
            return text + (condition.map { " ON \($0)" } ?? "")
        }
    }

    private var isJoin: Bool {
        if case .join = self { true } else { false }
    }

    var relations: [Relation] {
        switch self {
        case .relation(let relation): [relation]
        case .join(let left, _, let right, _): left.relations + right.relations
        }
    }
}

extension Translator {
    /// Tables in FROM, which become names of `scope`.
    func source(_ source: TableSource, _ scope: Scope) throws(DialectError) -> TranslatedSource {
        switch source {
        case .table(let name, let alias):
            return .relation(try added(try table(name, alias), scope, at: name.offset))
        case .derived(let query, let alias):
            return .relation(try added(try derived(query, alias, scope), scope, at: query.offset))
        case .list(let function, let argument, let alias, let offset):
            let list = try expression(argument, scope)
            return .relation(try added(jsonTable(function, list, alias), scope, at: offset))
        case .join(let left, let kind, let right, let condition):
            let left = try self.source(left, scope)
            let right = try self.source(right, scope)
            switch condition {
            case .none:
                return .join(left, kind, right, on: nil)
            case .on(let expression):
                let translated = try self.expression(expression, scope)
                guard !translated.hasAggregate else {
                    throw DialectError("an aggregate cannot stand in ON", at: expression.offset)
                }
                return .join(left, kind, right, on: translated.sql)
            case .using(let names, let offset):
                return .join(left, kind, right, on: try using(names, left, right, at: offset))
            }
        }
    }

    private func added(_ relation: Relation, _ scope: Scope, at offset: Int) throws(DialectError) -> Relation {
        let taken = Set(scope.relations.flatMap { $0.columns.compactMap(\.qualifier) })
        if let name = relation.columns.compactMap(\.qualifier).first(where: { taken.contains($0) }) {
            throw DialectError("the table \(name) is in FROM twice; give one another name with AS", at: offset)
        }
        scope.add(relation)
        return relation
    }

    // MARK: Kinds

    private func table(_ name: TableName, _ alias: Alias?) throws(DialectError) -> Relation {
        let sql = freshName("t")
        if name.parts.count == 1, let common = commonTables[name.parts[0]] {
            let columns = try columns(
                common.columns.map { ($0.name, $0.type, $0.isNullable, "\(sql).\($0.alias)") },
                qualifier: name.parts[0],
                alias,
                at: name.offset
            )
            return Relation(.named(common.sql), alias: sql, columns: columns)
        }
        let table = try SchemaTable.find(name)
        let columns = try columns(
            table.columns.map { ($0.name, $0.type, $0.isNullable, "\(sql).\"\($0.name)\"") },
            qualifier: table.name,
            alias,
            at: name.offset
        )
        return Relation(.named(table.sql), alias: sql, columns: columns)
    }

    /// Without a name of its own a query's columns keep the tables' names that they have inside.
    private func derived(_ query: Query, _ alias: Alias?, _ scope: Scope) throws(DialectError) -> Relation {
        let translated = try self.query(query, in: scope.parent)
        let sql = freshName("t")
        guard let alias else {
            return Relation(
                .derived(translated),
                alias: sql,
                columns: translated.columns.map {
                    Relation.Column(
                        qualifier: $0.qualifier,
                        name: $0.name,
                        type: $0.type,
                        isNullable: $0.isNullable,
                        sql: "\(sql).\($0.alias)"
                    )
                }
            )
        }
        let columns = try columns(
            translated.columns.map { ($0.name, $0.type, $0.isNullable, "\(sql).\($0.alias)") },
            qualifier: alias.name,
            alias,
            at: query.offset
        )
        return Relation(.derived(translated), alias: sql, columns: columns)
    }

    private func jsonTable(_ function: String, _ list: TypedSQL, _ alias: Alias?) -> Relation {
        let sql = freshName("t")
        let qualifier = alias?.name ?? function
        let columns = ["key", "value", "type", "atom", "fullkey", "path"].map { name in
            Relation.Column(
                qualifier: qualifier,
                name: name,
                type: .text,
                isNullable: true,
                sql: "CAST(\(sql).\(name) AS TEXT)"
            )
        }
        return Relation(.called("\(function)(\(list.sql))"), alias: sql, columns: columns)
    }

    private func columns(
        _ columns: [(name: String, type: ColumnType, isNullable: Bool, sql: String)],
        qualifier: String,
        _ alias: Alias?,
        at offset: Int
    ) throws(DialectError) -> [Relation.Column] {
        let names = alias?.columns ?? []
        guard names.isEmpty || names.count == columns.count else {
            throw DialectError("the table has \(columns.count) columns, not \(names.count)", at: offset)
        }
        return columns.enumerated().map { index, column in
            Relation.Column(
                qualifier: alias?.name ?? qualifier,
                name: names.isEmpty ? column.name : names[index],
                type: column.type,
                isNullable: true,
                sql: column.sql
            )
        }
    }

    // MARK: USING

    private func using(
        _ names: [String],
        _ left: TranslatedSource,
        _ right: TranslatedSource,
        at offset: Int
    ) throws(DialectError) -> String {
        var conditions: [String] = []
        for name in names {
            let first = try only(name, left.relations, at: offset)
            let second = try only(name, right.relations, at: offset)
            let (a, b) = try coerced(
                Scope.column(first.relation, first.index, at: offset),
                Scope.column(second.relation, second.index, at: offset),
                at: offset
            )
            conditions.append("\(a.sql) = \(b.sql)")
            second.relation.hide(second.index)
        }
        return "(\(conditions.joined(separator: " AND ")))"
    }

    private func only(
        _ name: String,
        _ relations: [Relation],
        at offset: Int
    ) throws(DialectError) -> (relation: Relation, index: Int) {
        var found: [(relation: Relation, index: Int)] = []
        for relation in relations {
            for (index, column) in relation.columns.enumerated() where column.name == name && !column.isHidden {
                found.append((relation, index))
            }
        }
        guard found.count == 1, let only = found.first else {
            throw DialectError("the column \(name) after USING has to be in each side once", at: offset)
        }
        return only
    }
}
