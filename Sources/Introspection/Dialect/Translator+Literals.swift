import DurableModel

extension Translator {
    /// What is written out.
    func literal(_ expression: Expression, _ scope: Scope) throws(DialectError) -> TypedSQL {
        var literal: TypedSQL
        switch expression.kind {
        case .null:
            return TypedSQL("NULL", .null, name: "NULL")
        case .flag(let flag):
            literal = TypedSQL(flag ? "1" : "0", .boolean, name: "Boolean(\(flag))")
        case .number(let text):
            literal = number(text)
        case .string(let text):
            literal = TypedSQL(TypedSQL.quoted(text), .text, name: "Utf8(\"\(text)\")")
            literal.literal = .text(text)
        case .blob(let bytes):
            let digits = hexadecimal(bytes)
            literal = TypedSQL("x'\(digits)'", .binary, name: "Binary(\"\(digits)\")")
        case .moment(let type, let text):
            literal = try moment(text, type.type, at: type.offset)
            literal.name = "Utf8(\"\(text)\")"
        case .interval(let interval):
            literal = TypedSQL(
                "x'\(hexadecimal(interval.bytes))'",
                .interval,
                name: "IntervalMonthDayNano(\"\(interval)\")"
            )
            literal.literal = .interval(interval)
        case .list(let items):
            return try list(items, scope, at: expression.offset)
        default:
            return TypedSQL("NULL", .null, name: "NULL")
        }
        literal.isNullable = false
        return literal
    }

    private func number(_ text: String) -> TypedSQL {
        var literal: TypedSQL
        if let number = Int64(text) {
            literal = TypedSQL(number < 0 ? "(\(number))" : String(number), .int64, name: "Int64(\(number))")
            literal.literal = .integer(number)
        } else if let number = UInt64(text) {
            literal = TypedSQL("(\(Int64(bitPattern: number)))", .uint64, name: "UInt64(\(number))")
            literal.literal = .unsigned(number)
        } else {
            let number = Double(text) ?? .infinity
            literal = TypedSQL(Self.real(number), .float64, name: "Float64(\(number))")
        }
        literal.isNullable = false
        return literal
    }

    /// A number that SQLite reads as a real one.
    static func real(_ number: Double) -> String {
        guard number.isFinite else { return number < 0 ? "(-9e999)" : "9e999" }
        return number < 0 ? "(\(number))" : "\(number)"
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        var writer = JSONWriter()
        writer.hexadecimal(bytes)
        return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    /// A text that stands for a time or a date.
    func moment(_ text: String, _ type: ColumnType, at offset: Int) throws(DialectError) -> TypedSQL {
        guard let milliseconds = Moment.milliseconds(of: text) else {
            throw DialectError("'\(text.prefix(80))' is no time; one looks like 2026-01-02T03:04:05Z", at: offset)
        }
        let value = type == .date ? Moment.floor(milliseconds, Moment.day) / Moment.day : milliseconds
        var literal = TypedSQL("(\(value))", type, name: "Utf8(\"\(text)\")")
        literal.isNullable = false
        return literal
    }

    private func list(_ items: [Expression], _ scope: Scope, at offset: Int) throws(DialectError) -> TypedSQL {
        let values = try expressions(items, scope)
        let (element, unified) = try self.unified(values, at: offset)
        let (type, written) = try listElements(unified, element, at: offset)
        var list = TypedSQL(
            "json_array(\(written.joined(separator: ", ")))",
            type,
            name: "make_array(\(values.map(\.name).joined(separator: ",")))",
            of: values
        )
        list.isNullable = false
        return list
    }

    /// The list type of an element's, and how elements are written for SQLite's JSON.
    func listElements(
        _ elements: [TypedSQL],
        _ element: ColumnType,
        at offset: Int
    ) throws(DialectError) -> (ColumnType, [String]) {
        switch element.kind {
        case .number where element.isFloat: return (.float64List, elements.map(\.sql))
        case .number: return (.int64List, elements.map(\.sql))
        case .flag: return (.booleanList, elements.map { "json(iif(\($0.sql), 'true', 'false'))" })
        case .list, .binary: throw DialectError("a list of \(element.arrowName) is not supported", at: offset)
        default:
            var texts: [String] = []
            for element in elements { texts.append(try cast(element, to: .text, at: offset).sql) }
            return (.textList, texts)
        }
    }
}

extension IntervalLiteral: CustomStringConvertible {
    /// As Arrow has it: months, days, nanoseconds, the lowest byte first.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(Int32(clamping: months))
        bytes.appendLittleEndian(Int32(clamping: days))
        bytes.appendLittleEndian(milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue)
        return bytes
    }

    init(bytes: [UInt8]) {
        func number(_ range: Range<Int>) -> UInt64 {
            bytes.count == 16 ? bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) } : 0
        }
        months = Int(Int32(truncatingIfNeeded: number(0..<4)))
        days = Int(Int32(truncatingIfNeeded: number(4..<8)))
        milliseconds = Int64(bitPattern: number(8..<16)) / 1_000_000
    }

    /// `1 days 2 hours`; nothing is `0 secs`.
    var description: String {
        var parts: [String] = []
        if months != 0 { parts.append("\(months) mons") }
        if days != 0 { parts.append("\(days) days") }
        let sign = milliseconds < 0 ? "-" : ""
        let (hours, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 3_600_000)
        if hours != 0 { parts.append("\(sign)\(hours) hours") }
        if rest / 60_000 != 0 { parts.append("\(sign)\(rest / 60_000) mins") }
        if rest % 60_000 != 0 {
            let fraction = String(rest % 1000 + 1000).dropFirst()
            parts.append("\(sign)\(rest % 60_000 / 1000)\(rest % 1000 == 0 ? "" : "." + fraction) secs")
        }
        return parts.isEmpty ? "0 secs" : parts.joined(separator: " ")
    }

    /// The length in milliseconds; `nil` when there are months in it, which are of no one length.
    var fixedMilliseconds: Int64? {
        guard months == 0 else { return nil }
        return Int64(days) * 86_400_000 + milliseconds
    }

    var negated: IntervalLiteral {
        IntervalLiteral(months: -months, days: -days, milliseconds: -milliseconds)
    }
}
