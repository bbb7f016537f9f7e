import EventLoop
import Glibc
import Testing

@Suite struct ChildProcessTests {
    @Test func childSpeaksOverItsSocketPair() throws {
        let world = try TestWorld()
        let (ours, theirs) = try EventLoop.socketPair()
        var exit: ChildExit?
        _ = try world.loop.spawn(
            path: "/bin/sh",
            arguments: ["-c", "read line <&3; echo \"$line $GREETING $1\" >&3; exit 3", "sh", "arg"],
            environment: ["GREETING=hello"],
            passing: [theirs]
        ) { exit = $0 }
        close(theirs)
        let stream = Recorder(try ByteStream(loop: world.loop, adopting: ours))
        stream.stream.write(bytes("we say\n"))
        try world.run("it answers and ends") { exit != nil && stream.ended == 1 }
        #expect(stream.text == "we say hello arg\n")
        #expect(exit == .exited(status: 3))
        world.loop.close()
    }

    @Test func killedChildSaysWhichSignal() throws {
        let world = try TestWorld()
        var exit: ChildExit?
        let child = try world.loop.spawn(
            path: "/bin/sh",
            arguments: ["-c", "kill -STOP $$"],
            environment: [],
            passing: []
        ) { exit = $0 }
        #expect(child.pid > 0)
        child.kill(SIGKILL)
        try world.run("it ends") { exit != nil }
        #expect(exit == .killed(signal: SIGKILL))
        child.kill(SIGKILL)
        world.loop.close()
    }

    @Test func childInheritsNoneOfOurSockets() throws {
        let world = try TestWorld()
        let (ours, theirs) = try EventLoop.socketPair()
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #expect(listen(listening, 1) == 0)
        _ = try Listener(loop: world.loop, inherited: listening)
        let (kept, passed) = ([ours, listening].map(socketName), socketName(theirs))
        var exit: ChildExit?
        _ = try world.loop.spawn(
            path: "/bin/sh",
            arguments: ["-c", "for f in /proc/self/fd/*; do readlink $f; done >&3"],
            environment: ["PATH=/usr/bin:/bin"],
            passing: [theirs]
        ) { exit = $0 }
        close(theirs)
        let stream = Recorder(try ByteStream(loop: world.loop, adopting: ours))
        try world.run("it lists what it has") { exit != nil && stream.ended == 1 }
        #expect(stream.text.contains(passed))
        #expect(kept.allSatisfy { !stream.text.contains($0) })
        world.loop.close()
    }

    @Test(arguments: [("/nowhere/program", ENOENT), ("relative", EINVAL), ("/etc/passwd", EACCES)])
    func programThatCannotStartIsAnError(path: String, code: Int32) throws {
        let world = try TestWorld()
        #expect(throws: EventLoopError.system(.spawn, subject: path, code: code)) {
            _ = try world.loop.spawn(path: path, arguments: [], environment: [], passing: []) { _ in }
        }
        world.loop.close()
    }

    private func socketName(_ descriptor: Int32) -> String {
        var status = stat()
        fstat(descriptor, &status)
        return "socket:[\(status.st_ino)]"
    }
}
