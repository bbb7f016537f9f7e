import CommandLine
import ControlProtocol
import Testing

/// The verbs on invocations, one by one and in bulk.
@Suite struct OperationCommandTests {
    private static func result(
        matched: Int,
        refused: [String] = [],
        isDryRun: Bool = false
    ) -> OperateInvocations.Result {
        var result = OperateInvocations.Result(isDryRun: isDryRun)
        result.matched = matched
        guard !isDryRun else { return result }
        result.succeeded = matched - refused.count
        result.refused = refused.count
        result.refusals = refused.map {
            OperateInvocations.Refusal(id: $0, error: ControlError(.invocationState, "\($0) is not there yet"))
        }
        return result
    }

    /// Counts `matched`, then does it to all but `refused`, with a progress in between.
    private static func daemon(matched: Int, refused: [String] = []) throws -> FakeDaemon {
        try FakeDaemon(version: ProgramVersion.current) { request in
            guard let id = request.id, let parameters = try? request.parameters(OperateInvocations.Parameters.self)
            else { return .close }
            let result = result(matched: matched, refused: refused, isDryRun: parameters.dryRun)
            let progress = BatchProgress(matched: 1, succeeded: 1, refused: 0, cursor: "1-9")
            let notification = try? ControlCodec.notification(method: BatchProgress.method, progress)
            return .bytes((notification ?? []) + ControlCodec.response(id: id, result: result))
        }
    }

    private static func asked(_ daemon: FakeDaemon) throws -> [OperateInvocations.Parameters] {
        try daemon.requests.dropFirst().map { try $0.parameters(OperateInvocations.Parameters.self) }
    }

    @Test(arguments: [
        (line: "cancel inv_1", operation: OperationName.cancel, outcome: OperateInvocation.Outcome.cancelRequested),
        (line: "cancel inv_1", operation: .cancel, outcome: .ended),
        (line: "kill inv_1", operation: .kill, outcome: .killed),
        (line: "pause inv_1", operation: .pause, outcome: .pauseRequested),
        (line: "pause inv_1", operation: .pause, outcome: .alreadyPaused),
        (line: "resume inv_1", operation: .resume, outcome: .resumed),
        (line: "purge inv_1", operation: .purge, outcome: .purged),
        (line: "purge-journal inv_1", operation: .purgeJournal, outcome: .journalPurged),
        (line: "restart inv_1", operation: .restartAsNew, outcome: .restarted),
    ])
    func `one invocation is one request without a question`(
        line: String,
        operation: OperationName,
        outcome: OperateInvocation.Outcome
    ) throws {
        let daemon = try FakeDaemon(result: OperateInvocation.Result(id: "inv_1", outcome: outcome, newId: "inv_2"))
        defer { daemon.stop() }
        let run = ClientRun(
            words: ["invocations"] + line.split(separator: " ").map(String.init),
            socket: daemon.path
        )
        #expect(run.exitCode == .done)
        #expect(run.output.contains("inv_1"))
        #expect(run.output.contains("inv_2") == (outcome == .restarted))
        let asked = try daemon.requests.dropFirst().map { try $0.parameters(OperateInvocation.Parameters.self) }
        #expect(asked == [OperateInvocation.Parameters(operation: operation, id: "inv_1")])
    }

    @Test func `where and from which entry is said by options`() throws {
        let daemon = try FakeDaemon(result: OperateInvocation.Result(id: "inv_1", outcome: .restarted, newId: "inv_2"))
        defer { daemon.stop() }
        _ = ClientRun("invocations", "restart", "inv_1", "--from", "3", "--on", "latest", socket: daemon.path)
        let asked = try daemon.requests.dropFirst().map { try $0.parameters(OperateInvocation.Parameters.self) }
        #expect(
            asked == [
                OperateInvocation.Parameters(operation: .restartAsNew, id: "inv_1", deployment: "latest", from: 3)
            ]
        )
    }

    @Test func `all that match are counted, asked about and done at once`() throws {
        let daemon = try Self.daemon(matched: 3)
        defer { daemon.stop() }
        let run = ClientRun(
            words: [
                "invocations", "kill", "--service", "A", "--service", "B", "--handler", "h", "--deployment", "dp_1",
                "--status", "running,paused", "--status", "ready", "--zombie",
            ],
            socket: daemon.path,
            terminal: true,
            typing: "y"
        )
        #expect(run.exitCode == .done)
        #expect(run.output == "kill: 3 done, 0 refused.\n")
        #expect(run.error.contains("kill 3 invocations? [y/N] "))
        #expect(run.error.contains("[##########....................] 1/3 kill"))
        let asked = try Self.asked(daemon)
        #expect(asked.map(\.dryRun) == [true, false])
        var expected = InvocationSelection()
        expected.services = ["A", "B"]
        expected.handlers = ["h"]
        expected.deploymentIds = ["dp_1"]
        expected.statuses = [.running, .paused, .ready]
        expected.isZombie = true
        #expect(asked.allSatisfy { $0.filter == expected && $0.operation == .kill && $0.ids.isEmpty })
    }

    @Test func `nobody to ask and no consent is a wrong command line`() throws {
        let daemon = try Self.daemon(matched: 3)
        defer { daemon.stop() }
        let run = ClientRun("invocations", "purge", "--service", "A", socket: daemon.path)
        #expect(run.exitCode == .usage)
        #expect(run.error.contains("purge 3 invocations?"))
        #expect(try Self.asked(daemon).map(\.dryRun) == [true])
    }

    @Test func `each refusal is listed and fails the command`() throws {
        let daemon = try Self.daemon(matched: 3, refused: ["inv_2", "inv_3"])
        defer { daemon.stop() }
        let run = ClientRun("invocations", "pause", "--service", "A", "--yes", socket: daemon.path)
        #expect(run.exitCode == .failed)
        #expect(
            run.output == """
                pause: 1 done, 2 refused.
                REFUSED  WHY
                inv_2    inv_2 is not there yet
                inv_3    inv_3 is not there yet

                """
        )
        let json = ClientRun("invocations", "pause", "--service", "A", "--yes", "--json", socket: daemon.path)
        #expect(json.exitCode == .failed)
        #expect(try ControlCodec.decode(OperateInvocations.Result.self, from: Array(json.output.utf8)).refused == 2)
    }

    @Test func `none that match is no reason to ask`() throws {
        let daemon = try Self.daemon(matched: 0)
        defer { daemon.stop() }
        let run = ClientRun("invocations", "resume", "--status", "paused", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(run.output == "")
        #expect(run.error == "There are no such invocations.\n")
    }

    @Test func `a run that finds none is no dry run, unless it was asked for as one`() throws {
        let daemon = try Self.daemon(matched: 0)
        defer { daemon.stop() }
        func isDryRun(_ words: String...) throws -> Bool {
            let line = ["invocations", "resume", "--status", "paused", "--json"] + words
            let run = ClientRun(words: line, socket: daemon.path)
            return try ControlCodec.decode(OperateInvocations.Result.self, from: Array(run.output.utf8)).isDryRun
        }
        #expect(try isDryRun("--yes") == false)
        #expect(try isDryRun("--dry-run") == true)
    }

    @Test func `several ids are one request`() throws {
        let daemon = try Self.daemon(matched: 2)
        defer { daemon.stop() }
        let run = ClientRun("invocations", "cancel", "inv_1", "inv_2", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(try Self.asked(daemon).map(\.ids) == [["inv_1", "inv_2"]])
    }

    @Test func `what is broken off says how to go on`() throws {
        let daemon = try FakeDaemon(version: ProgramVersion.current) { request in
            guard let id = request.id, let parameters = try? request.parameters(OperateInvocations.Parameters.self)
            else { return .close }
            if parameters.dryRun {
                return .bytes(ControlCodec.response(id: id, result: Self.result(matched: 9, isDryRun: true)))
            }
            let progress = BatchProgress(matched: 5, succeeded: 5, refused: 0, cursor: "5-9")
            return .last((try? ControlCodec.notification(method: BatchProgress.method, progress)) ?? [])
        }
        defer { daemon.stop() }
        let run = ClientRun("invocations", "kill", "--service", "A", "--yes", socket: daemon.path)
        #expect(run.exitCode == .failed)
        #expect(run.error.contains("--continue 5-9"))
    }
}
