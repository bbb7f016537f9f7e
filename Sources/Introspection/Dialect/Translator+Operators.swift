extension Translator {
    private static let ranks = [
        "OR": 1, "AND": 2, "NOT": 3, "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "||": 5, "+": 6, "-": 6,
        "*": 7, "/": 7, "%": 7,
    ]

    private func named(_ word: String, _ left: TypedSQL, _ right: TypedSQL) -> (name: String, rank: Int) {
        let rank = Self.ranks[word] ?? 4
        let shown = word == "<>" ? "!=" : word
        return ("\(left.name(within: rank)) \(shown) \(right.name(within: rank + 1))", rank)
    }

    func unary(_ word: String, _ operand: TypedSQL, at offset: Int) throws(DialectError) -> TypedSQL {
        if word == "NOT" {
            var result = TypedSQL(
                "(NOT \(operand.sql))",
                .boolean,
                name: "NOT \(operand.name(within: 3))",
                of: [operand]
            )
            result.rank = 3
            return result
        }
        if case .interval(let interval) = operand.literal {
            return try literal(Expression(.interval(interval.negated), at: offset), Scope(parent: nil))
        }
        guard operand.type.kind == .number || operand.type.kind == .null || operand.type == .duration else {
            throw DialectError("there is no negative of \(operand.type.arrowName)", at: offset)
        }
        let number = measured(operand)
        let type: ColumnType = number.type.integer.map { !$0.isSigned } ?? false ? .int64 : number.type
        return TypedSQL("(-\(number.sql))", type, name: "(- \(operand.name))", of: [operand])
    }

    func binary(_ word: String, _ left: TypedSQL, _ right: TypedSQL, at offset: Int) throws(DialectError) -> TypedSQL {
        switch word {
        case "||":
            let (a, b) = (try cast(left, to: .text, at: offset), try cast(right, to: .text, at: offset))
            return operated(word, left, right, "(\(a.sql) || \(b.sql))", .text)
        case "+", "-", "*", "/", "%":
            return try arithmetic(word, left, right, at: offset)
        case "~", "~*", "!~", "!~*":
            for side in [left, right] where side.type != .text && side.type != .null {
                throw DialectError("\(word) is for texts, not for \(side.type.arrowName)", at: offset)
            }
            let match = "perdure_matches(\(left.sql), \(right.sql), \(word.hasSuffix("*") ? 1 : 0))"
            return operated(word, left, right, word.hasPrefix("!") ? "(NOT \(match))" : match, .boolean)
        default:
            return try compared(word, left, right, at: offset)
        }
    }

    private func operated(
        _ word: String,
        _ left: TypedSQL,
        _ right: TypedSQL,
        _ sql: String,
        _ type: ColumnType
    ) -> TypedSQL {
        let (name, rank) = named(word, left, right)
        var result = TypedSQL(sql, type, name: name, of: [left, right])
        result.rank = rank
        return result
    }

    /// A comparison, each side in the type of the other.
    func compared(_ word: String, _ left: TypedSQL, _ right: TypedSQL, at offset: Int) throws(DialectError) -> TypedSQL
    {
        let (a, b) = try coerced(left, right, at: offset)
        return operated(word, left, right, "(\(a.sql) \(word) \(b.sql))", .boolean)
    }

    /// AND or OR over many, as a tree with few levels.
    func chain(_ word: String, _ parts: [TypedSQL], at offset: Int) throws(DialectError) -> TypedSQL {
        var level = parts.map(\.sql)
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 8).map { start in
                "(" + level[start..<min(start + 8, level.count)].joined(separator: " \(word) ") + ")"
            }
        }
        let rank = Self.ranks[word] ?? 1
        let name = parts.map { $0.name(within: rank) }.joined(separator: " \(word) ")
        var result = TypedSQL(level[0], .boolean, name: name, of: parts)
        result.rank = rank
        return result
    }

    // MARK: Arithmetic

    private func arithmetic(
        _ word: String,
        _ left: TypedSQL,
        _ right: TypedSQL,
        at offset: Int
    ) throws(DialectError) -> TypedSQL {
        switch (left.type.kind, right.type.kind) {
        case (.number, .number), (.null, .number), (.number, .null), (.null, .null):
            return numeric(word, left, right)
        case (.moment, .span) where word == "+" || word == "-":
            return try shifted(word, left, by: right, at: offset)
        case (.span, .moment) where word == "+":
            var result = try shifted(word, right, by: left, at: offset)
            result.name = named(word, left, right).name
            return result
        case (.moment, .moment) where word == "-":
            let (a, b) = try coerced(left, right, at: offset)
            let days = a.type == .date ? " * \(Moment.day)" : ""
            return operated(word, left, right, "((\(a.sql) - \(b.sql))\(days))", .duration)
        case (.span, .span) where word == "+" || word == "-":
            let (a, b) = (try milliseconds(left, at: offset), try milliseconds(right, at: offset))
            return operated(word, left, right, "(\(a) \(word) \(b))", .duration)
        case (.span, .number) where word == "*", (.span, .number) where word == "/":
            let a = try milliseconds(left, at: offset)
            return operated(word, left, right, "CAST(\(a) \(word) \(right.sql) AS INTEGER)", .duration)
        case (.text, .number), (.number, .text):
            let (a, b) = try coerced(left, right, at: offset)
            return numeric(word, a, b)
        default:
            throw DialectError(
                "\(word) is not for \(left.type.arrowName) and \(right.type.arrowName)",
                at: offset
            )
        }
    }

    /// A number as it goes into a comparison or a sum.
    private func measured(_ value: TypedSQL) -> TypedSQL {
        guard case .unsigned(let number) = value.literal else { return value }
        return value.written(Self.real(Double(number)), as: .float64)
    }

    private func numeric(_ word: String, _ left: TypedSQL, _ right: TypedSQL) -> TypedSQL {
        let (left, right) = (measured(left), measured(right))
        let isFloat = left.type.isFloat || right.type.isFloat
        guard !isFloat else {
            let sql =
                word == "%"
                ? "perdure_remainder(\(left.sql), \(right.sql))" : "(CAST(\(left.sql) AS REAL) \(word) \(right.sql))"
            return operated(word, left, right, sql, .float64)
        }
        // A difference may be below zero.
        let type: ColumnType = word != "-" && left.type == .uint64 && right.type == .uint64 ? .uint64 : .int64
        let function = ["+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"][word] ?? "add"
        return operated(word, left, right, "perdure_\(function)(\(left.sql), \(right.sql))", type)
    }

    private func shifted(
        _ word: String,
        _ moment: TypedSQL,
        by span: TypedSQL,
        at offset: Int
    ) throws(DialectError) -> TypedSQL {
        let type: ColumnType = moment.type == .date ? .localTimestamp : moment.type
        let base = moment.type == .date ? "(\(moment.sql) * \(Moment.day))" : moment.sql
        if case .interval(let interval) = span.literal, interval.months != 0 {
            let shift = word == "-" ? interval.negated : interval
            let rest = Int64(shift.days) * Moment.day + shift.milliseconds
            return operated(word, moment, span, "(perdure_add_months(\(base), \(shift.months)) + \(rest))", type)
        }
        return operated(word, moment, span, "(\(base) \(word) \(try milliseconds(span, at: offset)))", type)
    }

    /// A length of time as a number.
    private func milliseconds(_ span: TypedSQL, at offset: Int) throws(DialectError) -> String {
        guard span.type == .interval else { return span.sql }
        guard case .interval(let interval) = span.literal, let milliseconds = interval.fixedMilliseconds else {
            throw DialectError("an interval with months has no length of its own", at: offset)
        }
        return "(\(milliseconds))"
    }

    // MARK: Types that meet

    /// Both sides in one type, for a comparison.
    func coerced(
        _ left: TypedSQL,
        _ right: TypedSQL,
        at offset: Int
    ) throws(DialectError) -> (TypedSQL, TypedSQL) {
        let (kind, other) = (left.type.kind, right.type.kind)
        if kind == other {
            switch kind {
            case .moment where left.type == .date && right.type != .date:
                return (left.written("(\(left.sql) * \(Moment.day))", as: .localTimestamp), right)
            case .moment where right.type == .date && left.type != .date:
                return (left, right.written("(\(right.sql) * \(Moment.day))", as: .localTimestamp))
            case .span:
                return (
                    left.written(try milliseconds(left, at: offset), as: .duration),
                    right.written(try milliseconds(right, at: offset), as: .duration)
                )
            case .number:
                return (measured(left), measured(right))
            default:
                return (left, right)
            }
        }
        if kind == .null || other == .null { return (left, right) }
        if kind == .text { return (try adapted(left, to: right.type, at: offset), right) }
        if other == .text { return (left, try adapted(right, to: left.type, at: offset)) }
        if [kind, other].allSatisfy({ $0 == .number || $0 == .flag }) { return (left, right) }
        throw DialectError(
            "\(left.type.arrowName) and \(right.type.arrowName) cannot be compared",
            at: offset
        )
    }

    /// A text in the type of what it is compared with.
    private func adapted(_ text: TypedSQL, to type: ColumnType, at offset: Int) throws(DialectError) -> TypedSQL {
        guard case .text(let literal) = text.literal else {
            // Any number will do: `2.5` is no error beside a column of whole ones.
            return try cast(text, to: type.kind == .number ? .float64 : type, at: offset)
        }
        switch type.kind {
        case .moment:
            return try moment(literal, type == .date ? .localTimestamp : type, at: offset)
        case .number:
            guard let value = Double(literal) else {
                throw DialectError("'\(literal.prefix(80))' is no \(type.arrowName)", at: offset)
            }
            if let whole = Int64(literal) { return text.written("(\(whole))", as: .int64) }
            return text.written(Self.real(value), as: .float64)
        default:
            return try cast(text, to: type, at: offset)
        }
    }

    /// The type that all values of a list, of CASE or of a column of VALUES can have, and the values in it.
    func unified(_ values: [TypedSQL], at offset: Int) throws(DialectError) -> (ColumnType, [TypedSQL]) {
        var type = ColumnType.null
        for value in values { type = try Self.common(type, value.type, at: offset) }
        var unified: [TypedSQL] = []
        for value in values {
            let isAsItIs = value.type == type || value.type == .null || value.type.kind == .number
            unified.append(isAsItIs ? value : try cast(value, to: type, at: offset))
        }
        return (type, unified)
    }

    /// The type that holds values of both.
    static func common(_ left: ColumnType, _ right: ColumnType, at offset: Int) throws(DialectError) -> ColumnType {
        if left == right || right == .null { return left }
        if left == .null { return right }
        switch (left.kind, right.kind) {
        case (.number, .number): return left.isFloat || right.isFloat ? .float64 : .int64
        case (.moment, .moment): return left == .timestamp || right == .timestamp ? .timestamp : .localTimestamp
        case (.span, .span): return .duration
        case (.text, .number), (.number, .text), (.text, .moment), (.moment, .text), (.text, .span), (.span, .text),
            (.text, .flag), (.flag, .text):
            return .text
        default:
            throw DialectError("\(left.arrowName) and \(right.arrowName) have no type in common", at: offset)
        }
    }
}
