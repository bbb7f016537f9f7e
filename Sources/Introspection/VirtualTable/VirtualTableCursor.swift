import CSQLite
import DurableModel

/// One scan of a public table: a private statement whose rows become public ones.
final class VirtualTableCursor {
    private let owner: VirtualTable
    private var statement: OpaquePointer?
    private var sql = ""
    private var positions: [Int32] = []
    private var identity: Range<Int32> = 0..<0
    private(set) var isAtEnd = true

    init(_ owner: VirtualTable) {
        self.owner = owner
    }

    deinit {
        sqlite3_finalize(statement)
    }

    /// Begins the scan, again for each value of an IN list and each row of an outer table.
    func filter(
        plan index: Int,
        values: UnsafeMutablePointer<OpaquePointer?>?,
        count: Int,
        base: UnsafeMutablePointer<sqlite3_vtab_cursor>
    ) -> Int32 {
        guard let plan = owner.plan(index) else { return SQLITE_INTERNAL }
        var arguments: [QueryValue] = []
        for position in 0..<count {
            arguments.append(values?[position].map { QueryValue(sqliteValue: $0) } ?? .null)
        }
        do throws(ScanError) {
            let scan = try ScanStatement(
                table: owner.table,
                plan: plan,
                arguments: arguments,
                now: owner.session.now
            ) { (id) throws(ScanError) in try owner.session.invocations.number(of: id) }
            try prepare(scan)
        } catch {
            return report(error, base)
        }
        isAtEnd = false
        return next()
    }

    private func prepare(_ scan: ScanStatement) throws(ScanError) {
        if scan.sql == sql, statement != nil {
            sqlite3_reset(statement)
        } else {
            sqlite3_finalize(statement)
            statement = nil
            statement = try owner.session.preparePrivate(scan.sql)
            sql = scan.sql
        }
        positions = scan.positions
        identity = scan.identity
        for (offset, value) in scan.values.enumerated() { value.bind(to: statement, Int32(offset + 1)) }
    }

    func next() -> Int32 {
        switch owner.session.stepPrivate(statement) {
        case SQLITE_ROW: return SQLITE_OK
        case SQLITE_DONE:
            isAtEnd = true
            sqlite3_reset(statement)
            return SQLITE_OK
        case let code:
            isAtEnd = true
            sqlite3_reset(statement)
            return code
        }
    }

    /// A number for the current row that is the same in every scan of the statement and that no other row has: SQLite tells
    /// rows by it that it meets more than once, under an OR or on the far side of a join. Where no number of the store does,
    /// it is a hash of 64 bits.
    var rowid: Int64 {
        if identity.count == 1, sqlite3_column_type(statement, identity.lowerBound) == SQLITE_INTEGER {
            return sqlite3_column_int64(statement, identity.lowerBound)
        }
        var hasher = Hasher()
        for column in identity {
            guard let bytes = sqlite3_column_blob(statement, column) else {
                hasher.combine(Int32(-1))
                continue
            }
            let count = sqlite3_column_bytes(statement, column)
            hasher.combine(count)
            hasher.combine(bytes: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        }
        return Int64(hasher.finalize())
    }

    func column(_ index: Int, into context: OpaquePointer) -> Int32 {
        guard positions.indices.contains(index), positions[index] >= 0, let statement else {
            sqlite3_result_null(context)
            return SQLITE_OK
        }
        let cell = PrivateCell(statement: statement, position: positions[index], session: owner.session)
        return cell.write(owner.table.columns[index].form, to: context)
    }

    /// Hands SQLite the text of a refusal. It frees the text with its own allocator.
    private func report(_ error: ScanError, _ base: UnsafeMutablePointer<sqlite3_vtab_cursor>) -> Int32 {
        guard case .refused(let text) = error else {
            guard case .sqlite(let code) = error else { return SQLITE_ERROR }
            return code
        }
        let bytes = Array(text.utf8CString)
        if let copy = sqlite3_malloc(Int32(bytes.count)) {
            copy.copyMemory(from: bytes, byteCount: bytes.count)
            sqlite3_free(base.pointee.pVtab.pointee.zErrMsg)
            base.pointee.pVtab.pointee.zErrMsg = copy.assumingMemoryBound(to: CChar.self)
        }
        return SQLITE_ERROR
    }
}

/// Why a scan could not begin.
enum ScanError: Error {
    /// SQLite's own code; its text is kept by the connection.
    case sqlite(Int32)
    case refused(String)
}

/// Finds invocations by the text of their id.
final class InvocationFinder {
    private let byNumber: OpaquePointer
    private let byDerivedID: OpaquePointer

    private unowned let session: QuerySession

    init(_ session: QuerySession) throws(ScanError) {
        self.session = session
        byNumber = try session.preparePrivate("SELECT number FROM invocations WHERE number = ?1 AND id = ?2")
        byDerivedID = try session.preparePrivate(
            """
            SELECT number FROM invocations INDEXED BY invocations_by_derived_id
            WHERE is_derived = 1 AND id = ?2 ORDER BY number DESC LIMIT 1
            """
        )
    }

    deinit {
        sqlite3_finalize(byNumber)
        sqlite3_finalize(byDerivedID)
    }

    /// The number of the row with that id; `nil` when there is none. Refused: a text that is no id.
    func number(of text: String) throws(ScanError) -> Int64? {
        guard let id = try? InvocationID(parsing: text) else {
            throw .refused("'\(text)' is no invocation id; ids look like inv_1 and 33 letters or digits")
        }
        if let number = try find(byNumber, id) { return number }
        return try find(byDerivedID, id)
    }

    private func find(_ statement: OpaquePointer, _ id: InvocationID) throws(ScanError) -> Int64? {
        defer { sqlite3_reset(statement) }
        sqlite3_bind_int64(statement, 1, id.number.rawValue)
        QueryValue.blob(id.bytes).bind(to: statement, 2)
        switch session.stepPrivate(statement) {
        case SQLITE_ROW: return sqlite3_column_int64(statement, 0)
        case SQLITE_DONE: return nil
        case let code: throw .sqlite(code)
        }
    }
}
