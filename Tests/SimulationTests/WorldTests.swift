import Simulation
import Testing

@Suite struct WorldTests {
    @Test("no seed violates an invariant", arguments: 1...16 as ClosedRange<UInt64>)
    func seedsHold(seed: UInt64) throws {
        let report = try World(WorldOptions(seed: seed)).run()
        #expect(report.violations.isEmpty, "\(report.replay)")
    }

    @Test func aSeedReplays() throws {
        let reports = try (0..<2).map { _ in try World(WorldOptions(seed: 4711)).run() }
        #expect(reports[0].history == reports[1].history)
        #expect(reports[0].turns == reports[1].turns)
        #expect(reports[0].invocations > 50 && reports[0].crashes > 2 && reports[0].effects > 50)
        #expect(reports[0].adopted > 50)
    }
}
