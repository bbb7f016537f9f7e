import CommandLine
import ControlProtocol
import Testing

/// The whole client against a daemon on a real socket.
@Suite struct ClientCommandTests {
    private static let time = ControlTime(milliseconds: 1_767_323_045_678)
    private static let greeter = ServiceDetails(
        name: "Greeter",
        revision: 2,
        flavor: .virtualObject,
        deploymentType: .bidiStream,
        deploymentId: "dp_1a",
        handlers: [
            HandlerDetails(name: "greet", type: "Exclusive", input: "JSON string", output: "JSON string"),
            HandlerDetails(name: "peek", type: "Shared", isPublic: false, input: "none", output: "*/*"),
        ]
    )
    private static let deployment = DeploymentDetails(
        id: "dp_1a",
        uri: "http://localhost:9080/",
        status: .draining,
        type: .bidiStream,
        httpVersion: "HTTP/2.0",
        minProtocolVersion: 5,
        maxProtocolVersion: 7,
        sdkVersion: "restate-sdk-python/1.3.0",
        unfinishedInvocations: 3,
        createdAt: time,
        metadata: ["commit": "abc"],
        services: [greeter]
    )

    private static func run<Result: Encodable & Sendable>(
        _ arguments: String...,
        result: Result,
        method: ControlMethod,
        expecting output: String
    ) throws {
        let daemon = try FakeDaemon(result: result)
        defer { daemon.stop() }
        let run =
            switch arguments.count {
            case 1: ClientRun(arguments[0], socket: daemon.path)
            case 2: ClientRun(arguments[0], arguments[1], socket: daemon.path)
            default: ClientRun(arguments[0], arguments[1], arguments[2], socket: daemon.path)
            }
        #expect(run.exitCode == .done)
        #expect(run.output == output)
        #expect(run.error == "")
        #expect(daemon.requests.map(\.method) == ["hello", method.rawValue])
    }

    // MARK: What people see

    @Test func `services list`() throws {
        let rows = [
            ServiceSummary(
                name: "Counter",
                revision: 12,
                flavor: .virtualObject,
                isPublic: true,
                handlers: 2,
                deploymentType: .requestResponse,
                deploymentId: "dp_1b"
            ),
            ServiceSummary(
                name: "Greeter",
                revision: 1,
                flavor: .service,
                isPublic: true,
                handlers: 1,
                deploymentType: .bidiStream,
                deploymentId: "dp_1a"
            ),
        ]
        try Self.run(
            "services",
            "list",
            result: ListServices.Result(services: rows),
            method: .servicesList,
            expecting: """
                NAME     REVISION  FLAVOR         DEPLOYMENT TYPE  DEPLOYMENT ID
                Counter  12        VirtualObject  RequestResponse  dp_1b
                Greeter  1         Service        BidiStream       dp_1a

                """
        )
    }

    @Test func `services describe`() throws {
        var service = Self.greeter
        service.abortTimeoutMilliseconds = 90_000
        try Self.run(
            "services",
            "describe",
            "Greeter",
            result: service,
            method: .servicesDescribe,
            expecting: """
                Name           Greeter
                Revision       2
                Flavor         VirtualObject
                Visibility     public
                Deployment     dp_1a, BidiStream
                Abort timeout  1m 30s

                Handlers
                HANDLER  TYPE       VISIBILITY  INPUT        OUTPUT
                greet    Exclusive  public      JSON string  JSON string
                peek     Shared     private     none         */*

                """
        )
    }

    @Test func `deployments list`() throws {
        let row = DeploymentSummary(
            id: "dp_1a",
            uri: "http://a/",
            status: .active,
            type: .bidiStream,
            unfinishedInvocations: 0,
            createdAt: Self.time,
            services: [ServiceRevision(name: "A", revision: 1), ServiceRevision(name: "B", revision: 4)]
        )
        try Self.run(
            "deployments",
            "list",
            result: ListDeployments.Result(deployments: [row]),
            method: .deploymentsList,
            expecting: """
                ID     STATUS  TYPE        URI        SERVICES  UNFINISHED  CREATED
                dp_1a  active  BidiStream  http://a/  A@1,B@4   0           2026-01-02 03:04:05Z

                """
        )
    }

    @Test("known fault 43: a list of deployments is one question, however many there are")
    func deploymentsAreListedAtOnce() throws {
        let rows = (1...304).map { number in
            DeploymentSummary(
                id: "dp_\(number)",
                uri: "http://h:\(number)/",
                status: .drained,
                type: .bidiStream,
                unfinishedInvocations: 0,
                createdAt: Self.time,
                services: []
            )
        }
        let daemon = try FakeDaemon(result: ListDeployments.Result(deployments: rows))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "list", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(run.output.split(separator: "\n").count == 305)
        #expect(daemon.requests.map(\.method) == ["hello", ControlMethod.deploymentsList.rawValue])
    }

    @Test func `deployments describe`() throws {
        try Self.run(
            "deployments",
            "describe",
            "dp_1a",
            result: Self.deployment,
            method: .deploymentsDescribe,
            expecting: """
                ID                      dp_1a
                URI                     http://localhost:9080/
                Status                  draining
                Type                    BidiStream, HTTP/2.0
                Protocol versions       5 to 7
                SDK                     restate-sdk-python/1.3.0
                Created                 2026-01-02 03:04:05Z
                Unfinished invocations  3

                Metadata
                commit  abc

                Greeter, revision 2, VirtualObject
                HANDLER  TYPE       VISIBILITY  INPUT        OUTPUT
                greet    Exclusive  public      JSON string  JSON string
                peek     Shared     private     none         */*

                """
        )
    }

    @Test func `deployments remove`() throws {
        try Self.run(
            "deployments",
            "remove",
            "dp_1a",
            result: RemoveDeployment.Result(id: "dp_1a", orphanedInvocations: 2),
            method: .deploymentsRemove,
            expecting: """
                Removed dp_1a.
                Invocations that need it and cannot go on: 2

                """
        )
    }

    @Test func `invocations list`() throws {
        var failing = InvocationSummary(id: "inv_1", target: "G/a/greet", status: .backingOff, createdAt: Self.time)
        failing.retryCount = 3
        failing.lastFailure = "no\u{1B}[2J route\nat line 1"
        failing.deploymentId = "dp_1a"
        var failed = InvocationSummary(id: "inv_22", target: "G/b", status: .completed, createdAt: Self.time)
        failed.completionResult = "failure"
        try Self.run(
            "invocations",
            "list",
            "--all",
            result: ListInvocations.Result(invocations: [failing, failed], isTruncated: false),
            method: .invocationsList,
            expecting: #"""
                ID      TARGET     STATUS               CREATED               ATTEMPTS  DEPLOYMENT ID  LAST FAILURE
                inv_1   G/a/greet  backing-off          2026-01-02 03:04:05Z  3         dp_1a          no\u{1B}[2J route…
                inv_22  G/b        completed (failure)  2026-01-02 03:04:05Z  -         -              -

                """#
        )
    }

    @Test func `invocations describe`() throws {
        var invocation = InvocationDetails(
            id: "inv_1",
            target: "G/a/greet",
            service: "G",
            key: "a",
            handler: "greet",
            flavor: .virtualObject,
            status: .suspended,
            createdAt: Self.time,
            journalSize: 2,
            journal: [
                JournalEntrySummary(index: 0, type: "Command: Input"),
                JournalEntrySummary(
                    index: 1,
                    type: "Command: Sleep",
                    name: "nap",
                    detail: "until 2026-01-02T03:04:05.678Z",
                    isCompleted: false,
                    appendedAt: Self.time
                ),
            ]
        )
        invocation.deploymentId = "dp_1a"
        invocation.lastFailure = "boom\n    at a.ts:1\n    at b.ts:2\n"
        invocation.lastFailureErrorCode = "500"
        invocation.lastFailureEntry = "entry 1 (command 1), Sleep 'nap'"
        invocation.waitsFor = "Sleep 'nap' (entry 1)"
        try Self.run(
            "invocations",
            "describe",
            "inv_1",
            result: invocation,
            method: .invocationsDescribe,
            expecting: """
                ID            inv_1
                Target        G/a/greet
                Flavor        VirtualObject
                Status        suspended
                Deployment    dp_1a
                Created       2026-01-02 03:04:05Z
                Waits for     Sleep 'nap' (entry 1)
                Last failure  [500] boom
                                  at a.ts:1
                                  at b.ts:2
                Failed at     entry 1 (command 1), Sleep 'nap'

                Journal
                INDEX  ENTRY           NAME  DETAIL                          STATE    APPENDED
                0      Command: Input  -     -                               -        -
                1      Command: Sleep  nap   until 2026-01-02T03:04:05.678Z  waiting  2026-01-02 03:04:05Z

                """
        )
    }

    @Test func `status`() throws {
        let status = GetStatus.Result(
            state: .serving,
            programVersion: "9.9",
            processId: 7,
            startedAt: Self.time,
            dataDirectory: "/var/lib/perdure",
            ingressAddress: "127.0.0.1:8080",
            deployments: 1,
            services: 2,
            invocations: [.running: 3, .suspended: 1],
            warnings: ["the disk is nearly full"]
        )
        try Self.run(
            "status",
            result: status,
            method: .status,
            expecting: """
                State        serving
                Version      9.9
                Process      7
                Started      2026-01-02 03:04:05Z
                Data         /var/lib/perdure
                Ingress      127.0.0.1:8080
                Deployments  1
                Services     2
                Invocations  3 running, 1 suspended
                ! the disk is nearly full

                """
        )
    }

    @Test func `sql`() throws {
        let result = RunQuery.Result(
            columns: [QueryColumn(name: "id"), QueryColumn(name: "n")],
            rows: [[.string("inv_1"), .integer(1)], [.null, .array([.integer(2)])]],
            isTruncated: false
        )
        try Self.run(
            "sql",
            "SELECT 1",
            result: result,
            method: .sqlQuery,
            expecting: """
                id     n
                inv_1  1
                NULL   [2]

                """
        )
    }

    // MARK: What programs see

    @Test func `JSON is the result as the daemon gave it`() throws {
        let result = ListDeployments.Result(deployments: [])
        let daemon = try FakeDaemon(result: result)
        defer { daemon.stop() }
        let run = ClientRun("deployments", "list", "--json", socket: daemon.path, terminal: true)
        let decoded = try ControlCodec.decode(ListDeployments.Result.self, from: Array(run.output.utf8))
        #expect(decoded == result)
        #expect(run.error == "")
    }

    @Test func `an empty list leaves a pipe empty and tells a person what to do`() throws {
        let daemon = try FakeDaemon(result: ListDeployments.Result(deployments: []))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "list", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(run.output == "")
        #expect(run.error == "There are no deployments. Register one: perdure deployments register URL\n")
    }

    @Test func `a refusal is JSON for programs`() throws {
        let daemon = try FakeDaemon(error: ControlError(.deploymentNotFound, "there is no deployment dp_\u{9B}"))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "describe", "dp_1", "--json", socket: daemon.path)
        #expect(run.exitCode == .failed)
        #expect(run.output == "")
        #expect(run.error.contains(#""name" : "deployment-not-found""#))
        #expect(run.error.contains(#"dp_\u009b"#))
    }

    // MARK: Colours and terminals

    @Test(
        arguments: [
            ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
            (["TERM": "dumb"], true, false),
        ] as [([String: String], Bool, Bool)]
    )
    func `there are colours on a terminal that wants them`(
        environment: [String: String],
        terminal: Bool,
        colours: Bool
    ) throws {
        let daemon = try FakeDaemon(result: Self.deployment)
        defer { daemon.stop() }
        let run = ClientRun(
            "deployments",
            "describe",
            "dp_1a",
            socket: daemon.path,
            environment: environment,
            terminal: terminal
        )
        #expect(run.output.contains("\u{1B}[") == colours)
    }

    @Test(
        arguments: [("y", ExitCode.done, 2), ("YES", .done, 2), ("n", .failed, 0), (nil, .failed, 0)]
            as [(String?, ExitCode, Int)]
    )
    func `force is asked about at a terminal`(line: String?, exitCode: ExitCode, requests: Int) throws {
        let daemon = try FakeDaemon(result: RemoveDeployment.Result(id: "dp_1", orphanedInvocations: 0))
        defer { daemon.stop() }
        let run = ClientRun(
            "deployments",
            "remove",
            "dp_1",
            "--force",
            socket: daemon.path,
            terminal: true,
            typing: line
        )
        #expect(run.exitCode == exitCode)
        #expect(daemon.requests.count == requests)
        let script = ClientRun("deployments", "remove", "dp_1", "--force", socket: daemon.path)
        #expect(script.exitCode == .usage)
        let sure = ClientRun("deployments", "remove", "dp_1", "--force", "--yes", socket: daemon.path, terminal: true)
        #expect(sure.exitCode == .done)
    }
}
