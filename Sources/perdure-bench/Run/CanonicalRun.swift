import EventLoop
import Glibc

/// `perdure-bench run`: the same rows on every machine, with what the machine itself can do beside them.
enum CanonicalRun {
    private struct Row {
        var name: String
        var target: String
        var connections: Int
    }

    private static let rows =
        [1, 16, 64].map { Row(name: "nothing, \($0)", target: "Bench/nothing", connections: $0) }
        + [1, 16, 64].map { Row(name: "three steps, \($0)", target: "Bench/steps", connections: $0) }
        + [Row(name: "one hot key, 16", target: "BenchObject/one/hot", connections: 16)]

    /// How often `perdure status` is timed; the middle time counts.
    private static let statusRuns = 15

    static func run(_ arguments: [String]) throws(BenchError) {
        let flags = try BenchFlags(arguments, names: ["daemon", "seconds", "directory", "only"])
        let seconds = try flags.number("seconds", default: 5, in: 1...3600)
        let stage = try BenchStage(flags)
        defer { stage.close() }
        let (machine, world) = (stage.machine, stage.world)
        try world.startDaemon()
        world.rest()
        let idle = try ProcessUsage(world.daemonID)
        let status = try statusTime(world, stage.client)
        try world.startEndpoint()
        printMachine(machine, world, idle, status)
        var table = Table(
            ["handler, callers", "calls/s", "p50 ms", "p99 ms", "p99.9 ms", "CPU us", "written B", "RSS MB"]
        )
        for row in rows where flags["only"].map({ row.name.hasPrefix($0) }) ?? true {
            table.add(try measure(row, seconds, world))
        }
        BenchProgram.say(table.text)
    }

    private static func printMachine(
        _ machine: MachineRates,
        _ world: BenchWorld,
        _ idle: ProcessUsage,
        _ status: Double?
    ) {
        BenchProgram.say(
            """
            \(machine.text)
            daemon: serves \(Table.fixed(world.startMilliseconds, 0)) ms after its start, \
            RSS \(Table.fixed(idle.residentBytes / 1_000_000, 1)) MB when idle; \
            `perdure status` takes \(status.map { Table.fixed($0, 1) } ?? "-") ms

            """
        )
    }

    /// Nil when there is no client beside this program.
    private static func statusTime(_ world: BenchWorld, _ client: String) throws(BenchError) -> Double? {
        guard access(client, X_OK) == 0 else { return nil }
        var times: [Double] = []
        for _ in 0..<statusRuns {
            times.append(try world.time(client, ["--socket", world.controlSocket, "--json", "status"]))
        }
        return times.sorted()[statusRuns / 2]
    }

    private static func measure(_ row: Row, _ seconds: Int, _ world: BenchWorld) throws(BenchError) -> [String] {
        let plan = LoadPlan(
            address: world.ingress,
            targets: [row.target],
            connections: row.connections,
            warmUpMilliseconds: 1000,
            milliseconds: UInt64(seconds) * 1000,
            checksAnswers: true
        )
        var before: ProcessUsage?
        var after: ProcessUsage?
        let result = try LoadGenerator.run(
            plan,
            on: world.loop,
            onStart: { before = try? ProcessUsage(world.daemonID) },
            onEnd: { after = try? ProcessUsage(world.daemonID) }
        )
        guard let before, let after, result.latencies.count > 0 else {
            throw .failed("\(row.name): the daemon answered nothing")
        }
        let calls = Double(result.latencies.count)
        return [
            row.name,
            Table.fixed(result.rate, 0),
            Table.fixed(result.milliseconds(0.5), 2),
            Table.fixed(result.milliseconds(0.99), 2),
            Table.fixed(result.milliseconds(0.999), 2),
            Table.fixed((after.cpuMicroseconds - before.cpuMicroseconds) / calls, 1),
            Table.fixed((after.writtenBytes - before.writtenBytes) / calls, 0),
            Table.fixed(after.residentBytes / 1_000_000, 1),
        ]
    }
}
