import Simulation

/// Worlds of consecutive seeds, several at a time.
struct Campaign: Sendable {
    /// Seeds that one task takes on at once: a world is short, and handing out costs.
    private static let batch: UInt64 = 8

    private let first: UInt64
    private let count: UInt64
    /// Takes the place of `count` where it is given.
    private let seconds: UInt64?
    private let jobs: Int
    private let options: WorldOptions

    init(_ flags: Flags) throws(UsageError) {
        first = flags["from"] ?? 1
        count = flags["seeds"] ?? 1000
        seconds = flags["seconds"]
        jobs = try flags.jobs()
        options = try flags.options(seed: 0)
    }

    /// Runs them all; `progress` gets failures as they are found, and a line every so often.
    func run(_ progress: (String) -> Void) async -> Tally {
        let clock = ContinuousClock()
        let start = clock.now
        var tally = Tally()
        var next = first
        var nextLine = start + .seconds(60)
        await withTaskGroup(of: [WorldReport].self) { group in
            for _ in 0..<jobs { begin(&next, in: &group, until: start) }
            while let reports = await group.next() {
                for report in reports {
                    tally.add(report)
                    if !report.violations.isEmpty { progress(report.replay) }
                }
                if clock.now >= nextLine {
                    nextLine += .seconds(60)
                    progress(tally.line)
                }
                tally.elapsed = clock.now - start
                if tally.failures.count < Tally.failuresMax { begin(&next, in: &group, until: start) }
            }
        }
        return tally
    }

    /// Hands out the next seeds, unless all are taken or the time is over.
    private func begin(
        _ next: inout UInt64,
        in group: inout TaskGroup<[WorldReport]>,
        until start: ContinuousClock.Instant
    ) {
        var size = Self.batch
        if let seconds {
            guard start.duration(to: .now) < .seconds(Int64(clamping: seconds)) else { return }
        } else {
            size = min(size, count &- (next &- first))
            guard size > 0 else { return }
        }
        let seeds = (0..<size).map { next &+ $0 }
        next &+= size
        let options = options
        group.addTask {
            seeds.map { seed in
                var own = options
                own.seed = seed
                return World.report(own)
            }
        }
    }
}

/// What many worlds came to.
struct Tally {
    /// After so many failing seeds a campaign ends.
    static let failuresMax = 10

    private(set) var seeds = 0
    /// How to see each failing world again.
    private(set) var failures: [String] = []
    private(set) var sums = WorldCounts()
    /// Of handlers, in the seed with the fewest.
    private(set) var fewestCommands = Int.max
    private(set) var coverage = OperationCoverage()
    var elapsed = Duration.zero

    mutating func add(_ report: WorldReport) {
        seeds += 1
        sums += report.counts
        fewestCommands = min(fewestCommands, report.counts.handlerCommands)
        coverage += report.coverage
        if !report.violations.isEmpty { failures.append(report.replayCommand) }
    }

    var line: String {
        "\(elapsed.components.seconds) s: \(seeds) seeds, \(sums.text), \(failures.count) seeds with violations"
    }

    var text: String {
        let least = seeds == 0 ? "" : "at least \(fewestCommands) commands of handlers in each seed"
        return ([coverage.text, sums.messageText, line, least] + failures).joined(separator: "\n")
    }
}
