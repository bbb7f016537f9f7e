import Engine
import Testing

@testable import Store

@Suite struct SpaceTests {
    @Test func theRoomOfTheFileSystemIsSaid() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let space = try #require(store.space)
        #expect(space.totalBytes > 0)
        #expect((0...space.totalBytes).contains(space.freeBytes))
    }

    @Test func whatIsPurgedIsRoomInTheFile() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        #expect(store.reusableBytes == 0)
        let invocation = Fixture.invocation(1)
        var writes = WriteSet()
        writes.invocations[invocation.number] = .init(
            invocation: invocation,
            isNew: true,
            input: [UInt8](repeating: 7, count: 1 << 20)
        )
        try store.commit(writes)
        #expect(store.reusableBytes < 1 << 20)
        var removal = WriteSet()
        removal.removedInvocations = [invocation.number]
        try store.commit(removal)
        #expect(store.reusableBytes >= 1 << 20)
    }
}
