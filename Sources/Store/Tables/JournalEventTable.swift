import DurableModel
import Engine

/// What happened to invocations beside their entries. The rows go with the journal.
final class JournalEventTable {
    /// What `journal_events.kind` says.
    private enum Kind: Int {
        case transientError = 0
        case paused = 1
        case suspended = 2
    }

    private let insert: Statement

    init(_ database: Database) throws(StorageError) {
        insert = try database.prepare(
            """
            INSERT INTO journal_events (
                invocation, sequence, after_index, appended_at, kind,
                code, documented_code, message, stacktrace, command_index, command_name, command_type, awaiting
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """
        )
    }

    func append(_ events: [JournalEvent], to number: InvocationNumber) throws(StorageError) {
        for event in events {
            insert.bind(1, number)
            insert.bind(2, event.sequence)
            insert.bind(3, event.afterIndex)
            insert.bind(4, event.at)
            insert.bindNull(13)
            switch event.kind {
            case .transientError(let record):
                insert.bind(5, Kind.transientError.rawValue)
                bind(record)
            case .paused(let record):
                insert.bind(5, Kind.paused.rawValue)
                bind(record)
            case .suspended(let awaiting):
                insert.bind(5, Kind.suspended.rawValue)
                bind(nil)
                insert.bind(13, copying: awaiting.encode())
            }
            try insert.run()
        }
    }

    private func bind(_ record: AttemptFailureRecord?) {
        insert.bind(6, record?.code)
        insert.bind(7, record?.documentedCode)
        insert.bind(8, record?.message)
        insert.bind(9, record?.stacktrace)
        insert.bind(10, record?.relatedCommandIndex)
        insert.bind(11, record?.relatedCommandName)
        insert.bind(12, record?.relatedCommandType)
    }
}
