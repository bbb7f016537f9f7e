import DurableModel
import Engine

/// Which invocations are in given states, in order of number: what operators' acts on many go by.
final class InvocationScan {
    private let selectUnfinished: Statement
    private let selectAll: Statement

    init(_ database: Database) throws(StorageError) {
        selectUnfinished = try database.prepare(
            """
            SELECT number FROM invocations INDEXED BY invocations_unfinished
            WHERE status < 7 AND status = ?1 AND number > ?2 AND number <= ?3 ORDER BY number LIMIT ?4
            """
        )
        selectAll = try database.prepare(
            "SELECT number FROM invocations WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?3"
        )
    }

    /// Completed ones have no index: with them among `statuses`, rows of every state are given.
    func numbers(
        in statuses: Set<InvocationStatus>,
        after: InvocationNumber,
        upTo: InvocationNumber,
        limit: Int
    ) throws(StorageError) -> [InvocationNumber] {
        if statuses.contains(.completed) {
            selectAll.bind(1, after)
            selectAll.bind(2, upTo)
            selectAll.bind(3, limit)
            return try selectAll.collect { statement in statement.number(0) }
        }
        var numbers: [InvocationNumber] = []
        for status in statuses {
            selectUnfinished.bind(1, status.rawValue)
            selectUnfinished.bind(2, after)
            selectUnfinished.bind(3, upTo)
            selectUnfinished.bind(4, limit)
            numbers += try selectUnfinished.collect { statement in statement.number(0) }
        }
        return Array(numbers.sorted().prefix(limit))
    }
}
