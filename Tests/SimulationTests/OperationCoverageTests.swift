import Engine
import Simulation
import Testing

@Suite struct OperationCoverageTests {
    private static let seeds: ClosedRange<UInt64> = 1...32

    @Test("the worlds reach every cell of the table in docs/invocations.md")
    func everyCellIsReached() async {
        var coverage = OperationCoverage()
        for report in await reports(of: Self.seeds.map { WorldOptions(seed: $0) }) {
            #expect(report.violations.isEmpty, "\(report.replay)")
            coverage += report.coverage
        }
        #expect(coverage.missing.isEmpty, "\(coverage.text)")
    }

    @Test func theTableAllowsWhatItSaysAndNothingElse() {
        #expect(OperationTable.allows(.done(.ended), to: .cancel, in: .scheduled))
        #expect(!OperationTable.allows(.done(.ended), to: .cancel, in: .running))
        #expect(!OperationTable.allows(.done(.purged), to: .purge, in: .suspended))
        #expect(OperationTable.allows(.refused(.notFound), to: .kill, in: nil))
        #expect(!OperationTable.allows(.done(.killed), to: .kill, in: nil))
    }
}

/// Runs worlds on all processors.
func reports(of worlds: [WorldOptions]) async -> [WorldReport] {
    await withTaskGroup(of: (Int, WorldReport).self) { group in
        for (index, options) in worlds.enumerated() { group.addTask { (index, World.report(options)) } }
        var found: [(Int, WorldReport)] = []
        for await report in group { found.append(report) }
        return found.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
