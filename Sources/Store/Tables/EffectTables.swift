import DurableModel
import Engine

/// Effects of invocations on one another: who waits for whom, and the outbox of what is still to be done.
final class EffectTables {
    private let selectAttachments: Statement
    private let insertAttachment: Statement
    private let deleteAttachment: Statement
    private let deleteAttachmentsTo: Statement
    private let deleteAttachmentsOf: Statement
    private let selectOutbox: Statement
    private let insertOutbox: Statement
    private let deleteOutbox: Statement
    /// False while the table was never written to: nearly every invocation ends with nobody attached to it.
    private var mayHaveAttachments: Bool

    init(_ database: Database) throws(StorageError) {
        selectAttachments = try database.prepare(
            """
            SELECT waiter, completion, completion_type FROM attachments
            WHERE invocation = ?1 ORDER BY waiter, completion LIMIT ?2
            """
        )
        insertAttachment = try database.prepare(
            """
            INSERT OR IGNORE INTO attachments (invocation, waiter, completion, completion_type)
            VALUES (?1, ?2, ?3, ?4)
            """
        )
        deleteAttachment = try database.prepare(
            "DELETE FROM attachments WHERE invocation = ?1 AND waiter = ?2 AND completion = ?3"
        )
        deleteAttachmentsTo = try database.prepare("DELETE FROM attachments WHERE invocation = ?1")
        deleteAttachmentsOf = try database.prepare("DELETE FROM attachments WHERE waiter = ?1")
        selectOutbox = try database.prepare(
            """
            SELECT sequence, kind, target, source, service, key, name FROM outbox
            WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
            """
        )
        insertOutbox = try database.prepare(
            """
            INSERT INTO outbox (sequence, kind, target, source, service, key, name)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """
        )
        deleteOutbox = try database.prepare("DELETE FROM outbox WHERE sequence = ?1")
        mayHaveAttachments = try database.integer("SELECT EXISTS (SELECT 1 FROM attachments)") == 1
    }

    // MARK: Attachments

    func attachments(to number: InvocationNumber, limit: Int) throws(StorageError) -> [Attachment] {
        guard mayHaveAttachments else { return [] }
        selectAttachments.bind(1, number)
        selectAttachments.bind(2, limit)
        return try selectAttachments.collect { (row) throws(StorageError) in
            guard let completionID = row.uint32(1), let completionType = UInt16(exactly: row.integer(2)) else {
                throw .undecodable("attachments", "(\(number.rawValue), \(row.integer(0)))", "completion")
            }
            return Attachment(
                invocation: number,
                waiter: row.number(0),
                completionID: completionID,
                completionType: completionType
            )
        }
    }

    func add(_ attachment: Attachment) throws(StorageError) {
        mayHaveAttachments = true
        insertAttachment.bind(attachment)
        insertAttachment.bind(4, Int(attachment.completionType))
        try insertAttachment.run()
    }

    func remove(_ attachment: Attachment) throws(StorageError) {
        deleteAttachment.bind(attachment)
        try deleteAttachment.run()
    }

    /// Removes who waits for the invocation, and what it waits for.
    func removeAttachments(of number: InvocationNumber) throws(StorageError) {
        guard mayHaveAttachments else { return }
        deleteAttachmentsTo.bind(1, number)
        try deleteAttachmentsTo.run()
        deleteAttachmentsOf.bind(1, number)
        try deleteAttachmentsOf.run()
    }

    // MARK: Outbox

    private enum OutboxKind: Int64 {
        case kill = 0
        case deliver = 1
        case deliverPromise = 2
    }

    func outbox(after sequence: Int64, limit: Int) throws(StorageError) -> [OutboxItem] {
        selectOutbox.bind(1, sequence)
        selectOutbox.bind(2, limit)
        return try selectOutbox.collect { (row) throws(StorageError) in
            OutboxItem(sequence: row.integer(0), effect: try Self.effect(row))
        }
    }

    private static func effect(_ row: Statement) throws(StorageError) -> OutboxItem.Effect {
        switch OutboxKind(rawValue: row.integer(1)) {
        case .kill:
            guard let target = row.invocationID(2) else { throw undecodable(row, "target") }
            return .kill(target)
        case .deliver:
            guard !row.isNull(3) else { throw undecodable(row, "source") }
            return .deliver(source: row.number(3))
        case .deliverPromise:
            guard let service = row.text(4), let key = row.text(5), let name = row.text(6) else {
                throw undecodable(row, "name")
            }
            return .deliverPromise(PromiseName(key: ServiceKey(service: service, key: key), name: name))
        case nil:
            throw undecodable(row, "kind")
        }
    }

    private static func undecodable(_ row: Statement, _ column: String) -> StorageError {
        .undecodable("outbox", "\(row.integer(0))", column)
    }

    func add(_ item: OutboxItem) throws(StorageError) {
        insertOutbox.bind(1, item.sequence)
        for column: Int32 in 3...7 { insertOutbox.bindNull(column) }
        switch item.effect {
        case .kill(let target):
            insertOutbox.bind(2, OutboxKind.kill.rawValue)
            insertOutbox.bind(3, target)
        case .deliver(let source):
            insertOutbox.bind(2, OutboxKind.deliver.rawValue)
            insertOutbox.bind(4, source)
        case .deliverPromise(let promise):
            insertOutbox.bind(2, OutboxKind.deliverPromise.rawValue)
            insertOutbox.bind(5, promise.key.service)
            insertOutbox.bind(6, promise.key.key)
            insertOutbox.bind(7, promise.name)
        }
        try insertOutbox.run()
    }

    func removeOutbox(_ sequence: Int64) throws(StorageError) {
        deleteOutbox.bind(1, sequence)
        try deleteOutbox.run()
    }
}

extension Statement {
    fileprivate func bind(_ attachment: Attachment) {
        bind(1, attachment.invocation)
        bind(2, waiter: attachment.waiter, completionID: attachment.completionID)
    }
}
