import Glibc
import Simulation

/// Runs simulated worlds, one per seed and on all processors, and prints what they came to.
enum SimulationProgram {
    static let usage = """
        usage: perdure-simulation run [--from SEED] [--seeds N] [--seconds S] [--jobs N] [--steps N]
                   runs the worlds of N seeds (1000), or as many as fit in S seconds, each with N steps (500) of faults;
                   prints seeds, invocations and violated invariants; fails if there is one
               perdure-simulation sweep [--from SEED] [--seeds N] [--jobs N] [--steps N]
                   runs the worlds of N seeds (1), each of N steps (60) in which all goes well, again for each point of
                   each turn, with a crash or an error of the disk there
               perdure-simulation replay --seed SEED [--steps N] [--fault-turn N --fault N]
                   runs the world of one seed and prints its history
        """

    static func run(_ arguments: [String]) async -> Int32 {
        do throws(UsageError) {
            let flags = try Flags(Array(arguments.dropFirst()))
            switch arguments.first {
            case "run": return await runMany(try Campaign(flags))
            case "sweep": return await runSweep(try SweepCampaign(flags))
            case "replay": return replay(try flags.replayOptions())
            case "--help", "-h":
                say(usage)
                return 0
            case .some(let other): throw UsageError(text: "there is no command '\(other)'")
            case nil: throw UsageError(text: "a command is missing")
            }
        } catch {
            writeError("perdure-simulation: \(error.text)\n\(usage)\n")
            return 2
        }
    }

    private static func runMany(_ campaign: Campaign) async -> Int32 {
        let tally = await campaign.run { say($0) }
        say(tally.text)
        return tally.failures.isEmpty ? 0 : 1
    }

    private static func runSweep(_ campaign: SweepCampaign) async -> Int32 {
        let failures = await campaign.run { say($0) }
        return failures == 0 ? 0 : 1
    }

    private static func replay(_ options: WorldOptions) -> Int32 {
        let report = World.report(options)
        for line in report.history { say(line) }
        say(report.summary)
        return report.violations.isEmpty ? 0 : 1
    }

    /// Prints at once, also into a pipe.
    static func say(_ text: String) {
        print(text)
        fflush(nil)
    }

    private static func writeError(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// What is wrong with the arguments.
struct UsageError: Error {
    var text: String
}

/// `--name NUMBER` pairs, all known.
struct Flags {
    private static let names: Set<String> = [
        "from", "seeds", "seconds", "jobs", "steps", "seed", "fault-turn", "fault",
    ]
    private var values: [String: UInt64] = [:]

    init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            let name = String(flag.dropFirst(2))
            guard flag.hasPrefix("--"), Self.names.contains(name) else {
                throw UsageError(text: "there is no flag '\(flag)'")
            }
            guard let text = rest.popFirst(), let value = UInt64(text) else {
                throw UsageError(text: "\(flag) takes a number")
            }
            values[name] = value
        }
    }

    subscript(name: String) -> UInt64? { values[name] }

    func required(_ name: String) throws(UsageError) -> UInt64 {
        guard let value = values[name] else { throw UsageError(text: "--\(name) is missing") }
        return value
    }

    func count(_ name: String, default preset: Int, max: Int) throws(UsageError) -> Int {
        guard let value = values[name] else { return preset }
        guard value >= 1, value <= UInt64(max) else { throw UsageError(text: "--\(name) takes 1 to \(max)") }
        return Int(value)
    }

    /// How many worlds run at once: one on each processor unless it is said.
    func jobs() throws(UsageError) -> Int {
        try count("jobs", default: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), max: 256)
    }

    /// Those of the world of `--seed`, among all faults or with the one that is named.
    func replayOptions() throws(UsageError) -> WorldOptions {
        let seed = try required("seed")
        var options = try options(seed: seed)
        if let turn = values["fault-turn"] {
            guard let point = PlannedFault.Point(number: Int(clamping: try required("fault"))) else {
                throw UsageError(text: "--fault is the number of no point of a turn")
            }
            let fault = PlannedFault(turn: Int(clamping: turn), point: point)
            options = WorldOptions(seed: seed, steps: options.steps, fault: fault)
        }
        options.keepsHistory = true
        return options
    }

    func options(seed: UInt64) throws(UsageError) -> WorldOptions {
        var options = WorldOptions(seed: seed)
        options.steps = try count("steps", default: options.steps, max: 1_000_000)
        return options
    }
}
