import Glibc
import Processes
import Systemd
import Testing

@Suite struct PassedSocketsTests {
    private func unixListener(in directory: TemporaryDirectory, _ name: String = "s") -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #expect(bindUnix(descriptor, directory.path + "/" + name) == 0 && listen(descriptor, 1) == 0)
        return descriptor
    }

    private func inetSocket(listening: Bool, _ type: __socket_type = SOCK_STREAM) -> Int32 {
        let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if listening { #expect(listen(descriptor, 1) == 0) }
        return descriptor
    }

    @Test func socketsAreFoundByName() throws {
        let directory = try TemporaryDirectory()
        let unix = unixListener(in: directory)
        let inet = inetSocket(listening: true)
        let control = try PassedSockets(names: ["control"], first: unix)
        #expect(control.descriptors(.control) == [unix])
        #expect(control.descriptors(.ingress).isEmpty && !control.isEmpty)
        #expect(try PassedSockets(names: ["ingress"], first: inet).descriptors(.ingress) == [inet])
        #expect(try PassedSockets(names: ["admin"], first: inet).descriptors(.admin) == [inet])
        #expect(try PassedSockets(names: ["ingress"], first: unix).descriptors(.ingress) == [unix])
        #expect(try PassedSockets(names: [], first: 3).isEmpty)
        close(unix)
        close(inet)
    }

    @Test(arguments: ["", "unknown", "Control", "control ", "perdured.socket", "metrics"])
    func unknownNamesAreRefused(name: String) {
        #expect(throws: SystemdError.socketNameUnknown(name, descriptor: 7)) {
            try PassedSockets(names: [name], first: 7)
        }
    }

    @Test func whatIsNoListeningStreamSocketIsRefused() throws {
        let directory = try TemporaryDirectory()
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let idle = inetSocket(listening: false)
        let datagram = inetSocket(listening: false, SOCK_DGRAM)
        let inet = inetSocket(listening: true)
        let cases: [(name: String, descriptor: Int32, reason: String)] = [
            ("control", file, "no socket"), ("ingress", idle, "not listening"), ("admin", datagram, "no stream socket"),
            ("control", inet, "no Unix socket"), ("control", -1, "no socket"),
        ]
        for (name, descriptor, reason) in cases {
            let error = #expect(throws: SystemdError.self) { try PassedSockets(names: [name], first: descriptor) }
            #expect(error?.description.contains(reason) == true)
            #expect(error?.description.contains("descriptor \(descriptor)") == true)
        }
        for descriptor in [file, idle, datagram, inet] { close(descriptor) }
        _ = directory
    }

    @Test func withoutAnAnnouncementThereIsNothing() throws {
        try inOwnProcess {
            unsetenv("LISTEN_PID")
            unsetenv("LISTEN_FDS")
            let unannounced = try PassedSockets.take()
            #expect(unannounced.isEmpty)
            // Meant for another process.
            setenv("LISTEN_PID", "1", 1)
            setenv("LISTEN_FDS", "3", 1)
            let foreign = try PassedSockets.take()
            #expect(foreign.isEmpty)
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "lots", 1)
            #expect(throws: SystemdError.announcementUnreadable(code: EINVAL)) { try PassedSockets.take() }
        }
    }

    private static let socketActivate = "/usr/bin/systemd-socket-activate"

    /// Skipped where systemd's tool is not installed.
    @Test(.enabled(if: access(socketActivate, X_OK) == 0))
    func socketsOfSystemdSocketActivateAreTaken() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/control"
        let child = try startProgram(
            Self.socketActivate,
            [
                "-l", path, "--fdname=control", "-E", "PERDURE_TEST_ACTIVATED=\(path)", TestProgram.path(),
            ] + TestProgram.arguments(running: "activatedProcessTakesItsSockets"),
            output: directory.path + "/output"
        )
        // The tool starts the program at the first connection.
        var connection: Int32 = -1
        while connection < 0, waitpid(child, nil, WNOHANG) == 0 {
            let attempt = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            if connectUnix(attempt, path) == 0 {
                connection = attempt
            } else {
                close(attempt)
                sched_yield()
            }
        }
        #expect(connection >= 0)
        var byte: UInt8 = 0
        #expect(read(connection, &byte, 1) == 1 && byte == UInt8(ascii: "!"), "the started program answers")
        let status = waitForEnd(of: child)
        let output = try readText(directory.path + "/output")
        #expect(status == 0, "\(output)")
        close(connection)
    }

    private static let activatedPath = getenv("PERDURE_TEST_ACTIVATED").map { String(cString: $0) }

    /// The other half of the test above: runs in the program that systemd-socket-activate starts, and is skipped otherwise.
    @Test(.enabled(if: activatedPath != nil))
    func activatedProcessTakesItsSockets() throws {
        let sockets = try PassedSockets.take()
        let control = try #require(sockets.descriptors(.control).first)
        #expect(sockets.descriptors(.control).count == 1 && control == 3)
        #expect(fcntl(control, F_GETFD) & FD_CLOEXEC != 0)
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { #expect(getenv(name) == nil) }
        #expect(try PassedSockets.take().isEmpty)
        let connection = accept(control, nil, nil)
        #expect(write(connection, "!", 1) == 1)
        close(connection)
    }
}
