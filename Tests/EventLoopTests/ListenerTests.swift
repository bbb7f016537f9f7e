import EventLoop
import Glibc
import Processes
import Testing

@Suite struct ListenerTests {
    @Test func connectionsWaitUntilTheListenerStarts() throws {
        let world = try TestWorld()
        let listener = try Listener(loop: world.loop, address: anyPort)
        #expect(listener.localAddress.port != 0)
        var client: Result<ByteStream, EventLoopError>?
        ByteStream.connect(loop: world.loop, to: listener.localAddress, timeoutMilliseconds: 10_000) { client = $0 }
        try world.run("the queue takes it") { client != nil }
        var accepted: [ByteStream] = []
        world.turn()
        listener.start { accepted.append($0) }
        try world.run("it is accepted") { accepted.count == 1 }
        listener.stop()
        ByteStream.connect(loop: world.loop, to: listener.localAddress, timeoutMilliseconds: 10_000) { client = $0 }
        world.turn(20)
        #expect(accepted.count == 1)
        listener.start { accepted.append($0) }
        try world.run("the second is accepted") { accepted.count == 2 }
        world.loop.close()
    }

    @Test func manyConnectionsAreAcceptedInBoundedSteps() throws {
        let world = try TestWorld()
        let directory = try TemporaryDirectory()
        let listener = try Listener(loop: world.loop, address: .unix(path: directory.path + "/s"))
        var connected = 0
        let count = 200
        for _ in 0..<count {
            ByteStream.connect(loop: world.loop, to: listener.localAddress, timeoutMilliseconds: 10_000) { result in
                if case .success = result { connected += 1 }
            }
        }
        try world.run("all are in the queue") { connected == count }
        var accepted = 0
        var largestStep = 0
        listener.start { _ in accepted += 1 }
        try world.run("all are accepted") {
            largestStep = max(largestStep, accepted)
            return accepted > 0
        }
        #expect(largestStep <= 64)
        try world.run("all are accepted") { accepted == count }
        world.loop.close()
    }

    @Test func addressCanBeBoundAgainAtOnce() throws {
        let world = try TestWorld()
        let (client, server, listener) = try world.connect(anyPort)
        client.stream.write(bytes("x"))
        try world.run("it arrives") { !server.bytes.isEmpty }
        let address = listener.localAddress
        #expect(throws: EventLoopError.system(.listen, subject: address.description, code: EADDRINUSE)) {
            do {
                _ = try Listener(loop: world.loop, address: address)
            } catch EventLoopError.system(_, let subject, let code) {
                // Linux refuses at bind or at listen, by the state of the other socket.
                throw EventLoopError.system(.listen, subject: subject, code: code)
            }
        }
        listener.close()
        // The server's end closes first: its side is the one that lingers in TIME_WAIT.
        server.stream.close()
        try world.run("the client hears of it") { client.ended == 1 }
        client.stream.close()
        let again = try Listener(loop: world.loop, address: address)
        #expect(again.localAddress == address)
        world.loop.close()
    }

    @Test func unixFileIsPrivateAndStaysAfterClose() throws {
        let world = try TestWorld()
        let directory = try TemporaryDirectory()
        let address = SocketAddress.unix(path: directory.path + "/s")
        let listener = try Listener(loop: world.loop, address: address)
        var status = stat()
        #expect(stat(directory.path + "/s", &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(throws: EventLoopError.system(.bind, subject: address.description, code: EADDRINUSE)) {
            try Listener(loop: world.loop, address: address)
        }
        listener.close()
        #expect(access(directory.path + "/s", F_OK) == 0)
        world.loop.close()
    }

    @Test(arguments: ["", String(repeating: "x", count: 108), "/nowhere/at/all"])
    func unusableUnixPathsAreRefused(path: String) throws {
        let world = try TestWorld()
        #expect(throws: EventLoopError.self) { try Listener(loop: world.loop, address: .unix(path: path)) }
        world.loop.close()
    }

    @Test func inheritedListenerIsServed() throws {
        let world = try TestWorld()
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #expect(listen(descriptor, 16) == 0, "an unbound socket gets a port of its own")
        let listener = try Listener(loop: world.loop, inherited: descriptor)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        var server: Recorder?
        listener.start { server = Recorder($0) }
        var client: Recorder?
        let port = try #require(listener.localAddress.port)
        ByteStream.connect(loop: world.loop, to: .loopback(port: port), timeoutMilliseconds: 10_000) { result in
            client = (try? result.get()).map { Recorder($0) }
            client?.stream.write(bytes("hello"))
        }
        try world.run("it is served") { server?.text == "hello" }
        world.loop.close()
    }

    @Test func onlyListeningStreamSocketsAreInherited() throws {
        let world = try TestWorld()
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let idle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        for descriptor in [file, idle, datagram] {
            #expect(throws: EventLoopError.self) { try Listener(loop: world.loop, inherited: descriptor) }
        }
        world.loop.close()
    }

    /// In a process of its own, since it uses up the process's descriptors.
    @Test func wantOfDescriptorsPausesAcceptingAndIsReported() throws {
        try inOwnProcess {
            let world = try TestWorld()
            let listener = try Listener(loop: world.loop, address: anyPort)
            var problems: [EventLoopError] = []
            var accepted: [ByteStream] = []
            listener.onProblem = { problems.append($0) }
            listener.start { accepted.append($0) }
            var client: Result<ByteStream, EventLoopError>?
            ByteStream.connect(loop: world.loop, to: listener.localAddress, timeoutMilliseconds: 10_000) { client = $0 }
            // The client's descriptor is made already; none is left for the server's.
            var hogs = [dup(2)]
            let count = rlim_t(hogs[0]) + 16
            var limit = rlimit(rlim_cur: count, rlim_max: count)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            while case let hog = dup(2), hog >= 0 { hogs.append(hog) }
            try world.run("it is reported") { !problems.isEmpty }
            #expect(problems.first?.code == EMFILE && accepted.isEmpty)
            world.turn(50)
            #expect(problems.count < 10, "it rests, and does not spin")
            for hog in hogs { close(hog) }
            try world.run("accepting goes on by itself") { accepted.count == 1 && client != nil }
            world.loop.close()
        }
    }

    @Test func closedListenerRefusesConnections() throws {
        let world = try TestWorld()
        let listener = try Listener(loop: world.loop, address: anyPort)
        let address = listener.localAddress
        listener.close()
        var result: Result<ByteStream, EventLoopError>?
        ByteStream.connect(loop: world.loop, to: address, timeoutMilliseconds: 10_000) { result = $0 }
        #expect(result == nil, "never inside the call")
        try world.run("it is refused") { result != nil }
        guard case .failure(let error) = result else {
            Issue.record("connected to nothing")
            return
        }
        #expect(error == .system(.connect, subject: address.description, code: ECONNREFUSED))
        world.loop.close()
    }

    @Test func connectingToAMissingUnixSocketFailsInALaterIteration() throws {
        let world = try TestWorld()
        let directory = try TemporaryDirectory()
        for (path, code) in [(directory.path + "/none", ENOENT), (String(repeating: "y", count: 200), ENAMETOOLONG)] {
            var result: Result<ByteStream, EventLoopError>?
            ByteStream.connect(loop: world.loop, to: .unix(path: path), timeoutMilliseconds: 10_000) { result = $0 }
            #expect(result == nil)
            try world.run("it fails") { result != nil }
            guard case .failure(let error) = result else {
                Issue.record("connected to nothing")
                continue
            }
            #expect(error.code == code)
        }
        world.loop.close()
    }

    @Test func silentPeerMakesTheConnectionTimeOut() throws {
        let world = try TestWorld()
        // A queue that is full leaves the next handshake without an answer.
        let full = try Listener(loop: world.loop, address: anyPort, backlog: 0)
        var results: [Result<ByteStream, EventLoopError>] = []
        for _ in 0..<6 {
            ByteStream.connect(loop: world.loop, to: full.localAddress, timeoutMilliseconds: 300) { results.append($0) }
        }
        try world.run("each has its answer") { results.count == 6 }
        let timeouts = results.filter { result in
            guard case .failure(let error) = result else { return false }
            return error == .connectTimedOut(full.localAddress, milliseconds: 300)
        }
        #expect(!timeouts.isEmpty)
        world.loop.close()
    }

    @Test func cancelledConnectionSaysNothing() throws {
        let world = try TestWorld()
        let listener = try Listener(loop: world.loop, address: anyPort)
        var calls = 0
        let attempt = ByteStream.connect(loop: world.loop, to: listener.localAddress, timeoutMilliseconds: 10) { _ in
            calls += 1
        }
        attempt.cancel()
        attempt.cancel()
        let timer = Once(world.loop, afterMilliseconds: 30)
        try world.run("its time is over") { timer.fired }
        #expect(calls == 0)
        world.loop.close()
    }
}

/// A timer that remembers that it fired.
final class Once {
    private(set) var fired = false
    private var timer: LoopTimer?

    init(_ loop: EventLoop, afterMilliseconds milliseconds: UInt64) {
        timer = LoopTimer(loop: loop) { [unowned self] in fired = true }
        timer?.schedule(afterMilliseconds: milliseconds)
    }
}
