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
}
