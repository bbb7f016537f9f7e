import CommandLine
import ControlProtocol
import Glibc
import Testing

@Suite struct ClientFailureTests {
    // MARK: Nobody there

    @Test func `a missing socket says where it was looked for and what to do`() {
        let run = ClientRun("status", socket: "/nonexistent/control.sock")
        #expect(run.exitCode == .unreachable)
        #expect(run.output == "")
        #expect(
            run.error == """
                error: perdured cannot be reached: there is no socket /nonexistent/control.sock
                  start it: perdured
                  a daemon with another socket: --socket PATH or PERDURE_SOCKET

                """
        )
    }

    @Test(arguments: [
        ("inactive", "start it: sudo systemctl start perdured"), ("failed", "journalctl -u perdured -e"),
        ("active", "systemctl status perdured"),
    ])
    func `where systemd runs, it is asked`(state: String, advice: String) {
        let run = ClientRun("status", socket: "/nonexistent", serviceState: state)
        #expect(run.exitCode == .unreachable)
        #expect(run.error.contains(advice))
    }

    @Test func `the socket of a dead daemon is told apart`() throws {
        let directory = try TemporaryDirectory.make()
        let path = directory + "/s"
        let descriptor = try UnixAddress.bound(to: path)
        defer {
            close(descriptor)
            unlink(path)
            rmdir(directory)
        }
        let run = ClientRun("status", socket: path)
        #expect(run.exitCode == .unreachable)
        #expect(run.error.hasPrefix("error: perdured cannot be reached: nobody listens on the socket \(path)\n"))
    }

    @Test func `a path that no socket can have is refused`() {
        let run = ClientRun("status", socket: "/" + String(repeating: "x", count: ControlSocketPath.pathBytesMax))
        #expect(run.exitCode == .unreachable)
        #expect(run.error.contains("longer than 107 bytes"))
    }

    @Test func `the option goes before the variable`() {
        let run = ClientRun("status", "--socket", "/nonexistent/a", socket: "/nonexistent/b")
        #expect(run.error.contains("/nonexistent/a"))
        #expect(!run.error.contains("/nonexistent/b"))
    }

    @Test func `programs get every error as JSON`() throws {
        let absent = ClientRun("status", "--json", socket: "/nonexistent/control.sock")
        #expect(absent.exitCode == .unreachable)
        #expect(
            absent.error == """
                {
                  "error" : {
                    "data" : {
                      "advice" : "start it: perdured; a daemon with another socket: --socket PATH or PERDURE_SOCKET",
                      "name" : "unreachable"
                    },
                    "message" : "perdured cannot be reached: there is no socket /nonexistent/control.sock"
                  }
                }

                """
        )
        #expect(try JSONErrors.name(of: ClientRun("statsu", "--json")) == "usage")
        let daemon = try FakeDaemon(answering: { _ in .close })
        defer { daemon.stop() }
        #expect(try JSONErrors.name(of: ClientRun("status", "--json", socket: daemon.path)) == "no-answer")
    }

    // MARK: A daemon that does not do what it should

    private static func status(_ reply: FakeDaemon.Reply, hello: FakeDaemon.Reply? = nil) throws -> ClientRun {
        let daemon: FakeDaemon
        if let hello {
            daemon = try FakeDaemon { _ in hello }
        } else {
            daemon = try FakeDaemon(answering: { _ in reply })
        }
        defer { daemon.stop() }
        return ClientRun("status", socket: daemon.path)
    }

    @Test func `a daemon that closes at hello is not there`() throws {
        let run = try Self.status(.close, hello: .close)
        #expect(run.exitCode == .unreachable)
        #expect(run.error.contains("does not answer"))
    }

    @Test func `a lost answer leaves the outcome open`() throws {
        let run = try Self.status(.close)
        #expect(run.exitCode == .failed)
        #expect(
            run.error == """
                error: the daemon closed the connection without an answer
                  whether it was done is not known; look before you repeat it

                """
        )
    }

    @Test(
        arguments: [
            [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 2, 0x5B, 0x5D], [0, 0, 0, 1, 0xFF],
            [0, 0, 0, 2, 0x7B, 0x7D],
        ] as [[UInt8]]
    )
    func `garbage is named as such`(bytes: [UInt8]) throws {
        let run = try Self.status(.last(bytes))
        #expect(run.exitCode == .failed)
        #expect(run.error.hasPrefix("error: the daemon's answer cannot be understood: "))
    }

    @Test func `a result of another shape is named as such`() throws {
        let frame = ControlCodec.response(id: .number(2), result: IdentifierParameters(id: "x"))
        let run = try Self.status(.bytes(frame))
        #expect(run.exitCode == .failed)
        #expect(run.error.contains(#""result.dataDirectory" is missing"#) || run.error.contains("is missing"))
    }

    @Test func `notifications and answers to others are passed over`() throws {
        let daemon = try FakeDaemon(answering: { request in
            guard let id = request.id else { return .close }
            let note = (try? ControlCodec.notification(method: "progress", ["done": 1])) ?? []
            let other = ControlCodec.response(id: .text("other"), result: ["a": 1])
            return .bytes(
                note + other
                    + ControlCodec.response(id: id, result: OperateInvocation.Result(id: "inv_1", outcome: .killed))
            )
        })
        defer { daemon.stop() }
        let run = ClientRun("invocations", "kill", "inv_1", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(run.output == "Killed inv_1.\n")
    }

    @Test func `an error without an id is about us`() throws {
        let daemon = try FakeDaemon { _ in
            .last(ControlCodec.response(id: nil, error: ControlError(.notPermitted, advice: "ask the administrator")))
        }
        defer { daemon.stop() }
        let run = ClientRun("status", socket: daemon.path)
        #expect(run.exitCode == .failed)
        #expect(run.error == "error: The peer may not do this.\n  ask the administrator\n")
    }

    @Test func `another version of the daemon is a warning with both numbers`() throws {
        let daemon = try FakeDaemon(version: "99.0", result: OperateInvocation.Result(id: "inv_1", outcome: .killed))
        defer { daemon.stop() }
        let run = ClientRun("invocations", "kill", "inv_1", socket: daemon.path)
        #expect(run.exitCode == .done)
        #expect(run.error == "warning: perdured is version 99.0, perdure is \(ProgramVersion.current)\n")
    }

    // MARK: Refusals

    @Test func `blockers are shown with what they are`() throws {
        let invocation = InvocationSummary(
            id: "inv_1",
            target: "G/greet",
            status: .suspended,
            createdAt: ControlTime(milliseconds: 0)
        )
        let error = ControlError(.deploymentNotDrained, "dp_1 is not drained", advice: "wait, or add --force")
            .blocked(by: DeploymentBlockers(serving: ["G", "H"], unfinishedInvocations: 5, invocations: [invocation]))
        let daemon = try FakeDaemon(error: error)
        defer { daemon.stop() }
        let run = ClientRun("deployments", "remove", "dp_1", socket: daemon.path)
        #expect(run.exitCode == .failed)
        #expect(
            run.error == """
                error: dp_1 is not drained
                  wait, or add --force
                  it serves the latest revision of: G, H
                  unfinished invocations: 5
                    inv_1  G/greet  suspended

                """
        )
    }

    @Test func `an error's text cannot move the cursor`() throws {
        let daemon = try FakeDaemon(error: ControlError(.discoveryFailed, "first\nsecond \u{1B}]0;title\u{7}"))
        defer { daemon.stop() }
        let run = ClientRun("deployments", "register", "http://a", socket: daemon.path)
        #expect(run.error == "error: first\n  second \\u{1B}]0;title\\u{7}\n")
    }

    @Test func `a reader that has read enough is no failure, a full disk is`() throws {
        let enough = ClientRun("help", writeResult: .readerGone)
        #expect(enough.exitCode == .done)
        let full = ClientRun("help", writeResult: .failed("No space left on device"))
        #expect(full.exitCode == .failed)
        #expect(full.error == "error: the output could not be written: No space left on device\n")
    }

    @Test func `the version is printed`() {
        let run = ClientRun("--version")
        #expect(run.exitCode == .done)
        #expect(run.output == "perdure \(ProgramVersion.current)\n")
    }

    @Test func `exit codes are what scripts were promised`() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3])
    }
}
