extension Translator {
    /// A function, an aggregate, or either over a window.
    func call(_ call: Call, _ scope: Scope, at offset: Int) throws(DialectError) -> TypedSQL {
        if call.window != nil || Self.aggregates.contains(call.name) {
            return try aggregate(call, scope, at: offset)
        }
        guard call.filter == nil, call.order.isEmpty, !call.isDistinct, !call.isStar else {
            throw DialectError("\(call.name) is no aggregate", at: offset)
        }
        let arguments = try expressions(call.arguments, scope)
        let name = "\(call.name)(\(arguments.map(\.name).joined(separator: ",")))"
        if let special = try special(call.name, arguments, name, at: offset) { return special }
        guard let function = ScalarFunction.all[call.name] else {
            throw DialectError("there is no function \(call.name)", at: offset)
        }
        guard function.accepts(arguments.count) else {
            throw DialectError("\(call.name) does not take \(arguments.count) arguments", at: offset)
        }
        var written: [TypedSQL] = []
        for (index, argument) in arguments.enumerated() {
            let parameter = function.parameters[min(index, function.parameters.count - 1)]
            written.append(try self.argument(argument, parameter, of: call.name, at: offset))
        }
        let type = function.type ?? written.first?.type ?? .null
        return TypedSQL(function.sql(written.map(\.sql)), type, name: name, of: arguments)
    }

    private func argument(
        _ value: TypedSQL,
        _ parameter: ScalarFunction.Parameter,
        of function: String,
        at offset: Int
    ) throws(DialectError) -> TypedSQL {
        switch (parameter, value.type.kind) {
        case (.any, _), (_, .null), (.number, .number), (.moment, .moment), (.list, .list): return value
        case (.integer, .number): return value.type.isFloat ? try cast(value, to: .int64, at: offset) : value
        case (.text, .binary) where function == "length": return value
        case (.text, _): return try cast(value, to: .text, at: offset)
        case (.number, .text): return try cast(value, to: .float64, at: offset)
        case (.moment, .text): return try cast(value, to: .localTimestamp, at: offset)
        // Texts that are lists in JSON may be meant as such.
        case (.list, .text): return value
        default: throw DialectError("\(function) is not for \(value.type.arrowName)", at: offset)
        }
    }

    // MARK: Functions with rules of their own

    private func special(
        _ function: String,
        _ arguments: [TypedSQL],
        _ name: String,
        at offset: Int
    ) throws(DialectError) -> TypedSQL? {
        switch (function, arguments.count) {
        case ("now", 0), ("current_timestamp", 0):
            return constant("\(now)", .timestamp, "now()")
        case ("localtimestamp", 0):
            return constant("\(now)", .localTimestamp, name)
        case ("current_date", 0), ("today", 0):
            return constant("\(Moment.floor(now, Moment.day) / Moment.day)", .date, name)
        case ("arrow_typeof", 1):
            return constant(TypedSQL.quoted(arguments[0].type.arrowName), .text, name)
        case ("version", 0):
            return constant("'perdure on SQLite'", .text, name)
        case ("coalesce", 1...), ("nvl", 2), ("ifnull", 2):
            return try coalesced(arguments, name, at: offset)
        case ("nullif", 2):
            let (a, b) = try coerced(arguments[0], arguments[1], at: offset)
            var result = TypedSQL("nullif(\(a.sql), \(b.sql))", a.type, name: name, of: arguments)
            result.isNullable = true
            return result
        case ("greatest", 1...), ("least", 1...):
            return try extreme(function == "greatest" ? "max" : "min", arguments, name, at: offset)
        case ("to_timestamp", 1):
            return try toTimestamp(arguments[0], name, at: offset)
        case ("date_trunc", 2), ("datetrunc", 2):
            guard case .text(let unit) = arguments[0].literal, Moment.units.contains(unit.lowercased()) else {
                throw DialectError("date_trunc takes one of \(Moment.units.joined(separator: ", "))", at: offset)
            }
            let moment = try argument(arguments[1], .moment, of: function, at: offset)
            let base = moment.type == .date ? "(\(moment.sql) * \(Moment.day))" : moment.sql
            return TypedSQL(
                "perdure_trunc('\(unit.lowercased())', \(base))",
                moment.type == .date ? .localTimestamp : moment.type,
                name: name,
                of: arguments
            )
        case ("date_part", 2), ("datepart", 2):
            guard case .text(let part) = arguments[0].literal else {
                throw DialectError("date_part takes the name of a part as a text", at: offset)
            }
            return try datePart(part.lowercased(), arguments[1], at: offset)
        case ("make_array", _):
            throw DialectError("lists are written in brackets, as in [1, 2]", at: offset)
        default:
            return nil
        }
    }

    private func constant(_ sql: String, _ type: ColumnType, _ name: String) -> TypedSQL {
        var constant = TypedSQL(sql, type, name: name)
        constant.isNullable = false
        return constant
    }

    private func coalesced(_ arguments: [TypedSQL], _ name: String, at offset: Int) throws(DialectError) -> TypedSQL {
        let (type, unified) = try self.unified(arguments, at: offset)
        let list = unified.map(\.sql).joined(separator: ", ")
        // SQLite's takes two at least.
        let sql = unified.count == 1 ? list : "coalesce(\(list))"
        var result = TypedSQL(sql, type, name: name, of: arguments)
        result.isNullable = arguments.allSatisfy(\.isNullable)
        return result
    }

    /// The largest or smallest of those that there are.
    private func extreme(
        _ function: String,
        _ arguments: [TypedSQL],
        _ name: String,
        at offset: Int
    ) throws(DialectError) -> TypedSQL {
        let (type, unified) = try self.unified(arguments, at: offset)
        guard unified.count <= 8 else { throw DialectError("\(name.prefix(8)) takes at most 8 arguments", at: offset) }
        guard unified.count > 1 else { return unified[0] }
        // SQLite's is NULL where one is NULL: so each gives way to one that is not.
        let values = unified.map(\.sql)
        let present = values.indices.map { "coalesce(\((values[$0...] + values[..<$0]).joined(separator: ", ")))" }
        return TypedSQL("\(function)(\(present.joined(separator: ", ")))", type, name: name, of: arguments)
    }

    private func toTimestamp(_ value: TypedSQL, _ name: String, at offset: Int) throws(DialectError) -> TypedSQL {
        switch value.type.kind {
        case .moment:
            var moment = try cast(value, to: value.type == .date ? .localTimestamp : value.type, at: offset)
            moment.name = name
            moment.column = nil
            return moment
        case .number:
            return TypedSQL("CAST(\(value.sql) * 1000 AS INTEGER)", .localTimestamp, name: name, of: [value])
        default:
            var moment = try cast(value, to: .localTimestamp, at: offset)
            moment.name = name
            moment.column = nil
            return moment
        }
    }

    /// A part of a time, such as its hour.
    func datePart(_ part: String, _ value: TypedSQL, at offset: Int) throws(DialectError) -> TypedSQL {
        guard Moment.parts.contains(part) else {
            throw DialectError(
                "there is no part '\(part.prefix(20))'; there are \(Moment.parts.joined(separator: ", "))",
                at: offset
            )
        }
        let name = "date_part(Utf8(\"\(part)\"),\(value.name))"
        if value.type.kind == .span, value.type == .duration, part == "epoch" {
            return TypedSQL("(\(value.sql) / 1000.0)", .float64, name: name, of: [value])
        }
        let moment = try argument(value, .moment, of: "date_part", at: offset)
        let base = moment.type == .date ? "(\(moment.sql) * \(Moment.day))" : moment.sql
        if part == "epoch" { return TypedSQL("(\(base) / 1000.0)", .float64, name: name, of: [value]) }
        return TypedSQL("perdure_part('\(part)', \(base))", .int32, name: name, of: [value])
    }
}
