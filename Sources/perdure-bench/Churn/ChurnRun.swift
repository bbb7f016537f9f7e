import ControlProtocol
import EventLoop

/// `perdure-bench churn`: registrations, updates in place and removals, many at a time, while calls come in at a fixed
/// rate; afterwards the catalog and the pins of all calls are compared with what the operators were told.
struct ChurnRun {
    private static let services = 20
    /// Requests of one connection at a time; the daemon takes twice as many.
    private static let operatorsPerLine = 8
    private static let callers = 64

    static func run(_ arguments: [String]) throws(BenchError) {
        let flags = try BenchFlags(
            arguments,
            names: ["operators", "pause", "rate", "seconds", "daemon", "directory"]
        )
        let operators = try flags.number("operators", default: 200, in: 1...400)
        let pause = try flags.number("pause", default: 200, in: 1...60_000)
        let seconds = try flags.number("seconds", default: 60, in: 1...3600)
        let rate = try flags.number("rate", default: 1_000, in: 1...100_000)
        let stage = try BenchStage(flags)
        defer { stage.close() }
        try stage.world.startDaemon()
        try stage.world.startEndpoint()
        BenchProgram.say(stage.machine.text)
        let world = stage.world
        let record = ChurnRecord(endpoint: "http://\(world.endpoint)", services: services)
        let line = try ControlLine(world.controlSocket, on: world.loop)
        for service in 0..<services { try record.registerFirst(of: service, line) }
        var crew: [ChurnOperator] = []
        for number in 0..<operators {
            let line: ControlLine
            if number % operatorsPerLine != 0, let last = crew.last {
                line = last.line
            } else {
                line = try ControlLine(world.controlSocket, on: world.loop)
            }
            crew.append(ChurnOperator(number, record, line, world.loop, pauseMilliseconds: UInt64(pause)))
        }
        for each in crew { each.begin() }
        let plan = LoadPlan(
            address: world.ingress,
            targets: (0..<services).map { "\(ChurnRecord.name(of: $0))/nothing" },
            connections: callers,
            warmUpMilliseconds: 0,
            milliseconds: UInt64(seconds) * 1000,
            checksAnswers: true,
            rate: rate
        )
        let result = try LoadGenerator.run(plan, on: world.loop)
        for each in crew { each.stop() }
        while crew.contains(where: \.isBusy) {
            if let failure = crew.compactMap(\.line.failure).first { throw failure }
            world.loop.flushDirtyStreams()
            world.loop.runOnce(wait: true)
        }
        if let failure = record.failure { throw failure }
        try ChurnCheck(record: record, line: line, loop: world.loop).run(answered: result.answered)
        BenchProgram.say(
            """
            \(operators) operators for \(seconds) s: \(record.text)
            \(result.answered) calls answered, none failed: \(Table.fixed(result.rate, 0))/s, \
            p50 \(Table.fixed(result.milliseconds(0.5), 2)) ms, p99 \(Table.fixed(result.milliseconds(0.99), 2)) ms, \
            p99.9 \(Table.fixed(result.milliseconds(0.999), 2)) ms
            checked: every revision one above the one before, none given twice; every call on a deployment of its \
            service, and on none that was gone; the catalog as the operators were told
            """
        )
    }
}
