import Engine
import ServiceProtocol
import Simulation
import Testing

@Suite struct OperationCoverageTests {
    private static let seeds: ClosedRange<UInt64> = 1...32

    @Test("the worlds reach every cell of the table in docs/invocations.md, and every message of the protocol")
    func everyCellIsReached() async {
        var coverage = OperationCoverage()
        var counts = WorldCounts()
        for report in await reports(of: Self.seeds.map { WorldOptions(seed: $0) }) {
            #expect(report.violations.isEmpty, "\(report.replay)")
            #expect(report.counts.handlerCommands >= 200)
            coverage += report.coverage
            counts += report.counts
        }
        #expect(coverage.missing.isEmpty, "\(coverage.text)")
        for type in WorldCounts.expected {
            #expect(counts.messages[type, default: 0] > 0, "\(type.wireName) does not occur: \(counts.messageText)")
        }
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
