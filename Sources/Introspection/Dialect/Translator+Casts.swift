extension Translator {
    /// A value in another type. What cannot be is an error when the row is read.
    func cast(_ value: TypedSQL, to type: ColumnType, at offset: Int) throws(DialectError) -> TypedSQL {
        guard value.type != type else { return value }
        if value.type == .null { return value.written("NULL", as: type) }
        guard let sql = try castText(value, to: type, at: offset) else {
            throw DialectError("\(value.type.arrowName) cannot become \(type.arrowName)", at: offset)
        }
        return value.written(sql, as: type)
    }

    private func castText(_ value: TypedSQL, to type: ColumnType, at offset: Int) throws(DialectError) -> String? {
        if let integer = type.integer { return castToInteger(value, type, bits: integer.bits) }
        let sql = value.sql
        switch (type.kind, value.type.kind) {
        case (.text, _): return castToText(value)
        case (.number, .text): return "perdure_number(\(sql))"
        case (.number, .number), (.number, .flag): return "CAST(\(sql) AS REAL)"
        case (.flag, .text): return "perdure_flag(\(sql))"
        case (.flag, .number): return "(\(sql) <> 0)"
        case (.moment, .text):
            if case .text(let literal) = value.literal { return try moment(literal, type, at: offset).sql }
            return type == .date ? "perdure_days(perdure_moment(\(sql)))" : "perdure_moment(\(sql))"
        case (.moment, .moment):
            if type == .date { return "perdure_days(\(sql))" }
            return value.type == .date ? "(\(sql) * \(Moment.day))" : sql
        // A number is one of nanoseconds, of days for a date.
        case (.moment, .number): return type == .date ? "perdure_integer(\(sql), 32, 1)" : "(\(sql) / 1000000)"
        case (.span, .span): return sql
        case (.binary, .text): return "CAST(\(sql) AS BLOB)"
        default: return nil
        }
    }

    private func castToInteger(_ value: TypedSQL, _ type: ColumnType, bits: Int) -> String? {
        switch value.type.kind {
        case .number, .text: "perdure_integer(\(value.sql), \(bits), \(type.integer?.isSigned == true ? 1 : 0))"
        case .flag, .moment: value.sql
        case .span: value.type == .duration ? value.sql : nil
        default: nil
        }
    }

    private func castToText(_ value: TypedSQL) -> String? {
        switch value.type {
        case .boolean: "CASE \(value.sql) WHEN 0 THEN 'false' WHEN 1 THEN 'true' END"
        case .timestamp: "perdure_text(\(value.sql), 'timestamp')"
        case .localTimestamp: "perdure_text(\(value.sql), 'localTimestamp')"
        case .date: "perdure_text(\(value.sql), 'date')"
        case .duration: "perdure_text(\(value.sql), 'duration')"
        case .interval: "perdure_text(\(value.sql), 'interval')"
        case .uint64: "perdure_text(\(value.sql), 'unsigned')"
        case .float32, .float64: "perdure_text(\(value.sql), 'real')"
        case .binary: "perdure_utf8(\(value.sql))"
        default: "CAST(\(value.sql) AS TEXT)"
        }
    }
}
