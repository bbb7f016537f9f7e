import Testing

@testable import Store

@Suite struct RecoveryTests {
    @Test func aLongRecoveryGivesSignsOfLifeUntilItsEnd() throws {
        let directory = try TemporaryDirectory()
        var signs = 0
        let store = try SQLiteStore(directory: directory.path) { signs += 1 }
        let long =
            "SELECT count(*) FROM (WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n LIMIT 500000) SELECT i FROM n)"
        #expect(try store.database.integer(long) == 500_000)
        #expect(signs > 0)
        store.endRecovery()
        signs = 0
        #expect(try store.database.integer(long) == 500_000)
        #expect(signs == 0)
    }
}
