/// Runs one read-only SQL statement over the public views.
package enum RunQuery: ControlOperation {
    package static let method = ControlMethod.sqlQuery

    /// The most rows in one answer.
    package static let rowsMaxLimit = 100_000
    /// How many there are when the request does not say.
    package static let rowsMaxDefault = 10_000

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case sql, rowsMax }

        /// The statement.
        package var sql: String
        /// At most so many rows, 1 to `rowsMaxLimit`. Default: `rowsMaxDefault`.
        package var rowsMax: Int

        /// This statement.
        package init(sql: String, rowsMax: Int = RunQuery.rowsMaxDefault) {
            self.sql = sql
            self.rowsMax = rowsMax
        }

        /// Decodes with the defaults above; a number of rows out of range is refused.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            sql = try container.decode(String.self, forKey: .sql)
            rowsMax = try container.decodeIfPresent(Int.self, forKey: .rowsMax) ?? RunQuery.rowsMaxDefault
            guard (1...RunQuery.rowsMaxLimit).contains(rowsMax) else {
                throw MemberFault(detail: "\"rowsMax\" must be 1 to \(RunQuery.rowsMaxLimit)")
            }
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// The columns, in the order of the cells.
        package var columns: [QueryColumn]
        /// The rows: one cell a column. Times are RFC 3339 strings, blobs lower-case hexadecimal digits.
        package var rows: [[JSONValue]]
        /// Whether there are more rows than were asked for.
        package var isTruncated: Bool

        /// These rows.
        package init(columns: [QueryColumn], rows: [[JSONValue]], isTruncated: Bool) {
            self.columns = columns
            self.rows = rows
            self.isTruncated = isTruncated
        }
    }
}

/// A column of a query's result.
package struct QueryColumn: Codable, Hashable, Sendable {
    /// Its alias, or the text of the expression.
    package var name: String
    /// The type the view declares, such as `Utf8` or `TimestampMillisecond`; absent for an expression.
    package var type: String?

    /// A column of this name.
    package init(name: String, type: String? = nil) {
        self.name = name
        self.type = type
    }
}
