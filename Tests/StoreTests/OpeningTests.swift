import Engine
import Glibc
import Testing

@testable import Store

/// What opening a state directory makes, takes and refuses.
struct OpeningTests {
    @Test func whatIsMissingIsMadeAndPrivate() throws {
        let parent = try TemporaryDirectory()
        let path = parent.path + "/a/b"
        let store = try SQLiteStore(directory: path)
        #expect(mode(of: parent.path + "/a") == 0o700)
        #expect(mode(of: path) == 0o700)
        for name in ["perdure.db", "perdure.db-wal", "perdure.db-shm", "perdure.lock"] {
            #expect(mode(of: path + "/" + name) == 0o600, "\(name)")
        }
        withExtendedLifetime(store) {}
    }

    @Test func filesOfOthersAreLeftAlone() throws {
        let directory = try TemporaryDirectory()
        write([1, 2, 3], to: directory.path + "/notes.txt")
        _ = try SQLiteStore(directory: directory.path)
        #expect(read(directory.path + "/notes.txt") == [1, 2, 3])
        #expect(mode(of: directory.path + "/notes.txt") == 0o644)
        #expect(directory.names == ["notes.txt", "perdure.db", "perdure.lock"])
    }

    @Test func aHeldDirectoryIsRefusedWithItsHolder() throws {
        let directory = try TemporaryDirectory()
        let first = try SQLiteStore(directory: directory.path)
        #expect(throws: StoreError.held(path: directory.path, process: Int(getpid()))) {
            try SQLiteStore(directory: directory.path)
        }
        withExtendedLifetime(first) {}
    }

    @Test func aDirectoryIsFreeAgainWhenItsHolderHasGone() throws {
        let directory = try TemporaryDirectory()
        for _ in 0..<2 { _ = try SQLiteStore(directory: directory.path) }
    }

    @Test func aNewerFileIsRefusedByName() throws {
        let directory = try TemporaryDirectory()
        _ = try SQLiteStore(directory: directory.path)
        let path = directory.path + "/perdure.db"
        try Database(path: path, access: .readWrite).execute("PRAGMA user_version = 99")
        let expected = StoreError.newerVersion(path: path, version: 99, known: SchemaVersion.current)
        #expect(throws: expected) { try SQLiteStore(directory: directory.path) }
        #expect(throws: expected) { try StoreReader(path: path) }
        #expect(expected.description.contains("99"))
    }

    @Test func whatIsNoDatabaseOfOursIsRefused() throws {
        let foreign = try TemporaryDirectory()
        try Database(path: foreign.path + "/perdure.db", access: .readWrite).execute("CREATE TABLE t (a)")
        #expect(throws: StoreError.foreignDatabase(path: foreign.path + "/perdure.db")) {
            try SQLiteStore(directory: foreign.path)
        }
        let garbage = try TemporaryDirectory()
        write([UInt8](repeating: 0x41, count: 8192), to: garbage.path + "/perdure.db")
        #expect(throws: StoreError.self) { try SQLiteStore(directory: garbage.path) }
        #expect(read(garbage.path + "/perdure.db") == [UInt8](repeating: 0x41, count: 8192))
        write([], to: garbage.path + "/file")
        #expect(throws: StoreError.self) { try SQLiteStore(directory: garbage.path + "/file") }
        #expect(throws: StoreError.self) { try SQLiteStore(directory: garbage.path + "/file/below") }
    }

    @Test func aReaderCannotWrite() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let reader = try StoreReader(path: SQLiteStore.databasePath(in: directory.path))
        try reader.forbidWrites()
        #expect(try reader.tableNames().contains("invocations"))
        #expect(throws: StoreError.self) { try StoreReader(path: directory.path + "/none.db") }
        withExtendedLifetime(store) {}
    }

    @Test func rowsThatDoNotDecodeAreNamed() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        var writes = WriteSet()
        writes.invocations[Fixture.number(4)] = .init(invocation: Fixture.fullInvocation(4), isNew: true)
        try store.commit(writes)
        let damages = [
            "status = 99", "id = x'00'", "service_type = 7", "handler_type = -1", "caller_id = x'01'",
            "pinned_deployment = x'02'", "awaiting = x'ffff'", "completion_failure = x'ffff'", "caller_completion = -1",
            "service = CAST(x'ff' AS TEXT)", "journal_length = 9223372036854775807",
        ]
        for damage in damages.dropLast() {
            try store.database.execute("SAVEPOINT s; UPDATE invocations SET \(damage)")
            #expect {
                try store.invocation(Fixture.number(4))
            } throws: { error in
                guard case .refused(let text)? = error as? StorageError else { return false }
                return text.contains("row 4 of invocations")
            }
            try store.database.execute("ROLLBACK TO s; RELEASE s")
        }
    }

    @Test func columnsHaveTheNamesOfTheTable() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let names = try store.database.prepare("SELECT name FROM pragma_table_info('invocations')")
            .collect { $0.text(0) }
        #expect(names.compactMap { $0 }.sorted() == InvocationColumn.allCases.map(\.sqlName).sorted())
    }
}
