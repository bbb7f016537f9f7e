import DurableModel
import Engine

/// The timers, in the order in which they are due.
final class TimerTable {
    private let selectFirst: Statement
    private let selectAfter: Statement
    private let selectOfInvocation: Statement
    private let insert: Statement
    private let delete: Statement
    private let deleteOfInvocation: Statement

    init(_ database: Database) throws(StorageError) {
        let order = "ORDER BY due, invocation, kind, completion"
        let columns = "SELECT due, invocation, kind, completion FROM timers"
        selectFirst = try database.prepare("\(columns) \(order) LIMIT ?5")
        selectAfter = try database.prepare(
            "\(columns) WHERE (due, invocation, kind, completion) > (?1, ?2, ?3, ?4) \(order) LIMIT ?5"
        )
        selectOfInvocation = try database.prepare("\(columns) WHERE invocation = ?1 \(order)")
        insert = try database.prepare(
            "INSERT OR IGNORE INTO timers (due, invocation, kind, completion) VALUES (?1, ?2, ?3, ?4)"
        )
        delete = try database.prepare(
            "DELETE FROM timers WHERE due = ?1 AND invocation = ?2 AND kind = ?3 AND completion = ?4"
        )
        deleteOfInvocation = try database.prepare("DELETE FROM timers WHERE invocation = ?1")
    }

    func timers(after timer: InvocationTimer?, limit: Int) throws(StorageError) -> [InvocationTimer] {
        let statement = timer == nil ? selectFirst : selectAfter
        if let timer { statement.bind(timer) }
        statement.bind(5, limit)
        return try statement.collect(Self.timer)
    }

    func timers(of number: InvocationNumber) throws(StorageError) -> [InvocationTimer] {
        selectOfInvocation.bind(1, number)
        return try selectOfInvocation.collect(Self.timer)
    }

    func add(_ timer: InvocationTimer) throws(StorageError) {
        insert.bind(timer)
        try insert.run()
    }

    func remove(_ timer: InvocationTimer) throws(StorageError) {
        delete.bind(timer)
        try delete.run()
    }

    func remove(of number: InvocationNumber) throws(StorageError) {
        deleteOfInvocation.bind(1, number)
        try deleteOfInvocation.run()
    }

    private static func timer(_ row: Statement) throws(StorageError) -> InvocationTimer {
        guard let kind = TimerKind(rawValue: row.int(2)), let completionID = row.uint32(3) else {
            throw .undecodable("timers", "(\(row.integer(0)), \(row.integer(1)))", "kind or completion")
        }
        return InvocationTimer(due: row.time(0), invocation: row.number(1), kind: kind, completionID: completionID)
    }
}

extension Statement {
    fileprivate func bind(_ timer: InvocationTimer) {
        bind(1, timer.due)
        bind(2, timer.invocation)
        bind(3, timer.kind.rawValue)
        bind(4, Int(timer.completionID))
    }
}
