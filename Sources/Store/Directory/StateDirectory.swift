import Engine
import Glibc

/// The directory that holds the database, locked for one process.
///
/// What it makes is for its owner alone, and is on disk before it is used: a new name is synced into its directory.
/// Files of others in it are not looked at.
final class StateDirectory {
    /// The database's file name in the directory.
    static let databaseName = "perdure.db"
    /// The file whose lock says who uses the directory. It stays when the process ends; the lock does not.
    static let lockName = "perdure.lock"

    let path: String
    private let lock: Int32

    var databasePath: String { path + "/" + Self.databaseName }

    /// Makes the directory and those above it where they are missing, and takes its lock.
    init(path: String) throws(StoreError) {
        self.path = path
        try Self.make(path)
        lock = try Self.acquireLock(path + "/" + Self.lockName, directory: path)
    }

    deinit {
        close(lock)
    }

    /// Makes the database's file if it is missing, so that it never has another mode than 0600; the log and its index
    /// take their mode from it.
    func prepareDatabaseFile() throws(StoreError) {
        let descriptor = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, Self.fileMode)
        guard descriptor >= 0 else { throw Self.failure(databasePath, "opening it") }
        defer { close(descriptor) }
        guard fchmod(descriptor, Self.fileMode) == 0 else { throw Self.failure(databasePath, "making it private") }
        try sync()
    }

    /// Syncs the names in the directory to disk.
    func sync() throws(StoreError) {
        try Self.sync(path)
    }

    /// The room of its file system; `nil` when the system does not say.
    func space() -> StorageSpace? {
        var information = statvfs()
        guard fstatvfs(lock, &information) == 0 else { return nil }
        let block = UInt64(information.f_frsize)
        return StorageSpace(
            freeBytes: Int64(clamping: UInt64(information.f_bavail).multipliedClamped(by: block)),
            totalBytes: Int64(clamping: UInt64(information.f_blocks).multipliedClamped(by: block))
        )
    }

    // MARK: Making

    private static let directoryMode: mode_t = 0o700
    private static let fileMode: mode_t = 0o600

    private static func make(_ path: String) throws(StoreError) {
        if mkdir(path, directoryMode) == 0 {
            try sync(path)
            try sync(parent(of: path))
            return
        }
        switch errno {
        case EEXIST:
            var information = stat()
            guard stat(path, &information) == 0 else { throw failure(path, "looking at it") }
            guard information.st_mode & S_IFMT == S_IFDIR else {
                throw .directory(path: path, reason: "it is not a directory; choose another one with --data-dir")
            }
        case ENOENT:
            let above = parent(of: path)
            guard above != path else { throw failure(path, "making it") }
            try make(above)
            // The directory above is there now, so that this comes to an end.
            try make(path)
        default:
            throw failure(path, "making it")
        }
    }

    private static func parent(of path: String) -> String {
        var bytes = Substring(path)
        while bytes.count > 1, bytes.last == "/" { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: "/") else { return "." }
        return slash == bytes.startIndex ? "/" : String(bytes[..<slash])
    }

    private static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "opening it") }
        defer { close(descriptor) }
        // Some file systems cannot sync a directory and say so; there is nothing better to do on them.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path, "syncing it to disk") }
    }

    // MARK: Locking

    private static func acquireLock(_ path: String, directory: String) throws(StoreError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, fileMode)
        guard descriptor >= 0 else { throw failure(path, "opening it") }
        guard takeLock(descriptor) else {
            let reason = errno
            defer { close(descriptor) }
            guard reason == EWOULDBLOCK else { throw failure(path, "locking it", reason) }
            throw .held(path: directory, process: holder(descriptor))
        }
        // Only for the text of a refusal: the lock itself says whether somebody is there.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        return descriptor
    }

    /// Tries for a fifth of a second: a process that a killed daemon was just starting has its lock until it runs its own
    /// program. Sets `errno` when it fails.
    private static func takeLock(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK else { return false }
            usleep(10_000)
        }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    private static func holder(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let digits = bytes.prefix(count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private static func failure(_ path: String, _ doing: String, _ code: Int32 = errno) -> StoreError {
        .directory(path: path, reason: "\(doing) failed: \(String(cString: strerror(code)))")
    }
}

extension UInt64 {
    fileprivate func multipliedClamped(by other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
