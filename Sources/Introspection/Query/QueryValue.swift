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
    /// Its alias, or a name made of the expression.
    package var name: String
    package var type: ColumnType
    /// Whether it may have NULLs.
    package var isNullable: Bool

    package init(name: String, type: ColumnType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}
