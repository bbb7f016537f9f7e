import CSQLite

/// A disk in memory that forgets, fails and fills up on demand. What was not synced when the power goes is lost in part:
/// each write survives whole, not at all, or in some of its sectors.
final class FaultyDisk {
    enum Fault {
        case none
        /// Nothing more can be written.
        case full
        /// Writes are taken, syncing fails.
        case syncFails
        /// Syncing says that it is done and does nothing.
        case syncLies
    }

    static let sectorBytes = 512

    var fault = Fault.none
    /// Syncing the database fails, while that of its log goes well.
    var databaseSyncFails = false
    /// The name by which SQLite is told to use the disk.
    let registeredName: String
    /// After so many writes, truncations and syncs the power goes.
    var operationsLeft: Int?
    private(set) var operations = 0
    private(set) var isDown = false
    private var files: [String: DiskFile] = [:]
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let name: UnsafeMutablePointer<CChar>

    init(name: String) {
        registeredName = name
        let bytes = Array(name.utf8CString)
        self.name = .allocate(capacity: bytes.count)
        self.name.initialize(from: bytes, count: bytes.count)
        vfs = .allocate(capacity: 1)
        vfs.initialize(to: sqlite3_vfs_find(nil).pointee)
        FaultyVFS.prepare(vfs, name: self.name, disk: self)
        sqlite3_vfs_register(vfs, 0)
    }

    deinit {
        sqlite3_vfs_unregister(vfs)
        vfs.deallocate()
        name.deallocate()
    }

    // MARK: What happens to it

    /// The power comes back: of what was not synced only some is there.
    func reboot(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        for path in files.keys.sorted() { files[path]?.losePower(&chance) }
        isDown = false
        operationsLeft = nil
    }

    /// Counts an operation that changes the disk; `false` when there is no power for it.
    func mayChange() -> Bool {
        if isDown { return false }
        operations += 1
        if let left = operationsLeft {
            guard left > 0 else {
                isDown = true
                return false
            }
            operationsLeft = left - 1
        }
        return true
    }

    // MARK: Files

    func file(_ path: String, create: Bool) -> DiskFile? {
        if let file = files[path] { return file }
        guard create else { return nil }
        let file = DiskFile(isDatabase: path.hasSuffix(".db"))
        files[path] = file
        return file
    }

    func remove(_ path: String) {
        files[path] = nil
    }
}

/// The content of a file as it is read, as it is on the platters, and what lies between the two.
final class DiskFile {
    private enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(Int)
    }

    let isDatabase: Bool
    private(set) var content: [UInt8] = []
    private var durable: [UInt8] = []
    private var pending: [Change] = []
    /// The shared memory of the log's index, gone with the process.
    var sharedMemory: [Int32: UnsafeMutableRawPointer] = [:]

    init(isDatabase: Bool) {
        self.isDatabase = isDatabase
    }

    deinit {
        dropSharedMemory()
    }

    func dropSharedMemory() {
        for region in sharedMemory.values { region.deallocate() }
        sharedMemory = [:]
    }

    func write(_ bytes: [UInt8], at offset: Int) {
        Self.apply(.write(offset: offset, bytes: bytes), to: &content)
        pending.append(.write(offset: offset, bytes: bytes))
    }

    func truncate(_ size: Int) {
        Self.apply(.truncate(size), to: &content)
        pending.append(.truncate(size))
    }

    func sync() {
        durable = content
        pending = []
    }

    func losePower(_ chance: inout SeededGenerator) {
        for change in pending {
            switch UInt.random(in: 0..<3, using: &chance) {
            case 0: continue
            case 1: Self.apply(change, to: &durable)
            default: Self.applyTorn(change, to: &durable, &chance)
            }
        }
        content = durable
        pending = []
        dropSharedMemory()
    }

    private static func applyTorn(_ change: Change, to bytes: inout [UInt8], _ chance: inout SeededGenerator) {
        guard case .write(let offset, let data) = change else { return }
        var start = 0
        while start < data.count {
            let sectorEnd = ((offset + start) / FaultyDisk.sectorBytes + 1) * FaultyDisk.sectorBytes - offset
            let end = min(sectorEnd, data.count)
            if Bool.random(using: &chance) {
                apply(.write(offset: offset + start, bytes: Array(data[start..<end])), to: &bytes)
            }
            start = end
        }
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .write(let offset, let data):
            if bytes.count < offset + data.count {
                bytes += [UInt8](repeating: 0, count: offset + data.count - bytes.count)
            }
            bytes.withUnsafeMutableBytes { content in
                UnsafeMutableRawBufferPointer(rebasing: content[offset..<offset + data.count]).copyBytes(from: data)
            }
        case .truncate(let size):
            if size < bytes.count { bytes.removeLast(bytes.count - size) }
        }
    }
}
