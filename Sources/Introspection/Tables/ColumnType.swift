/// The type of a column: of the public tables those that `information_schema` names, of expressions a few more.
///
/// How a value of each lies in SQLite: booleans as 0 and 1, times and lengths of time as milliseconds, a `date` as days
/// of the epoch, an `interval` as the 16 bytes of Arrow, lists as JSON, everything else as it is.
package enum ColumnType: String, Sendable, CaseIterable {
    case text = "Utf8"
    case boolean = "Boolean"
    case uint32 = "UInt32"
    case uint64 = "UInt64"
    case binary = "Binary"
    case timestamp = "TimestampMillisecond"
    case duration = "DurationMillisecond"
    case textList = "Utf8 List"
    case uint32List = "UInt32 List"

    case null = "Null"
    case int8 = "Int8"
    case int16 = "Int16"
    case int32 = "Int32"
    case int64 = "Int64"
    case uint8 = "UInt8"
    case uint16 = "UInt16"
    case float32 = "Float32"
    case float64 = "Float64"
    /// A time without a zone.
    case localTimestamp = "Timestamp"
    case date = "Date32"
    case interval = "Interval"
    case int64List = "Int64 List"
    case float64List = "Float64 List"
    case booleanList = "Boolean List"

    /// The type's name in `information_schema`, `DESCRIBE` and `arrow_typeof`.
    var arrowName: String {
        switch self {
        case .text: "LargeUtf8"
        case .binary: "LargeBinary"
        case .timestamp: "Timestamp(ms, \"+00:00\")"
        case .duration: "Duration(ms)"
        case .localTimestamp: "Timestamp(ns)"
        case .interval: "Interval(MonthDayNano)"
        case .textList, .uint32List, .int64List, .float64List, .booleanList: "List(\(element?.arrowName ?? "Null"))"
        default: rawValue
        }
    }

    /// What a list has in it.
    var element: ColumnType? {
        switch self {
        case .textList: .text
        case .uint32List: .uint32
        case .int64List: .int64
        case .float64List: .float64
        case .booleanList: .boolean
        default: nil
        }
    }

    /// The bits of a whole number and whether it has a sign; `nil` for other types.
    var integer: (bits: Int, isSigned: Bool)? {
        switch self {
        case .int8: (8, true)
        case .int16: (16, true)
        case .int32: (32, true)
        case .int64: (64, true)
        case .uint8: (8, false)
        case .uint16: (16, false)
        case .uint32: (32, false)
        case .uint64: (64, false)
        default: nil
        }
    }

    /// How SQLite is told: so that texts compare as texts and numbers as numbers.
    var declaration: String {
        switch self {
        case .text, .textList, .uint32List, .int64List, .float64List, .booleanList: "TEXT"
        case .binary, .interval: "BLOB"
        case .float32, .float64: "REAL"
        default: "INTEGER"
        }
    }
}
