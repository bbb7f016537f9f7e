import CSQLite
import Engine

/// A prepared statement: made once, bound, stepped and reset many times; nobody else sees its handle.
///
/// Text and small blobs that are bound are copied into the statement's own room, which lives as long as it does, so
/// that binding costs no allocation. Large blobs are bound in place and must outlive the step.
final class Statement {
    let handle: OpaquePointer
    private let database: Database
    private let room: UnsafeMutableRawBufferPointer
    private var roomUsed = 0

    /// Names, keys and ids of one row fit; longer ones are copied by SQLite.
    private static let roomBytes = 1024

    init(database: Database, sql: String) throws(StorageError) {
        var compiled: OpaquePointer?
        let code = sqlite3_prepare_v3(database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        guard code == SQLITE_OK, let compiled else { throw database.error(code, attempting: "preparing \(sql)") }
        self.handle = compiled
        self.database = database
        room = .allocate(byteCount: Self.roomBytes, alignment: 1)
    }

    deinit {
        sqlite3_finalize(handle)
        room.deallocate()
    }

    // MARK: Running

    /// Goes on to the next row; `false` at the end. After an error the statement is reset.
    func step() throws(StorageError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let error = database.error(code, attempting: sqlite3_sql(handle).map { String(cString: $0) } ?? "a statement")
        reset()
        throw error
    }

    /// Ends the statement and makes it ready to be bound again.
    func reset() {
        sqlite3_reset(handle)
        roomUsed = 0
    }

    /// Runs a statement that gives no rows to its end, and resets it.
    func run() throws(StorageError) {
        _ = try step()
        reset()
    }

    /// Runs a statement to its end, makes a value of each row, and resets it.
    func collect<T>(_ value: (Statement) throws(StorageError) -> T) throws(StorageError) -> [T] {
        defer { reset() }
        var values: [T] = []
        while try step() { values.append(try value(self)) }
        return values
    }

    // MARK: Binding, from 1 on

    func bind(_ index: Int32, _ value: Int64) {
        sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ index: Int32, _ value: Int) {
        sqlite3_bind_int64(handle, index, Int64(value))
    }

    func bind(_ index: Int32, _ value: Double) {
        sqlite3_bind_double(handle, index, value)
    }

    func bindNull(_ index: Int32) {
        sqlite3_bind_null(handle, index)
    }

    func bind(_ index: Int32, _ text: String) {
        let bound: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            bindText(index, UnsafeRawBufferPointer(bytes))
        }
        if bound == nil {
            Array(text.utf8).withUnsafeBytes { bindText(index, $0) }
        }
    }

    func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Int?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Double?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Bool?) {
        bind(index, value.map { $0 ? 1 : 0 })
    }

    /// Binds bytes that are copied.
    func bind(_ index: Int32, copying bytes: [UInt8]) {
        bytes.withUnsafeBytes { bindCopy(index, $0) }
    }

    /// Binds bytes in place: they have to stay until the statement has been stepped.
    func bind(_ index: Int32, inPlace bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(handle, index, 0)
            return
        }
        sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), nil)
    }

    /// Binds two words, most significant byte first, as a blob of 16 bytes.
    func bind(_ index: Int32, words first: UInt64, _ second: UInt64) {
        withUnsafeBytes(of: (first.bigEndian, second.bigEndian)) { bindCopy(index, $0) }
    }

    /// Binds three words, most significant byte first, as a blob of 24 bytes.
    func bind(_ index: Int32, words first: UInt64, _ second: UInt64, _ third: UInt64) {
        withUnsafeBytes(of: (first.bigEndian, second.bigEndian, third.bigEndian)) { bindCopy(index, $0) }
    }

    private func bindCopy(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else {
            sqlite3_bind_zeroblob(handle, index, 0)
            return
        }
        if let place = copyIntoRoom(bytes) {
            sqlite3_bind_blob(handle, index, place, Int32(bytes.count), nil)
        } else {
            sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), Self.transient)
        }
    }

    private func bindText(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else {
            sqlite3_bind_text(handle, index, "", 0, Self.transient)
            return
        }
        let encoding = UInt8(SQLITE_UTF8)
        if let place = copyIntoRoom(bytes) {
            sqlite3_bind_text64(handle, index, place, UInt64(bytes.count), nil, encoding)
        } else {
            let base = bytes.assumingMemoryBound(to: CChar.self).baseAddress
            sqlite3_bind_text64(handle, index, base, UInt64(bytes.count), Self.transient, encoding)
        }
    }

    private func copyIntoRoom(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
        guard let base = room.baseAddress, roomUsed + bytes.count <= Self.roomBytes else { return nil }
        let place = base + roomUsed
        UnsafeMutableRawBufferPointer(start: place, count: bytes.count).copyMemory(from: bytes)
        roomUsed += bytes.count
        return UnsafePointer(place.assumingMemoryBound(to: CChar.self))
    }

    /// Makes SQLite copy what is bound. The C macro is a cast of -1, which Swift does not import.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

// MARK: Columns of the current row, from 0 on

extension Statement {
    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func isInteger(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_INTEGER
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    func optionalDouble(_ column: Int32) -> Double? {
        isNull(column) ? nil : sqlite3_column_double(handle, column)
    }

    func optionalBool(_ column: Int32) -> Bool? {
        isNull(column) ? nil : integer(column) != 0
    }

    /// The text of a column; `nil` when it is NULL or no UTF-8.
    func text(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(validating: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The bytes of a column, empty when it is NULL.
    func blob(_ column: Int32) -> [UInt8] {
        withBlob(column) { Array($0) }
    }

    /// The bytes of a column in place, valid during the call only.
    func withBlob<T>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
