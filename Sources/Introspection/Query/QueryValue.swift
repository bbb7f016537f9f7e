/// A cell of an answer, before it is rendered.
package enum QueryValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A column of an answer.
package struct ResultColumn: Sendable, Hashable {
    /// Its alias, or the text of the expression.
    package var name: String
    /// Of a column of a table; an expression has none.
    package var type: ColumnType?

    package init(name: String, type: ColumnType?) {
        self.name = name
        self.type = type
    }
}
