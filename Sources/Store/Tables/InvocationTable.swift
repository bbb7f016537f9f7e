import DurableModel
import Engine
import ServiceProtocol

/// The rows of invocations: written whole once, then only what changes.
final class InvocationTable {
    private let database: Database
    private let payloads: PayloadTable
    private let insert: Statement
    private let update: Statement
    private let updateWithOutput: Statement
    private let clearInput: Statement
    private let delete: Statement
    private let selectByNumber: Statement
    private let selectByDerivedID: Statement
    private let selectInput: Statement
    private let selectOutput: Statement
    private let selectRunnable: Statement
    private let selectExpired: Statement

    init(_ database: Database, payloads: PayloadTable) throws(StorageError) {
        self.database = database
        self.payloads = payloads
        insert = try database.prepare(InvocationColumn.insertSQL)
        update = try database.prepare(InvocationColumn.updateSQL(withOutput: false))
        updateWithOutput = try database.prepare(InvocationColumn.updateSQL(withOutput: true))
        clearInput = try database.prepare("UPDATE invocations SET input = NULL WHERE number = ?1")
        delete = try database.prepare("DELETE FROM invocations WHERE number = ?1")
        let columns = InvocationColumn.rowSelection
        selectByNumber = try database.prepare("SELECT \(columns) FROM invocations WHERE number = ?1")
        // A purged workflow may run again under the same id: the latest row is the one that counts.
        selectByDerivedID = try database.prepare(
            """
            SELECT \(columns) FROM invocations INDEXED BY invocations_by_derived_id
            WHERE is_derived = 1 AND id = ?1 ORDER BY number DESC LIMIT 1
            """
        )
        selectInput = try database.prepare("SELECT input FROM invocations WHERE number = ?1")
        selectOutput = try database.prepare("SELECT output FROM invocations WHERE number = ?1")
        selectRunnable = try database.prepare(Self.runnableSQL)
        selectExpired = try database.prepare(
            """
            SELECT number FROM invocations INDEXED BY invocations_by_expiry
            WHERE expires_at <= ?1 ORDER BY expires_at, number LIMIT ?2
            """
        )
    }

    /// Two ranges of one index, merged by number.
    private static let runnableSQL =
        [InvocationStatus.ready, .running].map { status in
            """
            SELECT number FROM invocations INDEXED BY invocations_unfinished
            WHERE status < 7 AND status = \(status.rawValue) AND number > ?1
            """
        }.joined(separator: " UNION ALL ") + " ORDER BY number LIMIT ?2"

    // MARK: Reading

    func invocation(_ number: InvocationNumber) throws(StorageError) -> Invocation? {
        selectByNumber.bind(1, number)
        defer { selectByNumber.reset() }
        return try selectByNumber.step() ? try InvocationRow(selectByNumber).decode() : nil
    }

    func invocation(derivedID id: InvocationID) throws(StorageError) -> Invocation? {
        selectByDerivedID.bind(1, id)
        defer { selectByDerivedID.reset() }
        return try selectByDerivedID.step() ? try InvocationRow(selectByDerivedID).decode() : nil
    }

    func input(of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        try payload(selectInput, of: number)
    }

    func output(of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        try payload(selectOutput, of: number)
    }

    private func payload(_ statement: Statement, of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        statement.bind(1, number)
        defer { statement.reset() }
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return try payloads.payload(of: statement, 0)
    }

    func runnable(after number: InvocationNumber, limit: Int) throws(StorageError) -> [InvocationNumber] {
        selectRunnable.bind(1, number)
        selectRunnable.bind(2, limit)
        return try selectRunnable.collect { statement in statement.number(0) }
    }

    func expired(at now: Timestamp, limit: Int) throws(StorageError) -> [InvocationNumber] {
        selectExpired.bind(1, now)
        selectExpired.bind(2, limit)
        return try selectExpired.collect { statement in statement.number(0) }
    }

    // MARK: Writing

    /// Writes rows in order of number: appending is what a tree of rowids does best, and neighbours share pages.
    func write(_ writes: [InvocationNumber: WriteSet.InvocationWrite]) throws(StorageError) {
        // Only the numbers are sorted: a write is a value of some hundred bytes.
        for number in writes.keys.sorted() {
            if let write = writes[number] { try self.write(write) }
        }
    }

    private func write(_ write: WriteSet.InvocationWrite) throws(StorageError) {
        if write.isNew {
            insert.bind(write.invocation.head)
            insert.bindChanging(write.invocation)
            try run(insert, input: write.input, output: write.output)
        } else if let output = write.output {
            try removeChunks(selectOutput, of: write.invocation.number)
            updateWithOutput.bind(InvocationColumn.number.parameter, write.invocation.number)
            updateWithOutput.bindChanging(write.invocation)
            try run(updateWithOutput, output: output)
            try checkChanged(write.invocation.number)
        } else {
            update.bind(InvocationColumn.number.parameter, write.invocation.number)
            update.bindChanging(write.invocation)
            try update.run()
            try checkChanged(write.invocation.number)
        }
    }

    private func run(_ statement: Statement, input: [UInt8]?, output: [UInt8]?) throws(StorageError) {
        guard let input else {
            statement.bindNull(InvocationColumn.input.parameter)
            return try run(statement, output: output)
        }
        try input.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            try bind(bytes, to: statement, .input)
            try run(statement, output: output)
        }
    }

    private func run(_ statement: Statement, output: [UInt8]?) throws(StorageError) {
        guard let output else {
            statement.bindNull(InvocationColumn.output.parameter)
            return try statement.run()
        }
        try output.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            try bind(bytes, to: statement, .output)
            try statement.run()
        }
    }

    private func bind(
        _ bytes: UnsafeBufferPointer<UInt8>,
        to statement: Statement,
        _ column: InvocationColumn
    ) throws(StorageError) {
        try payloads.bind(
            UnsafeRawBufferPointer(bytes),
            to: statement,
            at: column.parameter,
            inlineBytesMax: PayloadTable.rewrittenInlineBytesMax
        )
    }

    /// An update of a row that is not there would lose what it says without a sound.
    private func checkChanged(_ number: InvocationNumber) throws(StorageError) {
        guard database.changedRows == 1 else {
            throw .refused("the invocation in row \(number.rawValue) was to be updated and is not there")
        }
    }

    /// Removes the input, the first entry of a journal that is gone.
    func removeInput(_ number: InvocationNumber) throws(StorageError) {
        try removeChunks(selectInput, of: number)
        clearInput.bind(1, number)
        try clearInput.run()
    }

    func remove(_ number: InvocationNumber) throws(StorageError) {
        try removeChunks(selectInput, of: number)
        try removeChunks(selectOutput, of: number)
        delete.bind(1, number)
        try delete.run()
    }

    private func removeChunks(_ statement: Statement, of number: InvocationNumber) throws(StorageError) {
        guard payloads.hasChunks else { return }
        statement.bind(1, number)
        let payload = try statement.step() && statement.isInteger(0) ? statement.integer(0) : nil
        statement.reset()
        if let payload { try payloads.remove(payload) }
    }
}
