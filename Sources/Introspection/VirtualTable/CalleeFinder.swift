import CSQLite
import DurableModel
import ServiceProtocol

/// What is known of the invocation that a call made: its id, and if it is still there what it is.
struct Callee {
    let id: String
    /// `service`, `virtual_object` or `workflow`.
    var serviceType: String?
    /// `exclusive`, `shared`, `workflow`, or of a plain service's handler nothing.
    var handlerType: String?
    var completionRetention: Int64 = 0
    var journalRetention: Int64 = 0
}

/// Finds callees by the caller's journal, which was told their ids. Those of one journal are kept: its entries are shown one
/// after the other.
final class CalleeFinder {
    private let ids: OpaquePointer
    private let rows: OpaquePointer
    private unowned let session: QuerySession
    private var caller: Int64?
    private var idOf: [UInt32: String] = [:]

    init(_ session: QuerySession) throws(ScanError) {
        self.session = session
        ids = try session.preparePrivate(
            "SELECT payload FROM journal WHERE invocation = ?1 AND type = \(MessageType.callInvocationIDCompletion.rawValue)"
        )
        rows = try session.preparePrivate(
            """
            SELECT \(serviceTypeName("service_type")),
            CASE handler_type WHEN 1 THEN 'exclusive' WHEN 2 THEN 'shared' WHEN 3 THEN 'workflow' END,
            completion_retention, journal_retention FROM invocations WHERE number = ?1
            """
        )
    }

    deinit {
        sqlite3_finalize(ids)
        sqlite3_finalize(rows)
    }

    /// Forgets the journal that was looked at: another statement may see more of it.
    func forget() { caller = nil }

    /// The callee whose id completed that command of the invocation.
    func callee(of number: Int64, completion: UInt32) throws(ScanError) -> Callee? {
        if caller != number { try read(number) }
        guard let id = idOf[completion] else { return nil }
        var callee = Callee(id: id)
        guard let row = try session.invocations.number(of: id) else { return callee }
        defer { sqlite3_reset(rows) }
        sqlite3_bind_int64(rows, 1, row)
        switch session.stepPrivate(rows) {
        case SQLITE_ROW:
            if case .text(let type) = QueryValue(column: 0, of: rows) { callee.serviceType = type }
            if case .text(let type) = QueryValue(column: 1, of: rows) { callee.handlerType = type }
            callee.completionRetention = sqlite3_column_int64(rows, 2)
            callee.journalRetention = sqlite3_column_int64(rows, 3)
        case SQLITE_DONE: break
        case let code: throw .sqlite(code)
        }
        return callee
    }

    private func read(_ number: Int64) throws(ScanError) {
        caller = nil
        idOf = [:]
        defer { sqlite3_reset(ids) }
        sqlite3_bind_int64(ids, 1, number)
        while true {
            switch session.stepPrivate(ids) {
            case SQLITE_ROW:
                guard case .blob(let payload) = QueryValue(column: 0, of: ids) else { continue }
                let frame = MessageFrame(type: MessageType.callInvocationIDCompletion.rawValue, payload: payload)
                guard let notification = try? Notification.decode(frame),
                    case .completion(let completion) = notification.id, case .invocationID(let id) = notification.result
                else { continue }
                idOf[completion] = id
            case SQLITE_DONE:
                caller = number
                return
            case let code: throw .sqlite(code)
            }
        }
    }
}
