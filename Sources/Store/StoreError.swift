import Engine

/// Why a state directory cannot be used. Each text says what to do about it.
package enum StoreError: Error, Sendable, Hashable {
    /// The directory or a file in it cannot be made, opened or locked.
    case directory(path: String, reason: String)
    /// Another instance holds the directory; its process id, if it wrote one down.
    case held(path: String, process: Int?)
    /// The database was written by a newer version of this program.
    case newerVersion(path: String, version: Int, known: Int)
    /// A database that is not ours lies where ours should be.
    case foreignDatabase(path: String)
    /// The database cannot be opened, read or brought to the current version.
    case unusable(path: String, reason: String)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .directory(let path, let reason):
            "cannot use the state directory: \(path): \(reason)"
        case .held(let path, let process):
            "the state directory \(path) is in use by another perdured"
                + (process.map { " (process \($0))" } ?? "") + "; stop it, or choose another one with --data-dir"
        case .newerVersion(let path, let version, let known):
            "\(path) has schema version \(version), which a newer perdured wrote; this one knows versions up to "
                + "\(known). Install the newer version again, or restore a backup made before the upgrade"
        case .foreignDatabase(let path):
            "\(path) is a database of another program; move it away, or choose another directory with --data-dir"
        case .unusable(let path, let reason):
            "the database \(path) cannot be used: \(reason). Check the disk and the file's owner; if the file is "
                + "damaged, restore a backup"
        }
    }
}

extension StorageError {
    /// What SQLite said, without the judgement.
    package var text: String {
        switch self {
        case .full(let text), .inputOutput(let text), .refused(let text): text
        }
    }
}
