/// A function of one row: how many arguments, and what it is in SQLite's SQL.
struct ScalarFunction {
    /// What an argument has to be; it is cast to it where it is not.
    enum Parameter {
        case any
        case text
        case number
        case integer
        case moment
        case list
    }

    let parameters: [Parameter]
    /// How many of them may be left out.
    var optional = 0
    /// Whether the last may come any number of times.
    var repeats = false
    /// The type, unless it is that of the first argument.
    let type: ColumnType?
    let sql: @Sendable ([String]) -> String

    init(
        _ parameters: Parameter...,
        optional: Int = 0,
        repeats: Bool = false,
        type: ColumnType?,
        _ sql: @escaping @Sendable ([String]) -> String
    ) {
        self.parameters = parameters
        self.optional = optional
        self.repeats = repeats
        self.type = type
        self.sql = sql
    }

    func accepts(_ count: Int) -> Bool {
        count >= parameters.count - optional && (repeats || count <= parameters.count)
    }

    /// A function that SQLite has under this name.
    private static func same(_ name: String) -> @Sendable ([String]) -> String {
        { "\(name)(\($0.joined(separator: ", ")))" }
    }

    // MARK: The table

    static let all: [String: ScalarFunction] = texts.merging(numbers) { $1 }.merging(times) { $1 }.merging(lists) { $1 }

    private static let texts: [String: ScalarFunction] = {
        let trim = { (name: String) in ScalarFunction(.text, .text, optional: 1, type: .text, same(name)) }
        // Places before the first count, and hold nothing: SQLite would count from the end.
        let substring = ScalarFunction(.text, .integer, .integer, optional: 1, type: .text) {
            let length = $0.count > 2 ? ", max(min(\($0[1]), 1) + max(\($0[2]), 0) - 1, 0)" : ""
            return "substr(\($0[0]), max(\($0[1]), 1)\(length))"
        }
        let length = ScalarFunction(.text, type: .int64, same("length"))
        return [
            "upper": ScalarFunction(.text, type: .text, same("upper")),
            "lower": ScalarFunction(.text, type: .text, same("lower")),
            "length": length, "char_length": length, "character_length": length,
            "octet_length": ScalarFunction(.any, type: .int64) { "length(CAST(\($0[0]) AS BLOB))" },
            "trim": trim("trim"), "btrim": trim("trim"), "ltrim": trim("ltrim"), "rtrim": trim("rtrim"),
            "substr": substring, "substring": substring,
            "left": ScalarFunction(.text, .integer, type: .text) { "substr(\($0[0]), 1, max(\($0[1]), 0))" },
            "right": ScalarFunction(.text, .integer, type: .text) {
                "substr(\($0[0]), max(length(\($0[0])) - max(\($0[1]), 0), 0) + 1)"
            },
            "replace": ScalarFunction(.text, .text, .text, type: .text, same("replace")),
            "concat": ScalarFunction(.text, repeats: true, type: .text) {
                "(" + $0.map { "ifnull(\($0), '')" }.joined(separator: " || ") + ")"
            },
            "starts_with": ScalarFunction(.text, .text, type: .boolean) {
                "(substr(\($0[0]), 1, length(\($0[1]))) = \($0[1]))"
            },
            "ends_with": ScalarFunction(.text, .text, type: .boolean) {
                "(\($0[1]) = '' OR substr(\($0[0]), -length(\($0[1]))) = \($0[1]))"
            },
            "contains": ScalarFunction(.text, .text, type: .boolean) { "(instr(\($0[0]), \($0[1])) > 0)" },
            "strpos": ScalarFunction(.text, .text, type: .int64, same("instr")),
            "instr": ScalarFunction(.text, .text, type: .int64, same("instr")),
            "position": ScalarFunction(.text, .text, type: .int64, same("instr")),
            "regexp_like": ScalarFunction(.text, .text, type: .boolean) { "perdure_matches(\($0[0]), \($0[1]), 0)" },
            "hex": ScalarFunction(.any, type: .text, same("hex")),
            "to_hex": ScalarFunction(.integer, type: .text) { "printf('%x', \($0[0]))" },
            "json_extract": ScalarFunction(.text, .text, type: .text) {
                "CAST(json_extract(\($0[0]), \($0[1])) AS TEXT)"
            },
            "zeroblob": ScalarFunction(.integer, type: .binary, same("zeroblob")),
        ]
    }()

    private static let numbers: [String: ScalarFunction] = {
        let ceiling = ScalarFunction(.number, type: .float64) { "CAST(ceil(\($0[0])) AS REAL)" }
        let power = ScalarFunction(.number, .number, type: .float64, same("pow"))
        return [
            "abs": ScalarFunction(.number, type: nil, same("abs")),
            "round": ScalarFunction(.number, .integer, optional: 1, type: .float64, same("round")),
            "floor": ScalarFunction(.number, type: .float64) { "CAST(floor(\($0[0])) AS REAL)" },
            "ceil": ceiling, "ceiling": ceiling, "power": power, "pow": power,
            "trunc": ScalarFunction(.number, type: .float64) { "CAST(trunc(\($0[0])) AS REAL)" },
            "random": ScalarFunction(type: .float64) { _ in "(abs(random() / 2) / 4611686018427387904.0)" },
            "sqrt": ScalarFunction(.number, type: .float64, same("sqrt")),
            "ln": ScalarFunction(.number, type: .float64, same("ln")),
            "exp": ScalarFunction(.number, type: .float64, same("exp")),
        ]
    }()

    private static let times: [String: ScalarFunction] = {
        let milliseconds = { (scale: String) in
            ScalarFunction(.number, type: .localTimestamp) { "CAST(\($0[0]) \(scale) AS INTEGER)" }
        }
        return [
            "to_timestamp_millis": milliseconds("* 1"), "to_timestamp_seconds": milliseconds("* 1000"),
            "to_timestamp_micros": milliseconds("/ 1000"), "to_timestamp_nanos": milliseconds("/ 1000000"),
            "from_unixtime": milliseconds("* 1000"),
            "to_unixtime": ScalarFunction(.moment, type: .int64) { "(\($0[0]) / 1000)" },
            "to_date": ScalarFunction(.moment, type: .date) { "perdure_days(\($0[0]))" },
        ]
    }()

    private static let lists: [String: ScalarFunction] = {
        let length = ScalarFunction(.list, type: .uint64) { "json_array_length(\($0[0]))" }
        let has = ScalarFunction(.list, .any, type: .boolean) {
            "(\($0[1]) IN (SELECT value FROM json_each(\($0[0]))))"
        }
        return [
            "array_length": length, "cardinality": length, "list_length": length,
            "array_has": has, "array_contains": has, "list_contains": has, "list_has": has,
            "array_to_string": ScalarFunction(.list, .text, type: .text) {
                "(SELECT group_concat(value, \($0[1])) FROM json_each(\($0[0])))"
            },
        ]
    }()
}
