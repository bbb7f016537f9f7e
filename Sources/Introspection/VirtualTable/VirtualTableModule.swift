import CSQLite

/// What SQLite calls, as C functions.
enum VirtualTableModule {
    /// The memory of an opened table: SQLite's part, then the object.
    struct TableMemory {
        var base = sqlite3_vtab()
        let object: Unmanaged<VirtualTable>
    }

    /// The memory of a scan: SQLite's part, then the object, which it keeps alive.
    struct CursorMemory {
        var base = sqlite3_vtab_cursor()
        let object: Unmanaged<VirtualTableCursor>
    }

    // Written once, before any connection uses it, and only read by SQLite.
    nonisolated(unsafe) static let callbacks: UnsafePointer<sqlite3_module> = {
        let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        module.initialize(to: sqlite3_module())
        // Without xCreate the table exists by itself and cannot be made under another name.
        module.pointee.xConnect = connect
        module.pointee.xBestIndex = { table, info in
            guard let table, let info else { return SQLITE_MISUSE }
            return tableObject(table).bestIndex(info)
        }
        module.pointee.xDisconnect = { table in
            UnsafeMutableRawPointer(table)?.deallocate()
            return SQLITE_OK
        }
        module.pointee.xOpen = open
        module.pointee.xClose = close
        module.pointee.xFilter = { cursor, plan, _, count, values in
            guard let cursor else { return SQLITE_MISUSE }
            return cursorObject(cursor).filter(plan: Int(plan), values: values, count: Int(count), base: cursor)
        }
        module.pointee.xNext = { cursor in
            guard let cursor else { return SQLITE_MISUSE }
            return cursorObject(cursor).next()
        }
        module.pointee.xEof = { cursor in
            guard let cursor else { return 1 }
            return cursorObject(cursor).isAtEnd ? 1 : 0
        }
        module.pointee.xColumn = { cursor, context, column in
            guard let cursor, let context else { return SQLITE_MISUSE }
            return cursorObject(cursor).column(Int(column), into: context)
        }
        module.pointee.xRowid = { cursor, row in
            guard let cursor else { return SQLITE_MISUSE }
            row?.pointee = cursorObject(cursor).rowid
            return SQLITE_OK
        }
        return UnsafePointer(module)
    }()

    private static let connect:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<UnsafePointer<CChar>?>?,
            UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
            UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        ) -> Int32 = { handle, context, _, _, result, _ in
            guard let context, let result else { return SQLITE_MISUSE }
            let object = Unmanaged<VirtualTable>.fromOpaque(context)
            let declared = object._withUnsafeGuaranteedRef { $0.declare(on: handle) }
            guard declared == SQLITE_OK else { return declared }
            let memory = UnsafeMutablePointer<TableMemory>.allocate(capacity: 1)
            memory.initialize(to: TableMemory(object: object))
            result.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab.self)
            return SQLITE_OK
        }

    private static let open:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vtab>?, UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
        ) -> Int32 = { table, result in
            guard let table, let result else { return SQLITE_MISUSE }
            let object = Unmanaged.passRetained(VirtualTableCursor(tableObject(table)))
            let memory = UnsafeMutablePointer<CursorMemory>.allocate(capacity: 1)
            memory.initialize(to: CursorMemory(object: object))
            result.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }

    private static let close: @convention(c) (UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 = { cursor in
        guard let cursor else { return SQLITE_OK }
        let memory = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: CursorMemory.self)
        memory.pointee.object.release()
        memory.deallocate()
        return SQLITE_OK
    }

    private static func tableObject(_ table: UnsafeMutablePointer<sqlite3_vtab>) -> VirtualTable {
        UnsafeMutableRawPointer(table).assumingMemoryBound(to: TableMemory.self).pointee.object.takeUnretainedValue()
    }

    private static func cursorObject(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>) -> VirtualTableCursor {
        UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: CursorMemory.self).pointee.object
            .takeUnretainedValue()
    }
}
