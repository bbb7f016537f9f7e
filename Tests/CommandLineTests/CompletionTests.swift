import CommandLine
import ControlProtocol
import Synchronization
import Testing

/// What shells and packagers get from the command table.
@Suite struct CompletionTests {
    private static func candidates(_ words: [String], socket: String = "/nonexistent") -> [String] {
        ClientRun(words: ["complete", "--"] + words, socket: socket).output.split(separator: "\n").map(String.init)
    }

    @Test func `words and options are completed`() {
        #expect(Self.candidates(["dep"]) == ["deployments"])
        #expect(Self.candidates(["services", ""]) == ["config", "describe", "list", "openapi", "status"])
        #expect(Self.candidates(["services", "config", "e"]) == ["edit"])
        #expect(Self.candidates(["deployments", "prune", "--d"]) == ["--dry-run"])
        #expect(Self.candidates(["invocations", "list", "--status", "p"]) == ["paused", "pending"])
        #expect(Self.candidates(["completion", ""]) == ["bash", "fish", "zsh"])
        #expect(Self.candidates(["help", "state", "p"]) == ["patch"])
        #expect(!Self.candidates([""]).contains("complete"))
        #expect(Self.candidates(["nothing", ""]) == [])
    }

    @Test func `ids come from the daemon, and no daemon is no error`() throws {
        let row = DeploymentSummary(
            id: "dp_1",
            uri: "http://a/",
            status: .drained,
            type: .bidiStream,
            unfinishedInvocations: 0,
            createdAt: ControlTime(milliseconds: 0),
            services: []
        )
        let daemon = try FakeDaemon(result: ListDeployments.Result(deployments: [row]))
        defer { daemon.stop() }
        for words in [["deployments", "describe", ""], ["deployments", "wait", "--timeout", "3s", "dp"]] {
            #expect(Self.candidates(words, socket: daemon.path) == ["dp_1"])
            #expect(Self.candidates(words) == [])
        }
        #expect(Self.candidates(["invocations", "list", "--deployment", ""], socket: daemon.path) == ["dp_1"])
        let places = ["invocations", "resume", "--on", ""]
        #expect(Self.candidates(places, socket: daemon.path) == ["dp_1", "keep", "latest"])
        #expect(Self.candidates(places) == ["keep", "latest"])
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `there is a script for each shell`(shell: String) {
        let run = ClientRun("completion", shell)
        #expect(run.exitCode == .done)
        #expect(run.output.contains("perdure complete -- "))
    }

    @Test func `the manual has a page for each group, in which nothing is taken for a request`() {
        let files = Mutex<[String: String]>([:])
        let run = ClientRun("manual", "/man") {
            $0.writeFile = { path, text in
                files.withLock { $0[path] = text }
                return nil
            }
        }
        #expect(run.exitCode == .done)
        let pages = files.withLock { $0 }
        let groups = Set(CommandTable.commands.filter { $0.words.count > 1 }.map { "/man/perdure-\($0.words[0]).1" })
        #expect(Set(pages.keys) == groups.union(["/man/perdure.1"]))
        let requests = ["TH", "SH", "TP", "B", "BR", "PP", "nf", "fi", "RS", "RE", "br"]
        for (path, text) in pages {
            for line in text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
                #expect(requests.contains(String(line.dropFirst().prefix { $0 != " " })), "\(path): \(line)")
            }
            #expect(text.hasPrefix(".TH PERDURE"))
        }
    }

    @Test func `rows are written as CSV`() throws {
        let marked = "m\"\u{301}"
        let rows: [[JSONValue]] = [
            [.string("a,b"), .null], [.string("\"q\""), .integer(1)], [.string(marked), .null],
        ]
        let columns = [QueryColumn(name: "x"), QueryColumn(name: "y")]
        let daemon = try FakeDaemon(result: RunQuery.Result(columns: columns, rows: rows, isTruncated: false))
        defer { daemon.stop() }
        let csv = ClientRun("sql", "SELECT 1", "--format", "csv", socket: daemon.path)
        #expect(csv.output == "x,y\n\"a,b\",\n\"\"\"q\"\"\",1\n\"m\"\"\u{301}\",\n")
        let json = ClientRun("sql", "SELECT 1", "--format", "json", socket: daemon.path)
        #expect(try ControlCodec.decode(RunQuery.Result.self, from: Array(json.output.utf8)).rows == rows)
    }

    @Test func `settings are sent as they are given`() throws {
        let service = ServiceDetails(
            name: "G",
            revision: 1,
            flavor: .service,
            deploymentType: .bidiStream,
            deploymentId: "dp_1",
            handlers: []
        )
        let daemon = try FakeDaemon(result: service)
        defer { daemon.stop() }
        let run = ClientRun(
            words: [
                "services", "config", "set", "G", "--visibility", "private", "--abort-timeout", "90s",
                "--retry-factor", "1.5", "--retry-max-attempts", "3", "--retry-on-max-attempts", "kill",
            ],
            socket: daemon.path
        )
        #expect(run.exitCode == .done)
        var expected = ServiceSettings()
        expected.isPublic = false
        expected.abortTimeoutMilliseconds = 90_000
        var policy = RetrySettings()
        policy.factor = 1.5
        policy.maxAttempts = 3
        policy.onMaxAttempts = .kill
        expected.retryPolicy = policy
        let sent = try daemon.requests.last?.parameters(ConfigureService.Parameters.self)
        #expect(sent == ConfigureService.Parameters(name: "G", settings: expected))
    }
}
