import Simulation

/// Worlds with one fault each, at every point of every turn of some seeds.
struct SweepCampaign: Sendable {
    /// After so many failing worlds a sweep ends.
    private static let failuresMax = 10

    private let first: UInt64
    private let seeds: UInt64
    private let steps: Int
    private let jobs: Int

    init(_ flags: Flags) throws(UsageError) {
        first = flags["from"] ?? 1
        seeds = flags["seeds"] ?? 1
        steps = try flags.count("steps", default: 60, max: 100_000)
        jobs = try flags.jobs()
    }

    /// Runs them all; `progress` gets failures as they are found, and a line for each seed. Gives back how many failed.
    func run(_ progress: (String) -> Void) async -> Int {
        var failures = 0
        for seed in first..<(first + seeds) where failures < Self.failuresMax {
            let sweep = Sweep(seed: seed, steps: steps)
            let undisturbed = sweep.undisturbed
            var worlds = 1
            let turns = undisturbed.counts.turns
            if !undisturbed.violations.isEmpty { progress(undisturbed.replay) }
            await withTaskGroup(of: [WorldReport].self) { group in
                var next = 1
                for _ in 0..<jobs { begin(&next, of: turns, sweep, in: &group) }
                while let reports = await group.next() {
                    worlds += reports.count
                    for report in reports where !report.violations.isEmpty {
                        failures += 1
                        progress(report.replay)
                    }
                    if failures < Self.failuresMax { begin(&next, of: turns, sweep, in: &group) }
                }
            }
            progress(
                "seed \(seed): \(turns) turns, \(worlds) worlds with a fault at each point, \(failures) failed so far"
            )
        }
        return failures
    }

    private func begin(
        _ next: inout Int,
        of turns: Int,
        _ sweep: Sweep,
        in group: inout TaskGroup<[WorldReport]>
    ) {
        guard next <= turns else { return }
        let turn = next
        next += 1
        group.addTask { sweep.reports(turn: turn) }
    }
}
