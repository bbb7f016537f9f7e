import Engine
import Simulation
import Testing

@testable import Store

/// One implementation of `EngineStorage` in a test: what it holds can be read again as after a new start.
protocol StorageWorld: AnyObject {
    var storage: any EngineStorage { get }
    /// Ends the storage and opens it again, if it is one that can.
    func restart() throws
}

/// An implementation that the contract is run against.
struct StorageKind: Sendable, CustomTestStringConvertible {
    let name: String
    let make: @Sendable () throws -> any StorageWorld

    var testDescription: String { name }

    /// Every implementation there is.
    static let all = [
        StorageKind(name: "SQLite") { try SQLiteWorld() },
        StorageKind(name: "memory") { MemoryWorld() },
    ]
}

/// SQLite in a directory of its own.
final class SQLiteWorld: StorageWorld {
    let directory: TemporaryDirectory
    private(set) var storage: any EngineStorage

    init() throws {
        directory = try TemporaryDirectory()
        storage = try SQLiteStore(directory: directory.path)
    }

    func restart() throws {
        // The old one lets go of its directory before the new one takes it.
        storage = MemoryStorage()
        storage = try SQLiteStore(directory: directory.path)
    }
}

/// The double that the simulation uses, which lives as long as the test.
final class MemoryWorld: StorageWorld {
    let storage: any EngineStorage = MemoryStorage()

    func restart() {}
}

extension StorageWorld {
    /// Commits what `change` puts into an empty set of writes, and starts again: what is read afterwards was stored.
    func commit(_ change: (inout WriteSet) -> Void) throws {
        var writes = WriteSet()
        change(&writes)
        try storage.commit(writes)
        try restart()
    }
}
