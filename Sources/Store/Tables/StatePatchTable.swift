import DurableModel
import Engine

/// Changes of states by operators that wait in the inbox of their key, under the sequence number of their place there.
final class StatePatchTable {
    private let payloads: PayloadTable
    private let select: Statement
    private let count: Statement
    private let selectValues: Statement
    private let insert: Statement
    private let insertValue: Statement
    private let delete: Statement
    private let selectChunked: Statement
    private let deleteValues: Statement

    init(_ database: Database, payloads: PayloadTable) throws(StorageError) {
        self.payloads = payloads
        select = try database.prepare(
            "SELECT service, key, expected_version, actor FROM state_patches WHERE sequence = ?1"
        )
        count = try database.prepare(
            "SELECT count(*), count(*) FILTER (WHERE service = ?1 AND key = ?2) FROM state_patches"
        )
        selectValues = try database.prepare("SELECT name, value FROM state_patch_values WHERE sequence = ?1")
        insert = try database.prepare(
            "INSERT INTO state_patches (sequence, service, key, expected_version, actor) VALUES (?1, ?2, ?3, ?4, ?5)"
        )
        insertValue = try database.prepare(
            "INSERT INTO state_patch_values (sequence, name, value) VALUES (?1, ?2, ?3)"
        )
        delete = try database.prepare("DELETE FROM state_patches WHERE sequence = ?1")
        selectChunked = try database.prepare(
            "SELECT value FROM state_patch_values WHERE sequence = ?1 AND typeof(value) = 'integer'"
        )
        deleteValues = try database.prepare("DELETE FROM state_patch_values WHERE sequence = ?1")
    }

    func patch(_ sequence: Int64) throws(StorageError) -> QueuedStatePatch? {
        select.bind(1, sequence)
        defer { select.reset() }
        guard try select.step() else { return nil }
        guard let service = select.text(0), let key = select.text(1), let actor = select.text(3) else {
            throw .undecodable("state_patches", "\(sequence)", "service")
        }
        let patch = StatePatch(
            key: ServiceKey(service: service, key: key),
            newState: try values(of: sequence),
            expectedVersion: select.isNull(2) ? nil : select.blob(2)
        )
        return QueuedStatePatch(sequence: sequence, patch: patch, actor: actor)
    }

    private func values(of sequence: Int64) throws(StorageError) -> [[UInt8]: [UInt8]] {
        selectValues.bind(1, sequence)
        defer { selectValues.reset() }
        var values: [[UInt8]: [UInt8]] = [:]
        while try selectValues.step() {
            values[selectValues.blob(0)] = try payloads.payload(of: selectValues, 1)
        }
        return values
    }

    /// How many there are, which is bounded, and how many of them are for that key.
    func counts(of key: ServiceKey) throws(StorageError) -> (all: Int, ofKey: Int) {
        count.bind(1, key.service)
        count.bind(2, key.key)
        defer { count.reset() }
        guard try count.step() else { return (0, 0) }
        return (count.int(0), count.int(1))
    }

    func add(_ queued: QueuedStatePatch) throws(StorageError) {
        insert.bind(1, queued.sequence)
        insert.bind(2, queued.patch.key.service)
        insert.bind(3, queued.patch.key.key)
        if let version = queued.patch.expectedVersion {
            insert.bind(4, copying: version)
        } else {
            insert.bindNull(4)
        }
        insert.bind(5, queued.actor)
        try insert.run()
        for (name, value) in queued.patch.newState {
            insertValue.bind(1, queued.sequence)
            insertValue.bind(2, copying: name)
            try payloads.run(insertValue, binding: value, at: 3)
        }
    }

    func remove(_ sequence: Int64) throws(StorageError) {
        if payloads.hasChunks {
            selectChunked.bind(1, sequence)
            try payloads.removeAll(namedBy: selectChunked)
        }
        deleteValues.bind(1, sequence)
        try deleteValues.run()
        delete.bind(1, sequence)
        try delete.run()
    }
}
