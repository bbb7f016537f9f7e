import CommandLine
import ControlProtocol
import Testing

/// `perdure deployments register`: what is shown, what is asked, and what is sent.
@Suite struct RegisterCommandTests {
    private static let deployment = DeploymentDetails(
        id: "dp_1a",
        uri: "http://localhost:9080/",
        status: .active,
        type: .bidiStream,
        httpVersion: "HTTP/2.0",
        minProtocolVersion: 5,
        maxProtocolVersion: 7,
        unfinishedInvocations: 0,
        createdAt: ControlTime(milliseconds: 0),
        services: [
            ServiceDetails(
                name: "Greeter",
                revision: 2,
                flavor: .service,
                deploymentType: .bidiStream,
                deploymentId: "dp_1a",
                handlers: [HandlerDetails(name: "greet", input: "none", output: "none")]
            )
        ]
    )

    private static var changed: ServiceChange {
        var change = ServiceChange(service: "Greeter", kind: .changed)
        change.changes = [AspectChange(aspect: "visibility", before: "public", after: "private")]
        change.handlersAdded = ["wave"]
        change.handlersChanged = [HandlerChange(handler: "greet", changes: [AspectChange(aspect: "input")])]
        change.isBreaking = true
        return change
    }

    private static func result(
        _ outcome: RegisterDeployment.Outcome,
        _ differences: [ServiceChange] = []
    ) -> RegisterDeployment.Result {
        RegisterDeployment.Result(outcome: outcome, deployment: deployment, differences: differences)
    }

    private static func asked(_ daemon: FakeDaemon) throws -> [RegisterDeployment.Parameters] {
        try daemon.requests.dropFirst().map { try $0.parameters(RegisterDeployment.Parameters.self) }
    }

    private static func register(_ daemon: FakeDaemon, terminal: Bool, typing line: String?) -> ClientRun {
        ClientRun(
            "deployments",
            "register",
            "http://localhost:9080",
            socket: daemon.path,
            environment: ["NO_COLOR": "1"],
            terminal: terminal,
            typing: line
        )
    }

    @Test func `what concerns no caller is registered without a question`() throws {
        let daemon = try FakeDaemon(result: Self.result(.created, [ServiceChange(service: "Greeter", kind: .added)]))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "register", "http://localhost:9080", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(run.error == "")
        #expect(
            run.output == """
                Registered http://localhost:9080/ as dp_1a.
                SERVICE  REVISION  FLAVOR   HANDLERS
                Greeter  2         Service  greet

                """
        )
        #expect(try Self.asked(daemon).map(\.dryRun) == [true, false])
    }

    @Test(arguments: [
        (terminal: true, line: "y" as String?, exitCode: ExitCode.done, requests: [true, false]),
        (terminal: true, line: "n", exitCode: .failed, requests: [true]),
        (terminal: false, line: "y", exitCode: .usage, requests: [true]),
    ])
    func `changes are shown and asked about`(
        terminal: Bool,
        line: String?,
        exitCode: ExitCode,
        requests: [Bool]
    ) throws {
        let daemon = try FakeDaemon(result: Self.result(.created, [Self.changed]))
        defer { daemon.stop() }
        let run = Self.register(daemon, terminal: terminal, typing: line)
        #expect(run.exitCode == exitCode)
        #expect(
            run.error.hasPrefix(
                """
                Greeter: changed, breaks callers
                  ~  service  visibility: public -> private
                  +  wave     added
                  ~  greet    input

                """
            )
        )
        #expect(try Self.asked(daemon).map(\.dryRun) == requests)
    }

    @Test func `a new version that looks the same is asked about too`() throws {
        let daemon = try FakeDaemon(result: Self.result(.created))
        defer { daemon.stop() }
        let run = Self.register(daemon, terminal: true, typing: "n")
        #expect(run.exitCode == .failed)
        #expect(run.error.hasPrefix("Nothing that callers see changes. New calls go to it: Greeter (revision 2).\n"))
        #expect(try Self.asked(daemon).map(\.dryRun) == [true])
    }

    @Test(arguments: [
        (typed: "localhost:9080", asked: "http://localhost:9080"), ("127.0.0.1:9080/v2", "http://127.0.0.1:9080/v2"),
        ("https://a", "https://a"), ("unix:/run/a.sock", "unix:/run/a.sock"), ("/run/a.sock", "/run/a.sock"),
    ])
    func `an address without a scheme is one of plain HTTP`(typed: String, asked: String) throws {
        let daemon = try FakeDaemon(result: Self.result(.created, []))
        defer { daemon.stop() }
        _ = ClientRun("deployments", "register", typed, "--yes", socket: daemon.path)
        _ = ClientRun("deployments", "update", "dp_1", "--uri", typed, "--yes", socket: daemon.path)
        let requests = daemon.requests
        let registered = try requests.filter { $0.method == ControlMethod.deploymentsRegister.rawValue }
            .map { try $0.parameters(RegisterDeployment.Parameters.self).uri }
        let updated = try requests.filter { $0.method == ControlMethod.deploymentsUpdate.rawValue }
            .map { try $0.parameters(UpdateDeployment.Parameters.self).uri }
        #expect(registered == [asked] && updated == [asked])
    }

    @Test func `consent in advance takes one request`() throws {
        let daemon = try FakeDaemon(result: Self.result(.overwritten, [Self.changed]))
        defer { daemon.stop() }
        let run = ClientRun(
            "deployments",
            "register",
            "http://a",
            "--yes",
            "--force",
            "--breaking",
            "--extra-header",
            "authorization: Bearer a=b",
            "--extra-header=x-b=c:d",
            "--metadata",
            "team=letters",
            "--metadata",
            "git.commit=mine",
            socket: daemon.path,
            environment: ["GITHUB_SHA": "abc", "CI_PIPELINE_ID": "7"]
        )
        #expect(run.exitCode == .done)
        let asked = try Self.asked(daemon)
        #expect(asked.count == 1)
        #expect(
            asked.first
                == RegisterDeployment.Parameters(
                    uri: "http://a",
                    force: true,
                    breaking: true,
                    additionalHeaders: ["authorization": "Bearer a=b", "x-b": "c:d"],
                    metadata: ["team": "letters", "git.commit": "mine", "ci.run": "7"]
                )
        )
    }

    @Test func `a dry run changes nothing and asks nothing`() throws {
        let daemon = try FakeDaemon(result: Self.result(.overwritten, [Self.changed]))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "register", "http://a", "--dry-run", "--force", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(
            run.output.hasPrefix("dp_1a can be overwritten with what is at http://localhost:9080/; nothing was done.\n")
        )
        #expect(run.output.contains("\nGreeter: changed, breaks callers\n"))
        #expect(try Self.asked(daemon).map(\.dryRun) == [true])
    }

    @Test func `the commit of the directory is remembered`() throws {
        let commit = String(repeating: "0a", count: 20)
        let files: [(name: String, files: [String: String], expected: String?)] = [
            ("head", ["/a/.git/HEAD": commit + "\n"], commit),
            ("branch", ["/a/.git/HEAD": "ref: refs/heads/main\n", "/a/.git/refs/heads/main": commit], commit),
            (
                "packed",
                ["/a/.git/HEAD": "ref: refs/heads/main\n", "/a/.git/packed-refs": "# x\n\(commit) refs/heads/main\n"],
                commit
            ),
            ("escape", ["/a/.git/HEAD": "ref: ../../secret\n", "/a/.git/../../secret": commit], nil),
            ("text", ["/a/.git/HEAD": "a password"], nil),
            ("none", [:], nil),
        ]
        for (name, files, expected) in files {
            let daemon = try FakeDaemon(result: Self.result(.created))
            defer { daemon.stop() }
            _ = ClientRun("deployments", "register", "http://a", "--yes", socket: daemon.path) {
                $0.currentDirectory = "/a/b/c"
                $0.readFile = { files[$0] }
            }
            #expect(try Self.asked(daemon).first?.metadata["git.commit"] == expected, "\(name)")
        }
    }

    @Test(arguments: ["--extra-header=novalue", "--metadata==x", "--metadata=a"])
    func `a pair without its parts is refused`(option: String) {
        let run = ClientRun("deployments", "register", "http://a", option, socket: "/nonexistent")
        #expect(run.exitCode == .usage)
    }
}
