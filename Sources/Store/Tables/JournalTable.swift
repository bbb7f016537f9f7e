import DurableModel
import Engine
import ServiceProtocol

/// The journals: append-only rows of commands and notifications, without the input and the last output, which lie in
/// the invocation's row.
final class JournalTable {
    private let payloads: PayloadTable
    private let insert: Statement
    private let select: Statement
    private let selectSignal: Statement
    private let selectOutputPlace: Statement
    private let selectChunked: Statement
    private let delete: Statement
    private let deleteEvents: Statement

    init(_ database: Database, payloads: PayloadTable) throws(StorageError) {
        self.payloads = payloads
        insert = try database.prepare(
            "INSERT INTO journal (invocation, entry_index, type, payload, appended_at) VALUES (?1, ?2, ?3, ?4, ?5)"
        )
        select = try database.prepare(
            """
            SELECT entry_index, type, payload, appended_at FROM journal
            WHERE invocation = ?1 AND entry_index >= ?2 ORDER BY entry_index LIMIT ?3
            """
        )
        // A signal's own id comes first in its payload, which may be long: only its beginning is looked at.
        selectSignal = try database.prepare(
            """
            SELECT 1 FROM journal WHERE invocation = ?1 AND type = \(MessageType.signalNotification.rawValue)
            AND substr(\(PayloadTable.beginning(of: "payload")), 1, length(?2)) = ?2 LIMIT 1
            """
        )
        selectOutputPlace = try database.prepare(
            "SELECT output_index, coalesce(completed_at, modified_at), output FROM invocations WHERE number = ?1"
        )
        selectChunked = try database.prepare(
            "SELECT payload FROM journal WHERE invocation = ?1 AND typeof(payload) = 'integer'"
        )
        delete = try database.prepare("DELETE FROM journal WHERE invocation = ?1")
        deleteEvents = try database.prepare("DELETE FROM journal_events WHERE invocation = ?1")
    }

    /// The journal from an index on, the output put back at its own.
    func rows(of number: InvocationNumber, from index: Int, limit: Int) throws(StorageError) -> [JournalRow] {
        select.bind(1, number)
        select.bind(2, index)
        select.bind(3, limit)
        var rows = try select.collect { (statement) throws(StorageError) in
            guard let type = UInt16(exactly: statement.integer(1)) else {
                throw .undecodable("journal", "(\(number.rawValue), \(statement.integer(0)))", "type")
            }
            return JournalRow(
                index: statement.int(0),
                type: type,
                payload: try payloads.payload(of: statement, 2),
                appendedAt: statement.time(3)
            )
        }
        guard let output = try outputRow(of: number, from: index) else { return rows }
        let place = rows.firstIndex { $0.index > output.index } ?? rows.count
        if place == rows.count, rows.count >= limit { return rows }
        rows.insert(output, at: place)
        if rows.count > limit { rows.removeLast() }
        return rows
    }

    private func outputRow(of number: InvocationNumber, from index: Int) throws(StorageError) -> JournalRow? {
        selectOutputPlace.bind(1, number)
        defer { selectOutputPlace.reset() }
        guard try selectOutputPlace.step(), let place = selectOutputPlace.optionalInt(0), place >= index,
            !selectOutputPlace.isNull(2)
        else { return nil }
        return JournalRow(
            index: place,
            type: MessageType.outputCommand.rawValue,
            payload: try payloads.payload(of: selectOutputPlace, 2),
            appendedAt: selectOutputPlace.time(1)
        )
    }

    func hasSignal(_ index: UInt32, of number: InvocationNumber) throws(StorageError) -> Bool {
        selectSignal.bind(1, number)
        selectSignal.bind(2, copying: Notification.beginning(ofSignal: index))
        defer { selectSignal.reset() }
        return try selectSignal.step()
    }

    func append(_ rows: [JournalRow], to number: InvocationNumber) throws(StorageError) {
        for row in rows {
            insert.bind(1, number)
            insert.bind(2, row.index)
            insert.bind(3, Int(row.type))
            insert.bind(5, row.appendedAt)
            try payloads.run(insert, binding: row.payload, at: 4)
        }
    }

    func remove(of number: InvocationNumber) throws(StorageError) {
        if payloads.hasChunks {
            selectChunked.bind(1, number)
            try payloads.removeAll(namedBy: selectChunked)
        }
        delete.bind(1, number)
        try delete.run()
        deleteEvents.bind(1, number)
        try deleteEvents.run()
    }
}
