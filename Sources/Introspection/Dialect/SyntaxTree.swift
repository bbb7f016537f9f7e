// A statement as it was written, before anything in it has been looked up.

/// What may be asked.
enum Statement {
    case query(Query)
    case explain(Query)
    case showTables
    /// `SHOW COLUMNS FROM t`; `isShort` for `DESCRIBE t`, which shows fewer of their columns.
    case showColumns(TableName, isShort: Bool)
    /// `SET` and `PREPARE`: understood, and without effect, as no session outlives its query.
    case nothing
}

/// A name with what may stand before it: `t`, `public.t`, `restate.public.t`.
struct TableName {
    let parts: [String]
    let offset: Int
}

/// A query with its parts that go beyond one SELECT.
final class Query {
    var with: [CommonTable] = []
    var isRecursive = false
    var body: QueryBody
    var order: [OrderTerm] = []
    var limit: Int?
    var skipped: Int?
    let offset: Int

    init(_ body: QueryBody, at offset: Int) {
        self.body = body
        self.offset = offset
    }
}

struct CommonTable {
    let name: String
    let columns: [String]
    let query: Query
    let offset: Int
}

indirect enum QueryBody {
    case select(SelectQuery)
    case values([[Expression]])
    case nested(Query)
    /// Parts from left to right, each after the first with the word that joins it.
    case compound(QueryBody, [(word: String, part: QueryBody)])
}

final class SelectQuery {
    var isDistinct = false
    var items: [SelectItem] = []
    var source: TableSource?
    var condition: Expression?
    var grouping: [Expression] = []
    var having: Expression?
    let offset: Int

    init(at offset: Int) { self.offset = offset }
}

enum SelectItem {
    /// `*`, or `t.*`.
    case all(of: String?, offset: Int)
    case expression(Expression, alias: String?)
}

indirect enum TableSource {
    case table(TableName, alias: Alias?)
    case derived(Query, alias: Alias?)
    /// A table of SQLite that takes a list in JSON apart.
    case list(String, Expression, alias: Alias?, offset: Int)
    case join(TableSource, JoinKind, TableSource, JoinCondition)
}

struct Alias {
    let name: String
    let columns: [String]
}

enum JoinKind: String {
    case inner = "JOIN"
    case left = "LEFT JOIN"
    case right = "RIGHT JOIN"
    case full = "FULL JOIN"
    case cross = "CROSS JOIN"
}

enum JoinCondition {
    case none
    case on(Expression)
    case using([String], offset: Int)
}

struct OrderTerm {
    let expression: Expression
    let isDescending: Bool
    /// As it was written; else last when ascending and first when descending.
    let areNullsFirst: Bool?
}

/// An expression and the byte at which it begins. How deep they nest is bounded by the parser.
struct Expression {
    indirect enum Kind {
        case null
        case flag(Bool)
        case number(String)
        case string(String)
        case blob([UInt8])
        /// `date '…'`, `timestamp '…'`.
        case moment(TypeName, String)
        case interval(IntervalLiteral)
        /// A column, with its table if that was named.
        case column(table: String?, name: String)
        case list([Expression])
        case unary(String, Expression)
        case binary(String, Expression, Expression)
        /// `AND` or `OR` over many.
        case chain(String, [Expression])
        case isTest(Expression, IsTest, isNegated: Bool)
        case isDistinct(Expression, Expression, isNegated: Bool)
        case like(Expression, Expression, ignoresCase: Bool, isNegated: Bool)
        case between(Expression, Expression, Expression, isNegated: Bool)
        case isIn(Expression, [Expression], isNegated: Bool)
        case isInQuery(Expression, Query, isNegated: Bool)
        case exists(Query)
        case scalar(Query)
        case conditional(operand: Expression?, [(when: Expression, then: Expression)], otherwise: Expression?)
        case cast(Expression, TypeName)
        case extract(String, Expression)
        case call(Call)
    }

    let kind: Kind
    let offset: Int

    init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

enum IsTest: String {
    case null = "NULL"
    case isTrue = "TRUE"
    case isFalse = "FALSE"
    case unknown = "UNKNOWN"
}

final class Call {
    let name: String
    var arguments: [Expression] = []
    /// `count(*)`.
    var isStar = false
    var isDistinct = false
    var order: [OrderTerm] = []
    var filter: Expression?
    var window: Window?

    init(_ name: String) { self.name = name }
}

struct Window {
    var partition: [Expression] = []
    var order: [OrderTerm] = []
    /// The text of a frame, made of known words and numbers only.
    var frame: String?
}

/// A type as it was written, reduced to ours.
struct TypeName {
    let type: ColumnType
    let offset: Int
}

/// A length of time in the parts that are of no fixed length to each other.
struct IntervalLiteral: Equatable {
    var months = 0
    var days = 0
    var milliseconds: Int64 = 0
}
