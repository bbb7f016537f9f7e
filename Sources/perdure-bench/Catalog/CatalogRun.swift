import ControlProtocol
import EventLoop

/// `perdure-bench catalog`: what registering, listing and routing cost with an empty catalog and with a large one.
struct CatalogRun {
    /// How often each thing is done; the middle and the slowest time are shown.
    private static let runs = 25
    /// Registrations under way at once while the catalog is filled.
    private static let fillingMax = 16
    private static let routingConnections = 64

    private let stage: BenchStage
    private let line: ControlLine
    private let seconds: Int
    private var nextNumber = 1

    static func run(_ arguments: [String]) throws(BenchError) {
        let flags = try BenchFlags(arguments, names: ["deployments", "daemon", "seconds", "directory"])
        let count = try flags.number("deployments", default: 10_000, in: 1...100_000)
        let stage = try BenchStage(flags)
        defer { stage.close() }
        try stage.world.startDaemon()
        try stage.world.startEndpoint()
        BenchProgram.say(stage.machine.text)
        var run = CatalogRun(
            stage: stage,
            line: try ControlLine(stage.world.controlSocket, on: stage.world.loop),
            seconds: try flags.number("seconds", default: 5, in: 1...3600)
        )
        try run.measureAll(count)
    }

    private mutating func measureAll(_ count: Int) throws(BenchError) {
        var table = Table([
            "deployments", "services", "register ms", "services 1st ms", "services all ms", "client ms",
            "deployments 1st ms", "deployments all ms", "calls/s", "CPU us", "RSS MB",
        ])
        table.add(try row())
        let filling = try Times.of { () throws(BenchError) in try fill(count) }
        table.add(try row())
        let small = stage.world.startMilliseconds
        try stage.world.restartDaemon()
        BenchProgram.say(
            """
            \(count) registrations in \(Table.fixed(filling / 1000, 1)) s; \
            start with the empty catalog \(Table.fixed(small, 0)) ms, with the full one \
            \(Table.fixed(stage.world.startMilliseconds, 0)) ms
            times of one request: middle / slowest of \(Self.runs)
            \(table.text)
            """
        )
    }

    private mutating func row() throws(BenchError) -> [String] {
        var registering = try Times()
        for _ in 0..<Self.runs {
            let parameters = nextRegistration()
            registering.add(
                try Times.of { () throws(BenchError) in _ = try line.ask(RegisterDeployment.self, parameters) }
            )
        }
        let (serviceCount, servicesFirst, servicesAll) = try listing(ListServices.self)
        let (deploymentCount, deploymentsFirst, deploymentsAll) = try listing(ListDeployments.self)
        let world = stage.world
        let client = try Times(5) { () throws(BenchError) in
            _ = try world.time(stage.client, ["--socket", world.controlSocket, "services", "list"])
        }
        let (rate, cpu, resident) = try routing()
        return [
            "\(deploymentCount)", "\(serviceCount)", registering.text, servicesFirst.text, servicesAll.text,
            client.text,
            deploymentsFirst.text, deploymentsAll.text, Table.fixed(rate, 0), Table.fixed(cpu, 1),
            Table.fixed(resident / 1_000_000, 1),
        ]
    }

    private func listing<Operation: ControlOperation>(
        _ operation: Operation.Type
    ) throws(BenchError) -> (lines: Int, first: Times, all: Times)
    where Operation.Parameters == PageParameters, Operation.Result: ListPage {
        var (first, all) = (try Times(), try Times())
        var lines = 0
        for _ in 0..<Self.runs {
            let listing = try line.pages(operation)
            lines = listing.lines
            first.add(listing.first)
            all.add(listing.whole)
        }
        return (lines, first, all)
    }

    private func routing() throws(BenchError) -> (rate: Double, cpu: Double, resident: Double) {
        let plan = LoadPlan(
            address: stage.world.ingress,
            targets: ["Bench/nothing"],
            connections: Self.routingConnections,
            warmUpMilliseconds: 1000,
            milliseconds: UInt64(seconds) * 1000,
            checksAnswers: true
        )
        var (before, after): (ProcessUsage?, ProcessUsage?)
        let result = try LoadGenerator.run(
            plan,
            on: stage.world.loop,
            onStart: { before = try? ProcessUsage(stage.world.daemonID) },
            onEnd: { after = try? ProcessUsage(stage.world.daemonID) }
        )
        guard let before, let after, result.latencies.count > 0 else { throw .failed("the daemon answered nothing") }
        let cpu = (after.cpuMicroseconds - before.cpuMicroseconds) / Double(result.latencies.count)
        return (result.rate, cpu, after.residentBytes)
    }

    private mutating func nextRegistration() -> RegisterDeployment.Parameters {
        defer { nextNumber += 1 }
        return RegisterDeployment.Parameters(uri: "http://\(stage.world.endpoint)/five/\(nextNumber)")
    }

    /// Registers until there are so many, several at a time.
    private mutating func fill(_ count: Int) throws(BenchError) {
        var (underWay, refusals) = (0, [String]())
        while nextNumber <= count || underWay > 0 {
            while nextNumber <= count, underWay < Self.fillingMax {
                underWay += 1
                line.send(RegisterDeployment.self, nextRegistration()) { result in
                    underWay -= 1
                    if case .failure(let error) = result { refusals.append(error.message) }
                }
            }
            if let failure = line.failure { throw failure }
            if let refusal = refusals.first { throw .failed("a registration was refused: \(refusal)") }
            stage.world.loop.flushDirtyStreams()
            stage.world.loop.runOnce(wait: true)
        }
    }
}
