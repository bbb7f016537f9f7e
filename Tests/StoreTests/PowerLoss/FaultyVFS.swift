import CSQLite

/// What SQLite calls on a `FaultyDisk`. One process, one connection: locks are always granted.
enum FaultyVFS {
    private struct FileMemory {
        var base: sqlite3_file
        var object: Unmanaged<OpenFile>?
    }

    private final class OpenFile {
        let disk: FaultyDisk
        let file: DiskFile

        init(_ disk: FaultyDisk, _ file: DiskFile) {
            self.disk = disk
            self.file = file
        }
    }

    private typealias File = UnsafeMutablePointer<sqlite3_file>

    static func prepare(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>,
        name: UnsafeMutablePointer<CChar>,
        disk: FaultyDisk
    ) {
        vfs.pointee.pNext = nil
        vfs.pointee.zName = UnsafePointer(name)
        vfs.pointee.iVersion = 2
        vfs.pointee.szOsFile = Int32(MemoryLayout<FileMemory>.size)
        vfs.pointee.pAppData = Unmanaged.passUnretained(disk).toOpaque()
        vfs.pointee.xOpen = { vfs, path, file, flags, outFlags in
            guard let disk = FaultyVFS.disk(vfs), let file else { return SQLITE_CANTOPEN }
            return FaultyVFS.open(disk, path.map { String(cString: $0) } ?? "temporary", file, flags, outFlags)
        }
        vfs.pointee.xDelete = { vfs, path, _ in
            guard let disk = FaultyVFS.disk(vfs), let path else { return InputOutputError.delete }
            guard !disk.isDown else { return InputOutputError.delete }
            disk.remove(String(cString: path))
            return SQLITE_OK
        }
        vfs.pointee.xAccess = { vfs, path, _, result in
            guard let disk = FaultyVFS.disk(vfs), let path else { return InputOutputError.access }
            result?.pointee = disk.file(String(cString: path), create: false) == nil ? 0 : 1
            return SQLITE_OK
        }
        vfs.pointee.xFullPathname = { _, path, count, result in
            guard let path, let result else { return SQLITE_CANTOPEN }
            for index in 0..<Int(count) {
                result[index] = path[index]
                if path[index] == 0 { return SQLITE_OK }
            }
            return SQLITE_CANTOPEN
        }
    }

    private static func disk(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> FaultyDisk? {
        guard let data = vfs?.pointee.pAppData else { return nil }
        return Unmanaged<FaultyDisk>.fromOpaque(data).takeUnretainedValue()
    }

    private static func open(
        _ disk: FaultyDisk,
        _ path: String,
        _ file: File,
        _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        let memory = UnsafeMutableRawPointer(file).assumingMemoryBound(to: FileMemory.self)
        memory.initialize(to: FileMemory(base: sqlite3_file(pMethods: nil), object: nil))
        guard !disk.isDown, let found = disk.file(path, create: flags & SQLITE_OPEN_CREATE != 0) else {
            return SQLITE_CANTOPEN
        }
        memory.pointee.object = Unmanaged.passRetained(OpenFile(disk, found))
        memory.pointee.base.pMethods = methods
        outFlags?.pointee = flags
        return SQLITE_OK
    }

    private static func object(_ file: File?) -> OpenFile? {
        guard let file else { return nil }
        return UnsafeMutableRawPointer(file).assumingMemoryBound(to: FileMemory.self).pointee.object?
            .takeUnretainedValue()
    }

    // Written once and only read afterwards.
    nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        methods.pointee.iVersion = 2
        setContent(&methods.pointee)
        setLocks(&methods.pointee)
        return UnsafePointer(methods)
    }()

    private static func setContent(_ methods: inout sqlite3_io_methods) {
        methods.xClose = { file in
            guard let file else { return SQLITE_OK }
            UnsafeMutableRawPointer(file).assumingMemoryBound(to: FileMemory.self).pointee.object?.release()
            return SQLITE_OK
        }
        methods.xRead = { file, buffer, count, offset in
            guard let open = FaultyVFS.object(file), let buffer, !open.disk.isDown else { return InputOutputError.read }
            return FaultyVFS.read(open.file.content, buffer, Int(count), Int(offset))
        }
        methods.xWrite = { file, bytes, count, offset in
            guard let open = FaultyVFS.object(file), let bytes else { return InputOutputError.write }
            if open.disk.fault == .full { return SQLITE_FULL }
            let isPowered = open.disk.mayChange()
            // The write at which the power goes may reach the disk in part.
            if isPowered || open.disk.operationsLeft == 0 {
                open.file.write(Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))), at: Int(offset))
            }
            return isPowered ? SQLITE_OK : InputOutputError.write
        }
        methods.xTruncate = { file, size in
            guard let open = FaultyVFS.object(file), open.disk.mayChange() else { return InputOutputError.truncate }
            open.file.truncate(Int(size))
            return SQLITE_OK
        }
        methods.xSync = { file, _ in
            guard let open = FaultyVFS.object(file), open.disk.mayChange() else { return InputOutputError.sync }
            if open.disk.databaseSyncFails, open.file.isDatabase { return InputOutputError.sync }
            switch open.disk.fault {
            case .syncFails: return InputOutputError.sync
            case .syncLies: break
            case .none, .full: open.file.sync()
            }
            return SQLITE_OK
        }
        methods.xFileSize = { file, size in
            guard let open = FaultyVFS.object(file), !open.disk.isDown else { return InputOutputError.fileSize }
            size?.pointee = sqlite3_int64(open.file.content.count)
            return SQLITE_OK
        }
        methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        methods.xSectorSize = { _ in Int32(FaultyDisk.sectorBytes) }
        methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
    }

    private static func setLocks(_ methods: inout sqlite3_io_methods) {
        methods.xLock = { _, _ in SQLITE_OK }
        methods.xUnlock = { _, _ in SQLITE_OK }
        methods.xCheckReservedLock = { _, result in
            result?.pointee = 0
            return SQLITE_OK
        }
        methods.xShmMap = { file, region, bytes, _, result in
            guard let open = FaultyVFS.object(file), !open.disk.isDown else { return InputOutputError.sharedMemory }
            let memory =
                open.file.sharedMemory[region]
                ?? UnsafeMutableRawPointer.allocate(byteCount: Int(bytes), alignment: 16)
            if open.file.sharedMemory[region] == nil {
                memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(bytes))
                open.file.sharedMemory[region] = memory
            }
            result?.pointee = memory
            return SQLITE_OK
        }
        methods.xShmLock = { _, _, _, _ in SQLITE_OK }
        methods.xShmBarrier = { _ in }
        methods.xShmUnmap = { file, isLast in
            if isLast != 0 { FaultyVFS.object(file)?.file.dropSharedMemory() }
            return SQLITE_OK
        }
    }

    private static func read(_ content: [UInt8], _ buffer: UnsafeMutableRawPointer, _ count: Int, _ offset: Int)
        -> Int32
    {
        let available = max(0, min(count, content.count - offset))
        if available > 0 {
            content.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(start: buffer, count: available)
                    .copyBytes(from: bytes[offset..<offset + available])
            }
        }
        guard available < count else { return SQLITE_OK }
        (buffer + available).initializeMemory(as: UInt8.self, repeating: 0, count: count - available)
        return InputOutputError.shortRead
    }
}

/// SQLite's extended codes, which are macros that Swift does not import.
private enum InputOutputError {
    static let read = SQLITE_IOERR | 1 << 8
    static let shortRead = SQLITE_IOERR | 2 << 8
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let fileSize = SQLITE_IOERR | 7 << 8
    static let delete = SQLITE_IOERR | 10 << 8
    static let access = SQLITE_IOERR | 13 << 8
    static let sharedMemory = SQLITE_IOERR | 21 << 8
}
