import CSQLite

/// What one query may cost. Each number is far above what the clients' own queries need.
package struct QueryLimits: Sendable, Hashable {
    /// As long as a request of the control protocol may be.
    package var sqlBytesMax = 1 << 20
    /// The longest text or blob on the way: the largest payload, as hexadecimal digits.
    package var valueBytesMax = 80 << 20
    /// Bytes of cells in one answer.
    package var answerBytesMax = 256 << 20
    /// Nested expressions; each level costs stack while the statement is compiled.
    package var expressionDepthMax = 200
    package var columnsMax = 500
    /// Parts of a UNION.
    package var compoundMax = 50
    /// Steps of a compiled statement.
    package var programMax = 200_000
    /// Bytes of a LIKE pattern or a regular expression: matching takes as long as the text times it, and cannot be
    /// interrupted.
    package var patternBytesMax = 1_000

    package init() {}

    /// How many steps of SQLite's machine pass between two looks at the clock: some tenths of a millisecond.
    static let stepsBetweenChecks: Int32 = 2000

    func apply(to handle: OpaquePointer) {
        let limits: [(Int32, Int)] = [
            (SQLITE_LIMIT_LENGTH, valueBytesMax), (SQLITE_LIMIT_SQL_LENGTH, sqlBytesMax),
            (SQLITE_LIMIT_COLUMN, columnsMax), (SQLITE_LIMIT_EXPR_DEPTH, expressionDepthMax),
            (SQLITE_LIMIT_COMPOUND_SELECT, compoundMax), (SQLITE_LIMIT_VDBE_OP, programMax),
            (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, patternBytesMax), (SQLITE_LIMIT_ATTACHED, 0),
            (SQLITE_LIMIT_TRIGGER_DEPTH, 1), (SQLITE_LIMIT_WORKER_THREADS, 0),
        ]
        for (limit, value) in limits { sqlite3_limit(handle, limit, Int32(clamping: value)) }
    }
}
