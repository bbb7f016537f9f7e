import ControlProtocol
import Glibc

/// `perdure-bench sleepers`: very many invocations that sleep until one moment. How fast they start, what they cost while
/// they sleep, how a restart takes them, and how fast they end.
enum SleepersRun {
    /// Waiting for the last attempts to end: longer than the inactivity timeout.
    private static let restSecondsMax = 90.0
    /// How long one phase may take before the run is given up.
    private static let phaseSecondsMax = 900.0

    private struct Plan {
        var count: Int
        var version: Int
        var sleepSeconds: Int
        var connections: Int
        var inputBytes: Int

        init(_ flags: BenchFlags) throws(BenchError) {
            count = try flags.number("count", default: 200_000, in: 1...10_000_000)
            version = try flags.number("version", default: 7, in: 5...7)
            sleepSeconds = try flags.number("sleep", default: 300, in: 1...86_400)
            connections = try flags.number("connections", default: 64, in: 1...10_000)
            inputBytes = try flags.number("input-bytes", default: 1024, in: 64...100_000)
        }
    }

    static func run(_ arguments: [String]) throws(BenchError) {
        let flags = try BenchFlags(
            arguments,
            names: ["daemon", "directory", "count", "version", "sleep", "connections", "input-bytes"]
        )
        let plan = try Plan(flags)
        let stage = try BenchStage(flags)
        defer { stage.close() }
        let world = stage.world
        world.daemonFlags = ["--service-protocol-version-max", String(plan.version)]
        try world.startDaemon()
        try world.startEndpoint()
        world.rest()
        try measure(plan, world)
    }

    private static func measure(_ plan: Plan, _ world: BenchWorld) throws(BenchError) {
        let idle = try ProcessUsage(world.daemonID)
        BenchProgram.say("\(plan.count) sleepers on V\(plan.version), load average \(loadAverage())")
        let wakeUp = wallClockMilliseconds() + Int64(plan.sleepSeconds) * 1000
        let seconds = try send(plan, wakeUp: wakeUp, to: world)
        let rate = Table.fixed(Double(plan.count) / seconds, 0)
        BenchProgram.say("sent in \(Table.fixed(seconds, 1)) s (\(rate)/s)")

        let started = try wait(world, phaseSecondsMax) { $0["ready", default: 0] + $0["scheduled", default: 0] == 0 }
        BenchProgram.say("all started \(Table.fixed(started, 1)) s after the last send")
        guard wallClockMilliseconds() < wakeUp else { throw .failed("the sleep is over; give a longer --sleep") }

        let rest = try wait(world, restSecondsMax) { $0["running", default: 0] == 0 }
        let asleep = try ProcessUsage(world.daemonID)
        let grown = (asleep.anonymousBytes - idle.anonymousBytes) / 1_000_000
        BenchProgram.say(
            """
            all suspended \(Table.fixed(rest, 1)) s later; RssAnon \(Table.fixed(idle.anonymousBytes / 1_000_000, 1)) MB \
            when idle, \(Table.fixed(asleep.anonymousBytes / 1_000_000, 1)) MB now (\(Table.fixed(grown, 1)) MB more)
            """
        )

        try world.restartDaemon()
        BenchProgram.say("serves \(Table.fixed(world.startMilliseconds, 0)) ms after a restart")
        let restarted = try ProcessUsage(world.daemonID)
        BenchProgram.say("RssAnon \(Table.fixed(restarted.anonymousBytes / 1_000_000, 1)) MB after it")
        guard wallClockMilliseconds() < wakeUp else { throw .failed("the sleep is over; give a longer --sleep") }

        while wallClockMilliseconds() < wakeUp { world.rest() }
        let late = Double(wallClockMilliseconds() - wakeUp) / 1000
        let ended = try wait(world, phaseSecondsMax) { $0.allSatisfy { $0.key == "completed" || $0.value == 0 } }
        BenchProgram.say("all completed \(Table.fixed(late + ended, 1)) s after their time")
    }

    /// Sends them all, each accepted before its connection sends the next; how long that took in seconds.
    private static func send(_ plan: Plan, wakeUp: Int64, to world: BenchWorld) throws(BenchError) -> Double {
        let prefix = "\(wakeUp)|"
        let padding = String(repeating: "x", count: max(0, plan.inputBytes - prefix.utf8.count - 20))
        let load = LoadPlan(
            address: world.ingress,
            targets: ["Bench/nap/send"],
            connections: plan.connections,
            warmUpMilliseconds: 0,
            milliseconds: UInt64(phaseSecondsMax) * 1000,
            checksAnswers: false,
            callsMax: plan.count,
            bodyPrefix: prefix + padding
        )
        let result = try LoadGenerator.run(load, on: world.loop)
        guard result.answered == plan.count else { throw .failed("only \(result.answered) were accepted in time") }
        return result.seconds
    }

    /// Looks ten times a second whether the invocations are as wanted; after how many seconds they were.
    private static func wait(
        _ world: BenchWorld,
        _ secondsMax: Double,
        until isSo: ([String: Int]) -> Bool
    ) throws(BenchError) -> Double {
        let start = MachineRates.now()
        let line = try ControlLine(world.controlSocket, on: world.loop)
        defer { line.close() }
        while true {
            let invocations = try line.ask(GetStatus.self, GetStatus.Parameters()).invocations
            let seconds = Double(MachineRates.now() - start) / 1_000_000_000
            if isSo(invocations) { return seconds }
            if seconds > secondsMax {
                throw .failed("after \(Table.fixed(seconds, 0)) s the invocations are still \(invocations)")
            }
            usleep(100_000)
        }
    }

    private static func wallClockMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func loadAverage() -> String {
        var average = 0.0
        return getloadavg(&average, 1) == 1 ? Table.fixed(average, 1) : "-"
    }
}
