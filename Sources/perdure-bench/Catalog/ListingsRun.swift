import ControlProtocol
import EventLoop

/// `perdure-bench listings`: each listing and description of the client, one request each, with many deployments and
/// invocations; and whether the totals are right.
struct ListingsRun {
    private static let runs = 15
    /// Deployments are registered and invocations made in so many rounds, so that pins spread.
    private static let rounds = 10
    private static let connections = 64
    private static let service = "Onemany"

    private let stage: BenchStage
    private let line: ControlLine
    private var table = Table(["request", "middle ms", "slowest ms"])

    static func run(_ arguments: [String]) throws(BenchError) {
        let flags = try BenchFlags(arguments, names: ["deployments", "invocations", "daemon", "directory"])
        let deployments = try flags.number("deployments", default: 300, in: rounds...10_000)
        let invocations = try flags.number("invocations", default: 50_000, in: 1000...1_000_000)
        let stage = try BenchStage(flags)
        defer { stage.close() }
        try stage.world.startDaemon()
        try stage.world.startEndpoint()
        BenchProgram.say(stage.machine.text)
        let line = try ControlLine(stage.world.controlSocket, on: stage.world.loop)
        var run = ListingsRun(stage: stage, line: line)
        try run.fill(deployments, invocations)
        try run.measureAll(deployments, invocations)
    }

    /// A fifth of the invocations is scheduled for later, the others are over and kept.
    private func fill(_ deployments: Int, _ invocations: Int) throws(BenchError) {
        for round in 0..<Self.rounds {
            for version in 0..<deployments / Self.rounds {
                let uri = "http://\(stage.world.endpoint)/one/many/\(round * deployments + version)"
                _ = try line.ask(RegisterDeployment.self, RegisterDeployment.Parameters(uri: uri))
            }
            let each = invocations / Self.rounds
            try call("\(Self.service)/nothing", each * 4 / 5)
            try call("\(Self.service)/steps/send?delay=1h", each / 5)
        }
    }

    private func call(_ target: String, _ count: Int) throws(BenchError) {
        let plan = LoadPlan(
            address: stage.world.ingress,
            targets: [target],
            connections: Self.connections,
            warmUpMilliseconds: 0,
            milliseconds: 600_000,
            checksAnswers: false,
            callsMax: count
        )
        let result = try LoadGenerator.run(plan, on: stage.world.loop)
        guard result.answered == count else { throw .failed("\(target): \(result.answered) answers, not \(count)") }
    }

    private mutating func measureAll(_ deployments: Int, _ invocations: Int) throws(BenchError) {
        let scheduled = invocations / Self.rounds / 5 * Self.rounds
        let completed = invocations / Self.rounds * 4 / 5 * Self.rounds
        let status = try time("status", GetStatus.self, GetStatus.Parameters())
        try check("scheduled invocations of status", status.invocations["scheduled"] ?? 0, scheduled)
        try check("deployments of status", status.deployments, deployments / Self.rounds * Self.rounds + 1)
        let all = try time("deployments list", ListDeployments.self, PageParameters())
        try check("deployments", all.deployments.count, status.deployments)
        // The newest is the one that scheduled work will go to, the oldest of the service has only what is over.
        let newest = all.deployments[0].id
        _ = try time(
            "deployments describe --extra, newest",
            DescribeDeployment.self,
            DescribeDeployment.Parameters(id: newest, extra: true)
        )
        _ = try time(
            "deployments describe --extra, oldest",
            DescribeDeployment.self,
            DescribeDeployment.Parameters(id: all.deployments[all.deployments.count - 2].id, extra: true)
        )
        _ = try time("deployments history", DeploymentHistory.self, IdentifierParameters(id: newest))
        _ = try time(
            "deployments prune --dry-run",
            PruneDeployments.self,
            PruneDeployments.Parameters(olderThanMilliseconds: nil, dryRun: true)
        )
        _ = try time("services list", ListServices.self, PageParameters())
        _ = try time("services describe", DescribeService.self, DescribeService.Parameters(name: Self.service))
        let work = try time("services status", ServiceStatus.self, ServiceStatus.Parameters())
        let counted = work.services.flatMap(\.handlers).flatMap(\.invocations.values).reduce(0, +)
        try check("unfinished invocations of services status", counted, scheduled)
        try measureInvocations(newest, scheduled: scheduled, completed: completed)
        BenchProgram.say(
            """
            \(status.deployments) deployments, \(scheduled) scheduled and \(completed) completed invocations
            one request each: middle and slowest of \(Self.runs)
            \(table.text)
            """
        )
    }

    private mutating func measureInvocations(
        _ newest: String,
        scheduled: Int,
        completed: Int
    ) throws(BenchError) {
        let unfinished = InvocationStatus.allCases.filter { $0 != .completed }
        let listed = try time(
            "invocations list",
            ListInvocations.self,
            ListInvocations.Parameters(statuses: unfinished)
        )
        let filters: [(String, ListInvocations.Parameters)] = [
            ("--all", .init()), ("--service", .init(statuses: unfinished, service: Self.service)),
            ("--all --handler", .init(handler: "steps")), ("--status completed", .init(statuses: [.completed])),
            ("--status completed --deployment", .init(statuses: [.completed], deploymentId: newest)),
            ("--status paused (none)", .init(statuses: [.paused])),
            ("--zombie (none)", .init(statuses: unfinished, isZombie: true)),
        ]
        for (name, parameters) in filters {
            _ = try time("invocations list \(name)", ListInvocations.self, parameters)
        }
        let done = try line.ask(ListInvocations.self, ListInvocations.Parameters(statuses: [.completed], limit: 1))
        for id in (listed.invocations.prefix(1) + done.invocations).map(\.id) {
            _ = try time("invocations describe", DescribeInvocation.self, IdentifierParameters(id: id))
        }
        let count = try time(
            "sql, a count by status",
            RunQuery.self,
            RunQuery.Parameters(sql: "SELECT status, COUNT(*) FROM sys_invocation GROUP BY status ORDER BY status")
        )
        let expected: [[JSONValue]] = [
            [.string("completed"), .integer(Int64(completed))], [.string("scheduled"), .integer(Int64(scheduled))],
        ]
        guard count.rows == expected else { throw .failed("SQL counts \(count.rows), not \(expected)") }
        _ = try time(
            "invocations cancel --service --dry-run",
            OperateInvocations.self,
            Self.count(of: Self.service)
        )
    }

    private static func count(of service: String) -> OperateInvocations.Parameters {
        var parameters = OperateInvocations.Parameters(operation: .cancel)
        var selection = InvocationSelection()
        selection.services = [service]
        parameters.filter = selection
        parameters.dryRun = true
        return parameters
    }

    private mutating func time<Operation: ControlOperation>(
        _ name: String,
        _ operation: Operation.Type,
        _ parameters: Operation.Parameters
    ) throws(BenchError) -> Operation.Result {
        // The first one may start a worker.
        var result = try line.ask(operation, parameters)
        let times = try Times(Self.runs) { () throws(BenchError) in result = try line.ask(operation, parameters) }
        table.add([name, Table.fixed(times.middle, 1), Table.fixed(times.slowest, 1)])
        return result
    }

    private func check(_ what: String, _ found: Int, _ expected: Int) throws(BenchError) {
        guard found == expected else { throw .failed("\(what): \(found), not \(expected)") }
    }
}
