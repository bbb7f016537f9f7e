extension Translator {
    /// Tests that are more than an operator between two values.
    func condition(_ expression: Expression, _ scope: Scope) throws(DialectError) -> TypedSQL {
        let offset = expression.offset
        switch expression.kind {
        case .isTest(let operand, let test, let isNegated):
            return isTest(try self.expression(operand, scope), test, isNegated)
        case .isDistinct(let left, let right, let isNegated):
            let (left, right) = (try self.expression(left, scope), try self.expression(right, scope))
            let (a, b) = try coerced(left, right, at: offset)
            var result = TypedSQL(
                "(\(a.sql) IS \(isNegated ? "" : "NOT ")\(b.sql))",
                .boolean,
                name: "\(left.name) IS \(isNegated ? "NOT " : "")DISTINCT FROM \(right.name)",
                of: [left, right]
            )
            result.isNullable = false
            return result
        case .like(let text, let pattern, let ignoresCase, let isNegated):
            let (text, pattern) = (try self.expression(text, scope), try self.expression(pattern, scope))
            return try like(text, pattern, ignoresCase: ignoresCase, isNegated, at: offset)
        case .between(let operand, let low, let high, let isNegated):
            let operand = try self.expression(operand, scope)
            let (low, high) = (try self.expression(low, scope), try self.expression(high, scope))
            let first = try compared(">=", operand, low, at: offset)
            let last = try compared("<=", operand, high, at: offset)
            return TypedSQL(
                "(\(isNegated ? "NOT " : "")(\(first.sql) AND \(last.sql)))",
                .boolean,
                name: "\(operand.name) \(isNegated ? "NOT " : "")BETWEEN \(low.name) AND \(high.name)",
                of: [operand, low, high]
            )
        case .isIn(let operand, let list, let isNegated):
            return try isIn(try self.expression(operand, scope), list, isNegated, scope, at: offset)
        case .isInQuery(let operand, let query, let isNegated):
            return try isIn(try self.expression(operand, scope), query, isNegated, scope, at: offset)
        case .exists(let query):
            let text = try self.query(query, in: scope).text(used: [])
            var result = TypedSQL("EXISTS (\(text))", .boolean, name: "EXISTS")
            result.isNullable = false
            return result
        default:
            return TypedSQL("NULL", .null, name: "NULL")
        }
    }

    private func isTest(_ operand: TypedSQL, _ test: IsTest, _ isNegated: Bool) -> TypedSQL {
        let sql =
            switch test {
            case .null, .unknown: "\(operand.sql) IS \(isNegated ? "NOT " : "")NULL"
            case .isTrue: "\(operand.sql) IS \(isNegated ? "NOT " : "")TRUE"
            case .isFalse: "\(operand.sql) IS \(isNegated ? "NOT " : "")FALSE"
            }
        var result = TypedSQL(
            "(\(sql))",
            .boolean,
            name: "\(operand.name(within: 4)) IS \(isNegated ? "NOT " : "")\(test.rawValue)",
            of: [operand]
        )
        result.isNullable = false
        result.rank = 4
        return result
    }

    private func like(
        _ text: TypedSQL,
        _ pattern: TypedSQL,
        ignoresCase: Bool,
        _ isNegated: Bool,
        at offset: Int
    ) throws(DialectError) -> TypedSQL {
        let word = ignoresCase ? "ILIKE" : "LIKE"
        for side in [text, pattern] where side.type.kind != .text && side.type.kind != .null {
            throw DialectError("\(word) is for texts, not for \(side.type.arrowName)", at: offset)
        }
        if case .text(let literal) = pattern.literal, literal.utf8.count > limits.patternBytesMax {
            throw DialectError("the pattern is longer than \(limits.patternBytesMax) bytes", at: offset)
        }
        let match = "perdure_like(\(text.sql), \(pattern.sql), \(ignoresCase ? 1 : 0))"
        return TypedSQL(
            isNegated ? "(NOT \(match))" : match,
            .boolean,
            name: "\(text.name) \(isNegated ? "NOT " : "")\(word) \(pattern.name)",
            of: [text, pattern]
        )
    }

    private func isIn(
        _ operand: TypedSQL,
        _ list: [Expression],
        _ isNegated: Bool,
        _ scope: Scope,
        at offset: Int
    ) throws(DialectError) -> TypedSQL {
        var items: [TypedSQL] = []
        var parts = [operand]
        var left = operand
        for item in list {
            let value = try expression(item, scope)
            let (first, second) = try coerced(operand, value, at: item.offset)
            left = first
            items.append(second)
            // Literals, of which there may be very many, read nothing.
            if value.literal == nil { parts.append(value) }
        }
        return TypedSQL(
            "(\(left.sql) \(isNegated ? "NOT " : "")IN (\(items.map(\.sql).joined(separator: ", "))))",
            .boolean,
            name: "\(operand.name) \(isNegated ? "NOT " : "")IN ([\(items.map(\.name).joined(separator: ", "))])",
            of: parts
        )
    }

    private func isIn(
        _ operand: TypedSQL,
        _ query: Query,
        _ isNegated: Bool,
        _ scope: Scope,
        at offset: Int
    ) throws(DialectError) -> TypedSQL {
        let translated = try self.query(query, in: scope)
        guard translated.columns.count == 1, let column = translated.columns.first else {
            throw DialectError("a query after IN has one column", at: offset)
        }
        let (left, right) = try coerced(operand, TypedSQL("", column.type, name: ""), at: offset)
        guard right.sql.isEmpty else {
            throw DialectError(
                "\(operand.type.arrowName) and \(column.type.arrowName) cannot be compared here; use CAST",
                at: offset
            )
        }
        return TypedSQL(
            "(\(left.sql) \(isNegated ? "NOT " : "")IN (\(translated.text(used: nil))))",
            .boolean,
            name: "\(operand.name) \(isNegated ? "NOT " : "")IN (<subquery>)",
            of: [operand]
        )
    }
}
