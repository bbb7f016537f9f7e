import DurableModel
import Engine

/// The counts of unfinished invocations, and the marks that are read once at the start.
final class CounterTables {
    private let selectCounts: Statement
    private let addCount: Statement
    private let deleteZero: Statement
    private let selectMarks: Statement
    private let updateMarks: Statement

    init(_ database: Database) throws(StorageError) {
        selectCounts = try database.prepare("SELECT deployment, service, handler, status, amount FROM counts")
        addCount = try database.prepare(
            """
            INSERT INTO counts (deployment, service, handler, status, amount) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET amount = amount + excluded.amount
            """
        )
        deleteZero = try database.prepare(
            """
            DELETE FROM counts
            WHERE deployment = ?1 AND service = ?2 AND handler = ?3 AND status = ?4 AND amount = 0
            """
        )
        selectMarks = try database.prepare(
            """
            SELECT invocation_number_reserved, inbox_sequence_reserved, outbox_sequence_reserved, clock
            FROM marks WHERE id = 1
            """
        )
        updateMarks = try database.prepare(
            """
            UPDATE marks SET invocation_number_reserved = ?1, inbox_sequence_reserved = ?2,
            outbox_sequence_reserved = ?3, clock = ?4 WHERE id = 1
            """
        )
    }

    func counts() throws(StorageError) -> [CountKey: Int] {
        defer { selectCounts.reset() }
        var counts: [CountKey: Int] = [:]
        while try selectCounts.step() {
            guard let service = selectCounts.text(1), let handler = selectCounts.text(2),
                let status = InvocationStatus(rawValue: selectCounts.int(3))
            else { throw undecodable("service, handler or status") }
            var deployment: DeploymentID?
            if !selectCounts.withBlob(0, { $0.isEmpty }) {
                deployment = selectCounts.deploymentID(0)
                if deployment == nil { throw undecodable("deployment") }
            }
            let key = CountKey(deployment: deployment, service: service, handler: handler, status: status)
            counts[key] = selectCounts.int(4)
        }
        return counts
    }

    private func undecodable(_ column: String) -> StorageError {
        .undecodable("counts", selectCounts.text(1) ?? "(unreadable)", column)
    }

    func add(_ difference: Int, to key: CountKey) throws(StorageError) {
        guard difference != 0 else { return }
        addCount.bind(key)
        addCount.bind(5, difference)
        try addCount.run()
        guard difference < 0 else { return }
        deleteZero.bind(key)
        try deleteZero.run()
    }

    func marks() throws(StorageError) -> PersistedMarks {
        defer { selectMarks.reset() }
        guard try selectMarks.step() else { throw .refused("the table marks has lost its only row") }
        var marks = PersistedMarks()
        marks.invocationNumberReserved = selectMarks.integer(0)
        marks.inboxSequenceReserved = selectMarks.integer(1)
        marks.outboxSequenceReserved = selectMarks.integer(2)
        marks.clock = selectMarks.time(3)
        return marks
    }

    func set(_ marks: PersistedMarks) throws(StorageError) {
        updateMarks.bind(1, marks.invocationNumberReserved)
        updateMarks.bind(2, marks.inboxSequenceReserved)
        updateMarks.bind(3, marks.outboxSequenceReserved)
        updateMarks.bind(4, marks.clock)
        try updateMarks.run()
    }
}

extension Statement {
    fileprivate func bind(_ key: CountKey) {
        if let deployment = key.deployment { bind(1, deployment) } else { bind(1, copying: []) }
        bind(2, key.service)
        bind(3, key.handler)
        bind(4, key.status.rawValue)
    }
}
