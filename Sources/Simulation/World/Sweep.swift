/// The same world again and again, each time with one fault more to the end: at each point of each turn, so that none is
/// left to chance.
package struct Sweep: Sendable {
    package let seed: UInt64
    package let steps: Int

    package init(seed: UInt64, steps: Int) {
        self.seed = seed
        self.steps = steps
    }

    /// The world without a fault. As many turns as it takes can be swept.
    package var undisturbed: WorldReport { report(nil) }

    /// The worlds with a fault in that turn: at each read, at the commit, and after each of the actions.
    package func reports(turn: Int) -> [WorldReport] {
        PlannedFault.Point.single.map { report(PlannedFault(turn: turn, point: $0)) }
            + until(turn) { .read($0) } + until(turn) { .actions($0) }
    }

    /// One point after the other, until the turn has no such point.
    private func until(_ turn: Int, _ point: (Int) -> PlannedFault.Point) -> [WorldReport] {
        var reports: [WorldReport] = []
        while true {
            let next = report(PlannedFault(turn: turn, point: point(reports.count)))
            reports.append(next)
            guard next.counts.crashes > 0, next.violations.isEmpty else { return reports }
        }
    }

    private func report(_ fault: PlannedFault?) -> WorldReport {
        World.report(WorldOptions(seed: seed, steps: steps, fault: fault))
    }
}
