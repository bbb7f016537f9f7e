import Simulation
import Testing

@Suite struct SweepTests {
    @Test("a crash or an error of the disk at any point of any turn violates nothing")
    func everyPointOfEveryTurn() async {
        let sweep = Sweep(seed: 3, steps: 30)
        let turns = sweep.undisturbed.counts.turns
        #expect(turns > 50)
        let reports = await withTaskGroup(of: [WorldReport].self) { group in
            for turn in 1...max(1, turns) { group.addTask { sweep.reports(turn: turn) } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        for report in reports { #expect(report.violations.isEmpty, "\(report.replay)") }
        // Two at the commit of each turn, and more where there was something to read or to do.
        #expect(reports.filter { $0.counts.crashes > 0 }.count > 3 * turns)
    }

    @Test func aPointOfATurnIsNamedByANumber() {
        let points: [PlannedFault.Point] = [
            .full, .refused, .commit(isWritten: false), .commit(isWritten: true), .read(0), .read(3), .actions(0),
            .actions(7),
        ]
        for point in points { #expect(PlannedFault.Point(number: point.number) == point) }
        #expect(PlannedFault.Point(number: -1) == nil)
    }

    @Test func aWorldWithAPlannedFaultReplays() {
        let fault = PlannedFault(turn: 20, point: .commit(isWritten: true))
        let reports = (0..<2).map { _ in World.report(WorldOptions(seed: 5, steps: 30, fault: fault)) }
        #expect(reports[0].counts == reports[1].counts)
        #expect(reports[0].counts.crashes == 1)
    }
}
