import DurableModel
import Engine
import ServiceProtocol

/// What belongs to a key of an object or workflow: its state, its lock and its inbox.
final class KeyTables {
    private let payloads: PayloadTable
    private let selectValue: Statement
    private let selectState: Statement
    private let selectNames: Statement
    private let upsertValue: Statement
    private let deleteValue: Statement
    private let selectChunked: Statement
    private let deleteState: Statement
    private let selectLock: Statement
    private let upsertLock: Statement
    private let deleteLock: Statement
    private let selectInbox: Statement
    private let countInbox: Statement
    private let insertInbox: Statement
    private let deleteInbox: Statement

    init(_ database: Database, payloads: PayloadTable) throws(StorageError) {
        self.payloads = payloads
        let key = "service = ?1 AND key = ?2"
        selectValue = try database.prepare("SELECT value FROM key_state WHERE \(key) AND name = ?3")
        selectState = try database.prepare("SELECT name, value FROM key_state WHERE \(key) ORDER BY name")
        selectNames = try database.prepare("SELECT name FROM key_state WHERE \(key) ORDER BY name")
        upsertValue = try database.prepare(
            "INSERT OR REPLACE INTO key_state (service, key, name, value) VALUES (?1, ?2, ?3, ?4)"
        )
        deleteValue = try database.prepare("DELETE FROM key_state WHERE \(key) AND name = ?3")
        selectChunked = try database.prepare(
            "SELECT value FROM key_state WHERE \(key) AND typeof(value) = 'integer'"
        )
        deleteState = try database.prepare("DELETE FROM key_state WHERE \(key)")
        selectLock = try database.prepare("SELECT invocation FROM key_locks WHERE \(key)")
        upsertLock = try database.prepare(
            "INSERT OR REPLACE INTO key_locks (service, key, invocation) VALUES (?1, ?2, ?3)"
        )
        deleteLock = try database.prepare("DELETE FROM key_locks WHERE \(key)")
        selectInbox = try database.prepare(
            "SELECT sequence, invocation FROM inbox WHERE \(key) AND sequence > ?3 ORDER BY sequence LIMIT ?4"
        )
        countInbox = try database.prepare("SELECT count(*) FROM (SELECT 1 FROM inbox WHERE \(key) LIMIT ?3)")
        insertInbox = try database.prepare(
            "INSERT INTO inbox (service, key, sequence, invocation) VALUES (?1, ?2, ?3, ?4)"
        )
        deleteInbox = try database.prepare("DELETE FROM inbox WHERE \(key) AND sequence = ?3")
    }

    // MARK: State

    func value(of key: ServiceKey, named name: [UInt8]) throws(StorageError) -> [UInt8]? {
        selectValue.bind(key)
        selectValue.bind(3, copying: name)
        defer { selectValue.reset() }
        return try selectValue.step() ? try payloads.payload(of: selectValue, 0) : nil
    }

    func state(
        of key: ServiceKey,
        bytesMax: Int
    ) throws(StorageError) -> (entries: [StateEntry], isWhole: Bool) {
        selectState.bind(key)
        defer { selectState.reset() }
        var entries: [StateEntry] = []
        var bytes = 0
        while try selectState.step() {
            let name = selectState.blob(0)
            // Measured before it is read: a value that does not fit any more may be of many megabytes.
            bytes += name.count + (try payloads.payloadLength(of: selectState, 1))
            guard bytes <= bytesMax else { return (entries, false) }
            entries.append(StateEntry(key: name, value: try payloads.payload(of: selectState, 1)))
        }
        return (entries, true)
    }

    func stateNames(of key: ServiceKey) throws(StorageError) -> [[UInt8]] {
        selectNames.bind(key)
        return try selectNames.collect { statement in statement.blob(0) }
    }

    func write(_ write: WriteSet.StateWrite, of key: ServiceKey) throws(StorageError) {
        if write.clearsAll { try clearState(of: key) }
        for (name, value) in write.values {
            if !write.clearsAll { try removeChunks(of: key, named: name) }
            if let value {
                try put(value, of: key, named: name)
            } else if !write.clearsAll {
                deleteValue.bind(key)
                deleteValue.bind(3, copying: name)
                try deleteValue.run()
            }
        }
    }

    private func put(_ value: [UInt8], of key: ServiceKey, named name: [UInt8]) throws(StorageError) {
        upsertValue.bind(key)
        upsertValue.bind(3, copying: name)
        try payloads.run(upsertValue, binding: value, at: 4)
    }

    private func clearState(of key: ServiceKey) throws(StorageError) {
        if payloads.hasChunks {
            selectChunked.bind(key)
            try payloads.removeAll(namedBy: selectChunked)
        }
        deleteState.bind(key)
        try deleteState.run()
    }

    private func removeChunks(of key: ServiceKey, named name: [UInt8]) throws(StorageError) {
        guard payloads.hasChunks else { return }
        selectValue.bind(key)
        selectValue.bind(3, copying: name)
        let payload = try selectValue.step() && selectValue.isInteger(0) ? selectValue.integer(0) : nil
        selectValue.reset()
        if let payload { try payloads.remove(payload) }
    }

    // MARK: Lock and inbox

    func lockHolder(of key: ServiceKey) throws(StorageError) -> InvocationNumber? {
        selectLock.bind(key)
        defer { selectLock.reset() }
        return try selectLock.step() ? selectLock.number(0) : nil
    }

    func setLock(of key: ServiceKey, to holder: InvocationNumber?) throws(StorageError) {
        if let holder {
            upsertLock.bind(key)
            upsertLock.bind(3, holder)
            try upsertLock.run()
        } else {
            deleteLock.bind(key)
            try deleteLock.run()
        }
    }

    func inbox(of key: ServiceKey, after sequence: Int64, limit: Int) throws(StorageError) -> [InboxEntry] {
        selectInbox.bind(key)
        selectInbox.bind(3, sequence)
        selectInbox.bind(4, limit)
        return try selectInbox.collect { statement in
            InboxEntry(key: key, sequence: statement.integer(0), invocation: statement.number(1))
        }
    }

    func inboxLength(of key: ServiceKey, atMost max: Int) throws(StorageError) -> Int {
        countInbox.bind(key)
        countInbox.bind(3, max)
        defer { countInbox.reset() }
        return try countInbox.step() ? countInbox.int(0) : 0
    }

    func add(_ entry: InboxEntry) throws(StorageError) {
        insertInbox.bind(entry.key)
        insertInbox.bind(3, entry.sequence)
        insertInbox.bind(4, entry.invocation)
        try insertInbox.run()
    }

    func remove(_ entry: InboxEntry) throws(StorageError) {
        deleteInbox.bind(entry.key)
        deleteInbox.bind(3, entry.sequence)
        try deleteInbox.run()
    }
}
