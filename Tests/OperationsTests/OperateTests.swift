import DurableModel
import Engine
import Operations
import Testing

@Suite struct OperateTests {
    private static let id = "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"

    private static let operations: [InvocationOperation] = [
        .cancel, .kill, .pause, .purge, .purgeJournal, .resume(.keep), .resume(.latest),
        .restartAsNew(from: 0, .latest),
    ]

    @Test(arguments: operations)
    func anUnknownInvocationIsRefused(operation: InvocationOperation) throws {
        let fixture = try OperationsFixture()
        let outcome = try fixture.outcome {
            fixture.operations.operate(operation, on: Self.id, by: fixture.actor, then: $0)
        }
        guard case .failure(.refused(.operation(.notFound, operation, _))) = outcome else {
            Issue.record("came to \(String(describing: outcome))")
            return
        }
    }

    @Test(arguments: ["", "inv_", "dp_15VqmTOnXH3Vv2pl5HOG7UB", "inv_1zz"])
    func whatIsNoIDIsRefused(text: String) throws {
        let fixture = try OperationsFixture()
        let outcome = try fixture.outcome {
            fixture.operations.operate(.pause, on: text, by: fixture.actor, then: $0)
        }
        guard case .failure(.badInvocationID(text)) = outcome else {
            Issue.record("came to \(String(describing: outcome))")
            return
        }
    }

    @Test func eachOfABatchIsAnsweredInOrder() throws {
        let fixture = try OperationsFixture()
        let ids = try [Self.id, Self.id].map { try InvocationID(parsing: $0) }
        let outcome = try fixture.outcome {
            fixture.operations.operateAll(.kill, ids, by: fixture.actor, then: $0)
        }
        let batch = try #require(try outcome?.get())
        #expect(batch.succeeded.isEmpty && batch.failed.map(\.id) == ids)
    }

    @Test func aBatchHasABound() throws {
        let fixture = try OperationsFixture()
        let id = try InvocationID(parsing: Self.id)
        for (count, isRefused) in [(0, false), (1_000, false), (1_001, true)] {
            var outcome: Result<BatchOutcome, OperationError>?
            fixture.operations.operateAll(.kill, Array(repeating: id, count: count), by: fixture.actor) {
                outcome = $0
            }
            guard isRefused else { continue }
            guard case .failure(.tooManyIDs(1_001)) = outcome else {
                Issue.record("came to \(String(describing: outcome))")
                continue
            }
        }
    }

    @Test func nothingMatchesInAnEmptyHouse() throws {
        let fixture = try OperationsFixture()
        var steps = 0
        let outcome = try fixture.outcome { then in
            fixture.operations.operateBulk(
                .kill,
                InvocationFilter(),
                isDryRun: false,
                by: fixture.actor,
                onStep: { _ in
                    steps += 1
                    return true
                },
                then: then
            )
        }
        let sum = try #require(try outcome?.get())
        #expect(sum.matched == 0 && sum.succeeded == 0 && sum.refused == 0 && sum.cursor == nil)
        #expect(steps == 1)
    }

    @Test(arguments: ["", "1", "1-", "-1-2", "3-2", "a-b", "1-2-3", "99999999999999999999-1"])
    func whatIsNoCursorIsNone(text: String) {
        #expect(BulkCursor(text: text) == nil)
    }

    @Test func cursorsSurviveBeingWritten() {
        let cursor = BulkCursor(after: InvocationNumber(rawValue: 7), upTo: InvocationNumber(rawValue: 90))
        #expect(BulkCursor(text: cursor.text) == cursor)
    }

    @Test func aVersionOfAnotherLengthIsRefused() throws {
        let fixture = try OperationsFixture()
        let patch = StatePatch(
            key: ServiceKey(service: "Counter", key: "a"),
            newState: [:],
            expectedVersion: [1, 2, 3]
        )
        let outcome = try fixture.outcome { fixture.operations.patchState(patch, by: fixture.actor, then: $0) }
        guard case .failure(.badStateVersion) = outcome else {
            Issue.record("came to \(String(describing: outcome))")
            return
        }
    }
}
