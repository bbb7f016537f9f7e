import CommandLine
import ControlProtocol
import Synchronization
import Testing

/// Waiting for deployments, removing many, and what is known of them.
@Suite struct DeploymentLifeTests {
    private static let time = ControlTime(milliseconds: 1_767_323_045_678)

    private static func report(_ status: DeploymentStatus, _ count: Int) -> DrainReport {
        let work = WorkReport(service: "G", handler: "greet", status: .suspended, count: count, isPinned: true)
        return DrainReport(status: status, serving: [], unfinishedInvocations: count, work: count == 0 ? [] : [work])
    }

    private static func daemon(_ reports: [DrainReport], isDrained: Bool) throws -> FakeDaemon {
        try FakeDaemon(version: ProgramVersion.current) { request in
            guard let id = request.id, let last = reports.last else { return .close }
            let told = reports.map { (try? ControlCodec.notification(method: DrainReport.method, $0)) ?? [] }
            let result = WaitDeployment.Result(id: "dp_1", isDrained: isDrained, progress: last)
            return .bytes(told.joined() + ControlCodec.response(id: id, result: result))
        }
    }

    @Test func `a wait shows how far it is and ends well`() throws {
        let daemon = try Self.daemon(
            [Self.report(.draining, 4), Self.report(.draining, 1), Self.report(.drained, 0)],
            isDrained: true
        )
        defer { daemon.stop() }
        let run = ClientRun(
            "deployments",
            "wait",
            "dp_1",
            "--for",
            "drained",
            "--timeout",
            "1m 30s",
            socket: daemon.path
        )
        #expect(run.exitCode == .done)
        #expect(run.output == "dp_1 is drained.\n")
        #expect(
            run.error == """
                draining: 4 unfinished invocations need it
                draining: 1 unfinished invocations need it

                """
        )
        let asked = try daemon.requests.dropFirst().map { try $0.parameters(WaitDeployment.Parameters.self) }
        #expect(asked == [WaitDeployment.Parameters(id: "dp_1", timeoutMilliseconds: 90_000)])
        let watched = ClientRun("deployments", "wait", "dp_1", socket: daemon.path, terminal: true)
        #expect(watched.error.contains("\r\u{1B}[K[######################........] 3/4 draining"))
    }

    @Test func `a wait that is over too early fails and says what is left`() throws {
        let daemon = try Self.daemon([Self.report(.draining, 2)], isDrained: false)
        defer { daemon.stop() }
        let run = ClientRun("deployments", "wait", "dp_1", "--timeout", "1ms", socket: daemon.path)
        #expect(run.exitCode == .failed)
        #expect(run.output.contains("G        greet    suspended  2      pinned"))
        let json = ClientRun("deployments", "wait", "dp_1", "--timeout", "1ms", "--json", socket: daemon.path)
        #expect(json.exitCode == .failed)
        #expect(json.error == "")
    }

    /// The first connection ends without an answer; the next one gets the result.
    private static func restartingDaemon() throws -> FakeDaemon {
        let waits = Mutex(0)
        return try FakeDaemon(version: ProgramVersion.current) { request in
            guard let id = request.id else { return .close }
            let isFirst = waits.withLock {
                $0 += 1
                return $0 == 1
            }
            let told = (try? ControlCodec.notification(method: DrainReport.method, report(.draining, 1))) ?? []
            if isFirst { return .last(told) }
            let result = WaitDeployment.Result(id: "dp_1", isDrained: true, progress: report(.drained, 0))
            return .bytes(told + ControlCodec.response(id: id, result: result))
        }
    }

    @Test func `a wait outlives a restart of the daemon`() throws {
        let daemon = try Self.restartingDaemon()
        defer { daemon.stop() }
        let run = ClientRun("deployments", "wait", "dp_1", "--timeout", "1h", socket: daemon.path) {
            $0.sleep = { _ in true }
        }
        #expect(run.exitCode == .done)
        #expect(run.output == "dp_1 is drained.\n")
        #expect(run.error.contains("the daemon went away; waiting for it\n"))
        let asked = try daemon.requests.filter { $0.method != "hello" }
            .map { try $0.parameters(WaitDeployment.Parameters.self).timeoutMilliseconds ?? 0 }
        #expect(asked.count == 2 && asked[0] == 3_600_000 && asked[1] <= asked[0] && asked[1] > 0)
    }

    @Test func `a wait for a daemon that stays away ends as the daemon's absence`() throws {
        let daemon = try Self.restartingDaemon()
        var sleeps = 0
        let run = ClientRun("deployments", "wait", "dp_1", "--json", socket: daemon.path) {
            $0.sleep = { _ in
                if sleeps == 0 { daemon.stop() }
                sleeps += 1
                return sleeps < 3
            }
        }
        #expect(run.exitCode == .unreachable)
        #expect(sleeps == 3)
        #expect(try JSONErrors.name(of: run) == "unreachable")
    }

    @Test func `drained deployments go together, after a question`() throws {
        let gone = PrunedDeployment(id: "dp_1", uri: "http://a/", createdAt: Self.time, services: [])
        let daemon = try FakeDaemon(result: PruneDeployments.Result(deployments: [gone], isDryRun: false))
        defer { daemon.stop() }
        func asked() throws -> [PruneDeployments.Parameters] {
            try daemon.requests.filter { $0.method != "hello" }
                .map { try $0.parameters(PruneDeployments.Parameters.self) }
        }
        let script = ClientRun("deployments", "prune", "--older-than", "2d", socket: daemon.path)
        #expect(script.exitCode == .usage)
        #expect(try asked() == [PruneDeployments.Parameters(olderThanMilliseconds: 172_800_000, dryRun: true)])
        let sure = ClientRun("deployments", "prune", "--yes", socket: daemon.path)
        #expect(sure.exitCode == .done)
        #expect(sure.output.contains("dp_1"))
        #expect(try asked().last == PruneDeployments.Parameters(dryRun: false))
    }

    @Test func `the history says who did what`() throws {
        var entry = DeploymentHistoryEntry(
            at: Self.time,
            act: "updated",
            isForced: false,
            actor: "uid 1000",
            services: [.init(service: "G", before: 1, after: 2)]
        )
        entry.uriBefore = "http://a/"
        entry.uriAfter = "http://b/"
        entry.detailsBefore = .object(["metadata": .object([:]), "sdk_version": .null])
        entry.detailsAfter = .object(["metadata": .object(["a": .string("b")]), "sdk_version": .null])
        let daemon = try FakeDaemon(result: DeploymentHistory.Result(id: "dp_1", entries: [entry]))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "history", "dp_1", socket: daemon.path)
        #expect(
            run.output == """
                AT                    ACT      BY        URI                     SERVICES   ELSE
                2026-01-02 03:04:05Z  updated  uid 1000  http://a/ -> http://b/  G@1 -> @2  metadata

                """
        )
    }

    @Test func `the history says which settings were configured`() throws {
        var entry = DeploymentHistoryEntry(
            at: Self.time,
            act: "configured",
            isForced: false,
            actor: "uid 0",
            services: [.init(service: "G", before: 1, after: 1)]
        )
        entry.detailsBefore = .object(["services": .object(["G": .object(["abort_timeout_ms": .integer(1_000)])])])
        entry.detailsAfter = .object([
            "services": .object(["G": .object(["abort_timeout_ms": .integer(2_000), "public": .bool(false)])])
        ])
        let daemon = try FakeDaemon(result: DeploymentHistory.Result(id: "dp_1", entries: [entry]))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "history", "dp_1", socket: daemon.path)
        #expect(run.output.contains("G.abort_timeout_ms 1000 -> 2000, G.public - -> false\n"))
    }

    @Test func `times are local unless UTC is asked for`() throws {
        let row = DeploymentSummary(
            id: "dp_1",
            uri: "http://a/",
            status: .drained,
            type: .bidiStream,
            unfinishedInvocations: 0,
            createdAt: Self.time,
            services: []
        )
        let daemon = try FakeDaemon(result: ListDeployments.Result(deployments: [row]))
        defer { daemon.stop() }
        func shown(_ words: String..., offset: Int) -> String {
            ClientRun(words: ["deployments", "list"] + words, socket: daemon.path) {
                $0.localTime = TimeText { _ in offset }
            }.output
        }
        #expect(shown(offset: 5 * 3_600 + 1_800).contains("2026-01-02 08:34:05+05:30"))
        #expect(shown(offset: -3_600 * 4).contains("2026-01-01 23:04:05-04:00"))
        #expect(shown("--utc", offset: 3_600).contains("2026-01-02 03:04:05Z"))
    }

    @Test func `what is watched is asked for again`() throws {
        let daemon = try FakeDaemon(result: ListDeployments.Result(deployments: []))
        defer { daemon.stop() }
        var rounds = 0
        let run = ClientRun("deployments", "list", "--drained", "--watch", socket: daemon.path) {
            $0.sleep = { _ in
                rounds += 1
                return rounds < 3
            }
        }
        #expect(run.exitCode == .done)
        #expect(daemon.requests.filter { $0.method == ControlMethod.deploymentsList.rawValue }.count == 3)
        #expect(!run.output.contains("\u{1B}"))
    }
}
