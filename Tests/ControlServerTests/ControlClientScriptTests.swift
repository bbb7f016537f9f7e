import ControlProtocol
import ControlServer
import EventLoop
import Glibc
import Testing

/// What the script's tests need from the machine.
enum ScriptPrograms {
    static let python = "/usr/bin/python3"
    static let setpriv = "/usr/bin/setpriv"
    static var hasPython: Bool { access(python, X_OK) == 0 }
    /// Becoming somebody else takes the superuser.
    static var canChangeUser: Bool { hasPython && getuid() == 0 && access(setpriv, X_OK) == 0 }
}

/// The Python client of the documentation, against the server.
@Suite(.enabled(if: ScriptPrograms.hasPython, "there is no /usr/bin/python3"))
struct ControlClientScriptTests {
    private static var script: String {
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/examples/control_client.py"
    }

    /// Runs a program until it ends, answering what is asked; what it printed, and its exit status.
    private static func run(
        _ world: ControlWorld,
        _ command: [String],
        answer: (EchoHandler) -> Void = { _ in }
    ) throws -> (output: String, exit: ChildExit) {
        let (ours, theirs) = try EventLoop.socketPair()
        let output = OutputRecorder(try ByteStream(loop: world.loop, adopting: ours))
        var exit: ChildExit?
        let child = try world.loop.spawn(
            path: "/bin/sh",
            arguments: ["-c", "exec \"$@\" >&3 2>&3", "sh"] + command,
            environment: ["LC_ALL=C.UTF-8"],
            passing: [theirs]
        ) { exit = $0 }
        Glibc.close(theirs)
        try world.run("the script ends") {
            answer(world.handler)
            return exit != nil && output.hasEnded
        }
        withExtendedLifetime(child) {}
        return (output.text, try #require(exit))
    }

    @Test func `it gets a result`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let command = [ScriptPrograms.python, Self.script, world.path, "deployments.remove", #"{"id": "inv_1"}"#]
        let (output, exit) = try Self.run(world, command)
        #expect(output == "{\n  \"id\": \"inv_1\"\n}\n")
        #expect(exit == .exited(status: 0))
    }

    @Test func `it asks for the status by itself, and passes over notifications`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let (output, exit) = try Self.run(world, [ScriptPrograms.python, Self.script, world.path]) { handler in
            guard let call = handler.calls.popLast() else { return }
            world.server.notify(call.reply, method: "progress", ["done": 1])
            world.server.reply(call.reply, result: ["method": call.method.rawValue])
        }
        #expect(output == "{\n  \"method\": \"status\"\n}\n")
        #expect(exit == .exited(status: 0))
    }

    @Test func `it shows an error`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let (output, exit) = try Self.run(world, [ScriptPrograms.python, Self.script, world.path, "frobnicate"])
        #expect(output == "The daemon knows no method \"frobnicate\".\n")
        #expect(exit == .exited(status: 1))
    }

    @Test(
        .enabled(if: ScriptPrograms.canChangeUser, "only the superuser can become somebody else"),
        arguments: [false, true]
    )
    func `a stranger is turned away, a member of the group is not`(isMember: Bool) throws {
        let group: UInt32 = 54_321
        let world = try ControlWorld(operatorGroupID: group)
        defer { world.close() }
        // The kernel lets everybody in here, so that it is the daemon that must not.
        chmod(world.directory, 0o755)
        chmod(world.path, 0o666)
        let copy = world.directory + "/client.py"
        defer { unlink(copy) }
        try #require(link(Self.script, copy) == 0 || Self.copyFile(Self.script, copy))
        chmod(copy, 0o644)
        let groups = isMember ? ["--groups", String(group)] : ["--clear-groups"]
        let identity = [ScriptPrograms.setpriv, "--reuid", "65534", "--regid", "65534"] + groups
        let call = [ScriptPrograms.python, copy, world.path, "deployments.remove", #"{"id": "inv_1"}"#]
        let (output, exit) = try Self.run(world, identity + call)
        if isMember {
            #expect(output == "{\n  \"id\": \"inv_1\"\n}\n")
            #expect(exit == .exited(status: 0))
        } else {
            #expect(
                output.hasPrefix("The control socket is for the superuser, the daemon's user and the socket's group")
            )
            #expect(exit == .exited(status: 1))
            #expect(world.records.records.map(\.id) == [.controlPeerRefused])
        }
    }

    private static func copyFile(_ source: String, _ target: String) -> Bool {
        let input = open(source, O_RDONLY)
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        defer {
            close(input)
            close(output)
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(input, &buffer, buffer.count)
        return count > 0 && write(output, buffer, count) == count
    }
}

/// Keeps the text that a program writes.
private final class OutputRecorder: ByteStreamDelegate {
    private let stream: ByteStream
    private var bytes: [UInt8] = []
    private(set) var hasEnded = false

    init(_ stream: ByteStream) {
        self.stream = stream
        stream.delegate = self
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: bytes)
    }

    func byteStreamEnded(_ stream: ByteStream) { hasEnded = true }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { hasEnded = true }

    func byteStreamDrained(_ stream: ByteStream) {}
}
