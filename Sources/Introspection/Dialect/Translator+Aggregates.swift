extension Translator {
    static let aggregates: Set<String> = [
        "count", "sum", "min", "max", "avg", "mean", "first_value", "last_value", "array_agg", "string_agg",
        "group_concat", "bool_and", "bool_or", "approx_distinct",
    ]

    private static let windowOnly: Set<String> = [
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "nth_value",
    ]

    /// A call over the rows of a group, or of a window.
    func aggregate(_ call: Call, _ scope: Scope, at offset: Int) throws(DialectError) -> TypedSQL {
        let isWindow = call.window != nil
        guard Self.aggregates.contains(call.name) || isWindow && Self.windowOnly.contains(call.name) else {
            let text = ScalarFunction.all[call.name] == nil ? "there is no function" : "OVER is not for"
            throw DialectError("\(text) \(call.name)", at: offset)
        }
        let arguments = try expressions(call.arguments, scope)
        if !isWindow, arguments.contains(where: \.hasAggregate) {
            throw DialectError("an aggregate cannot stand inside another", at: offset)
        }
        var (sql, type) = try written(call, arguments, scope, at: offset)
        var reads = arguments
        var name = self.name(of: call, arguments)
        if let filter = call.filter {
            let condition = try expression(filter, scope)
            sql += " FILTER (WHERE \(condition.sql))"
            name += " FILTER (WHERE \(condition.name))"
            reads.append(condition)
        }
        if !call.order.isEmpty { name += " ORDER BY [\(try orderName(call.order, scope))]" }
        if let window = call.window {
            let (text, parts) = try self.window(window, scope)
            sql += " OVER (\(text))"
            if !window.partition.isEmpty {
                name += " PARTITION BY [\(parts.prefix(window.partition.count).map(\.name).joined(separator: ", "))]"
            }
            if !window.order.isEmpty { name += " ORDER BY [\(try orderName(window.order, scope))]" }
            if let frame = window.frame { name += " \(frame)" }
            reads += parts
        }
        var result = TypedSQL(sql, type, name: name, of: reads)
        result.isNullable = !["count", "approx_distinct", "row_number", "rank", "dense_rank"].contains(call.name)
        if !isWindow {
            result.columns = []
            result.hasAggregate = true
        }
        return result
    }

    private func name(of call: Call, _ arguments: [TypedSQL]) -> String {
        let list = call.isStar ? "*" : arguments.map(\.name).joined(separator: ",")
        return "\(call.name)(\(call.isDistinct ? "DISTINCT " : "")\(list))"
    }

    private func orderName(_ order: [OrderTerm], _ scope: Scope) throws(DialectError) -> String {
        var names: [String] = []
        for term in order { names.append(Self.ordered(try expression(term.expression, scope).name, term)) }
        return names.joined(separator: ", ")
    }

    // MARK: Aggregates

    private func written(
        _ call: Call,
        _ arguments: [TypedSQL],
        _ scope: Scope,
        at offset: Int
    ) throws(DialectError) -> (sql: String, type: ColumnType) {
        if call.isStar {
            guard call.name == "count", !call.isDistinct else { throw DialectError("only count takes *", at: offset) }
            return ("count(*)", .int64)
        }
        let expected: ClosedRange<Int> =
            switch call.name {
            case "string_agg", "nth_value": 2...2
            case "group_concat": 1...2
            case "lag", "lead": 1...3
            case "row_number", "rank", "dense_rank", "percent_rank", "cume_dist": 0...0
            default: 1...1
            }
        guard expected.contains(arguments.count) else {
            throw DialectError("\(call.name) does not take \(arguments.count) arguments", at: offset)
        }
        guard call.order.isEmpty || Self.ordering.contains(call.name) else {
            throw DialectError("ORDER BY inside is for \(Self.ordering.joined(separator: ", "))", at: offset)
        }
        let list = arguments.map(\.sql).joined(separator: ", ")
        let type = arguments.first?.type ?? .int64
        let distinct = call.isDistinct ? "DISTINCT " : ""
        switch call.name {
        case "count": return ("count(\(distinct)\(list))", .int64)
        case "approx_distinct": return ("count(DISTINCT \(list))", .uint64)
        case "min", "max": return ("\(call.name)(\(list))", type)
        case "sum", "avg", "mean": return try summed(call.name, distinct, arguments[0], at: offset)
        case "bool_and", "bool_or": return ("\(call.name == "bool_and" ? "min" : "max")(\(list))", .boolean)
        case "row_number", "rank", "dense_rank": return ("\(call.name)()", .uint64)
        case "percent_rank", "cume_dist": return ("\(call.name)()", .float64)
        case "ntile": return ("ntile(\(list))", .uint64)
        case "lag", "lead", "nth_value": return ("\(call.name)(\(list))", type)
        case "first_value" where call.window != nil, "last_value" where call.window != nil:
            return ("\(call.name)(\(list))", type)
        default: return try ordered(call, arguments, scope, at: offset)
        }
    }

    private func summed(
        _ function: String,
        _ distinct: String,
        _ value: TypedSQL,
        at offset: Int
    ) throws(DialectError) -> (sql: String, type: ColumnType) {
        guard value.type.kind == .number || value.type.kind == .null || value.type == .duration else {
            throw DialectError("\(function) is for numbers, not for \(value.type.arrowName)", at: offset)
        }
        if function != "sum" {
            let average = "avg(\(distinct)\(value.sql))"
            return value.type == .duration ? ("CAST(\(average) AS INTEGER)", .duration) : (average, .float64)
        }
        let isUnsigned = value.type.integer.map { !$0.isSigned } ?? false
        let type: ColumnType =
            value.type == .duration ? .duration : value.type.isFloat ? .float64 : isUnsigned ? .uint64 : .int64
        return ("sum(\(distinct)\(value.sql))", type)
    }

    /// Those that take ORDER BY inside their parentheses.
    private static let ordering = ["first_value", "last_value", "array_agg", "string_agg", "group_concat"]

    /// An aggregate to which the order of its rows matters: one of ours, with the keys as further arguments.
    private func ordered(
        _ call: Call,
        _ arguments: [TypedSQL],
        _ scope: Scope,
        at offset: Int
    ) throws(DialectError) -> (sql: String, type: ColumnType) {
        var value = arguments[0]
        var type = value.type
        var keys: [String] = []
        switch call.name {
        case "array_agg":
            let (list, written) = try listElements([value], value.type, at: offset)
            // Flags are written as words of JSON only at the end.
            value = list == .booleanList ? value : value.written(written[0], as: .text)
            type = list
        case "string_agg", "group_concat":
            value = try cast(value, to: .text, at: offset)
            type = .text
        default: break
        }
        for term in call.order {
            let key = try expression(term.expression, scope)
            let areNullsFirst = term.areNullsFirst ?? term.isDescending
            keys += [key.sql, String((term.isDescending ? 1 : 0) + (areNullsFirst ? 2 : 0))]
        }
        guard keys.count <= 40 else { throw DialectError("there are more than 20 terms to order by", at: offset) }
        let separator = arguments.count > 1 ? try cast(arguments[1], to: .text, at: offset).sql : "','"
        let function: String
        switch call.name {
        case "array_agg": function = type == .booleanList ? "perdure_flags" : "perdure_list"
        case "string_agg", "group_concat": function = "perdure_joined"
        case "first_value": function = "perdure_first"
        default: function = "perdure_last"
        }
        let list = [value.sql] + (function == "perdure_joined" ? [separator] : []) + keys
        return ("\(function)(\(call.isDistinct ? "DISTINCT " : "")\(list.joined(separator: ", ")))", type)
    }

    // MARK: Windows

    private func window(_ window: Window, _ scope: Scope) throws(DialectError) -> (String, [TypedSQL]) {
        let partition = try expressions(window.partition, scope)
        var parts = partition
        var text: [String] = []
        if !partition.isEmpty { text.append("PARTITION BY " + partition.map(\.sql).joined(separator: ", ")) }
        var terms: [String] = []
        for term in window.order {
            let key = try expression(term.expression, scope)
            terms.append(Self.ordered(key.sql, term))
            parts.append(key)
        }
        if !terms.isEmpty { text.append("ORDER BY " + terms.joined(separator: ", ")) }
        if let frame = window.frame { text.append(frame) }
        return (text.joined(separator: " "), parts)
    }
}
