import ControlProtocol

/// An expression in SQLite's SQL, with what is known of it.
struct TypedSQL {
    /// What it is to SQLite; stands by itself wherever an expression may.
    var sql: String
    var type: ColumnType
    /// How it is called in the names of columns, in the manner of DataFusion.
    var name: String
    /// How closely the name's outermost operator binds; what binds less needs parentheses in a longer name.
    var rank = TypedSQL.rankOfValue
    var isNullable = true
    /// What is written there if it is a literal, for literals take the type of what they meet.
    var literal: Literal?
    /// The columns of its own query that it reads outside of an aggregate.
    var columns: [ColumnUse] = []
    var hasAggregate = false
    /// Of a column that stands for itself: what it is called by, and the table's name before it.
    var column: (qualifier: String?, name: String)?

    enum Literal: Equatable {
        case text(String)
        case integer(Int64)
        case interval(IntervalLiteral)
        /// Above what SQLite's numbers reach: shown as it is, and met by other numbers as a real one.
        case unsigned(UInt64)
    }

    struct ColumnUse {
        let name: String
        let offset: Int
    }

    static let rankOfValue = 100

    init(_ sql: String, _ type: ColumnType, name: String) {
        self.sql = sql
        self.type = type
        self.name = name
    }

    /// An expression made of these: it reads what they read.
    init(_ sql: String, _ type: ColumnType, name: String, of parts: [TypedSQL]) {
        self.init(sql, type, name: name)
        for part in parts {
            columns += part.columns
            hasAggregate = hasAggregate || part.hasAggregate
        }
        isNullable = parts.isEmpty || parts.contains(where: \.isNullable)
    }

    /// The same value written another way.
    func written(_ sql: String, as type: ColumnType) -> TypedSQL {
        var copy = self
        copy.sql = sql
        copy.type = type
        copy.literal = nil
        copy.column = nil
        return copy
    }

    /// The name for a place in which less than `rank` needs parentheses.
    func name(within rank: Int) -> String {
        self.rank < rank ? "(\(name))" : name
    }

    /// A text as a literal of SQL.
    static func quoted(_ text: String) -> String { "'" + text.escaping("'", as: "''") + "'" }
}

/// What types can be compared and computed with each other.
enum TypeKind {
    case null
    case number
    case text
    case flag
    case moment
    case span
    case binary
    case list
}

extension ColumnType {
    var kind: TypeKind {
        switch self {
        case .null: .null
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32, .float64: .number
        case .text: .text
        case .boolean: .flag
        case .timestamp, .localTimestamp, .date: .moment
        case .duration, .interval: .span
        case .binary: .binary
        case .textList, .uint32List, .int64List, .float64List, .booleanList: .list
        }
    }

    var isFloat: Bool { self == .float64 || self == .float32 }
}
