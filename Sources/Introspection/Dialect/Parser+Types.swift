extension Parser {
    // MARK: Types

    private static let types: [String: ColumnType] = [
        "varchar": .text, "text": .text, "string": .text, "char": .text, "character": .text, "nvarchar": .text,
        "tinyint": .int8, "smallint": .int16, "int2": .int16, "int": .int32, "integer": .int32, "int4": .int32,
        "bigint": .int64, "int8": .int64, "double": .float64, "float8": .float64, "float64": .float64,
        "decimal": .float64, "numeric": .float64, "float": .float32, "real": .float32, "float4": .float32,
        "boolean": .boolean, "bool": .boolean, "date": .date, "timestamp": .localTimestamp, "datetime": .localTimestamp,
        "timestamptz": .timestamp, "bytea": .binary, "blob": .binary, "binary": .binary, "varbinary": .binary,
        "interval": .interval,
    ]

    private static let unsigned: [ColumnType: ColumnType] = [
        .int8: .uint8, .int16: .uint16, .int32: .uint32, .int64: .uint64,
    ]

    /// A type after CAST or `::`.
    mutating func typeName() throws(DialectError) -> TypeName {
        let start = peek.offset
        guard case .word(let word) = peek.kind, var type = Self.types[word] else { throw unexpected("a type") }
        index += 1
        if word == "double" { _ = acceptWord("precision") }
        if word == "char" || word == "character" { _ = acceptWord("varying") }
        if accept("(") {
            // How long or how exact is not kept.
            repeat {
                guard case .number = peek.kind else { throw unexpected("a number") }
                index += 1
            } while accept(",")
            try expect(")")
        }
        if let other = Self.unsigned[type], acceptWord("unsigned") { type = other }
        if type == .localTimestamp, acceptWord("with") {
            try zone()
            type = .timestamp
        } else if acceptWords("without", "time") {
            try expectWord("zone")
        }
        return TypeName(type: type, offset: start)
    }

    private mutating func zone() throws(DialectError) {
        try expectWord("time")
        try expectWord("zone")
    }

    // MARK: Intervals

    private static let units: [String: (months: Int, days: Int, milliseconds: Int64)] = [
        "century": (1200, 0, 0), "decade": (120, 0, 0), "year": (12, 0, 0), "quarter": (3, 0, 0), "month": (1, 0, 0),
        "mon": (1, 0, 0), "week": (0, 7, 0), "day": (0, 1, 0), "hour": (0, 0, 3_600_000), "hr": (0, 0, 3_600_000),
        "minute": (0, 0, 60_000), "min": (0, 0, 60_000), "second": (0, 0, 1000), "sec": (0, 0, 1000),
        "millisecond": (0, 0, 1), "ms": (0, 0, 1), "y": (12, 0, 0), "d": (0, 1, 0), "h": (0, 0, 3_600_000),
        "m": (0, 0, 60_000), "s": (0, 0, 1000),
    ]

    private static func unit(_ word: String) -> (months: Int, days: Int, milliseconds: Int64)? {
        units[word] ?? (word.hasSuffix("s") ? units[String(word.dropLast())] : nil)
    }

    /// The text after INTERVAL, such as `1 day 2 hours`, or a number with its unit after the text.
    mutating func interval(_ text: String, _ start: Int) throws(DialectError) -> IntervalLiteral {
        var words = text.lowercased().split(separator: " ").map(String.init)
        if words.count == 1, case .word(let unit) = peek.kind, Self.unit(unit) != nil {
            index += 1
            words.append(unit)
        }
        guard !words.isEmpty, words.count % 2 == 0, words.count <= 20 else {
            throw DialectError("'\(text.prefix(80))' is no interval; one looks like '1 day 2 hours'", at: start)
        }
        var interval = IntervalLiteral()
        for position in stride(from: 0, to: words.count, by: 2) {
            guard let count = Double(words[position]), let unit = Self.unit(words[position + 1]),
                abs(count) <= 1_000_000_000, unit.milliseconds != 0 || count == count.rounded()
            else { throw DialectError("'\(text.prefix(80))' is no interval; one looks like '1 day'", at: start) }
            interval.months += unit.months * Int(count)
            interval.days += unit.days * Int(count)
            interval.milliseconds += Int64(Double(unit.milliseconds) * count)
        }
        return interval
    }

    // MARK: Windows

    /// What stands after OVER.
    mutating func window() throws(DialectError) -> Window {
        var window = Window()
        try expect("(")
        if acceptWord("partition") {
            try expectWord("by")
            window.partition = try expressions()
        }
        if acceptWord("order") {
            try expectWord("by")
            window.order = try orderTerms()
        }
        for unit in ["rows", "range", "groups"] where acceptWord(unit) {
            if acceptWord("between") {
                let start = try frameBound()
                try expectWord("and")
                window.frame = "\(unit.uppercased()) BETWEEN \(start) AND \(try frameBound())"
            } else {
                window.frame = "\(unit.uppercased()) \(try frameBound())"
            }
        }
        try expect(")")
        return window
    }

    private mutating func frameBound() throws(DialectError) -> String {
        if acceptWord("current") {
            try expectWord("row")
            return "CURRENT ROW"
        }
        var bound = "UNBOUNDED"
        if case .number(let text) = peek.kind, let count = Int(text) {
            index += 1
            bound = String(count)
        } else {
            try expectWord("unbounded")
        }
        if acceptWord("preceding") { return bound + " PRECEDING" }
        try expectWord("following")
        return bound + " FOLLOWING"
    }
}
