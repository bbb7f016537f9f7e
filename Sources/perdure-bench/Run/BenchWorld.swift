import ControlProtocol
import EventLoop
import Glibc

/// The daemon and the endpoint as child processes, on addresses of their own.
final class BenchWorld {
    let loop: EventLoop
    let ingress: SocketAddress
    let controlSocket: String
    /// From the daemon's start until it answered.
    private(set) var startMilliseconds = 0.0
    /// More flags for the daemon.
    var daemonFlags: [String] = []
    /// Where the endpoint listens.
    let endpoint: SocketAddress
    private let admin: SocketAddress
    private let daemonPath: String
    private let directory: String
    private var children: [ChildProcess] = []
    private var daemon: ChildProcess?
    private var ended = 0

    init(_ loop: EventLoop, daemon path: String, directory: String) throws(BenchError) {
        self.loop = loop
        self.directory = directory
        daemonPath = path
        controlSocket = directory + "/control"
        ingress = try Self.freeAddress(loop)
        admin = try Self.freeAddress(loop)
        endpoint = try Self.freeAddress(loop)
    }

    var daemonID: Int32 { daemon?.pid ?? -1 }

    private static func freeAddress(_ loop: EventLoop) throws(BenchError) -> SocketAddress {
        do throws(EventLoopError) {
            let listener = try Listener(loop: loop, address: try SocketAddress(parsing: "127.0.0.1:0"))
            defer { listener.close() }
            return listener.localAddress
        } catch {
            throw .loop(error)
        }
    }

    private func start(_ path: String, _ arguments: [String]) throws(BenchError) -> ChildProcess {
        do throws(EventLoopError) {
            let child = try loop.spawn(path: path, arguments: arguments, environment: [], passing: []) { [self] _ in
                ended += 1
            }
            children.append(child)
            return child
        } catch {
            throw .loop(error)
        }
    }

    func startDaemon() throws(BenchError) {
        let begin = MachineRates.now()
        daemon = try start(
            daemonPath,
            [
                "--data-dir", directory + "/state", "--ingress-address", ingress.description, "--admin-address",
                admin.description, "--control-socket", controlSocket, "--log-level", "warning",
            ] + daemonFlags
        )
        try waitUntilServing()
        startMilliseconds = Double(MachineRates.now() - begin) / 1_000_000
    }

    /// Tries to connect until it succeeds: listeners take peers only once the daemon serves.
    private func waitUntilServing() throws(BenchError) {
        for _ in 0..<5000 {
            if ended > 0 { throw .failed("the daemon ended while it started") }
            if HealthProbe.isServing(ingress, on: loop) { return }
            usleep(1000)
        }
        throw .failed("the daemon does not serve after its start")
    }

    /// Starts it and registers what it serves at the top.
    func startEndpoint() throws(BenchError) {
        guard let port = endpoint.port else { return }
        _ = try start(Self.ownPath(), ["endpoint", "--port", String(port)])
        let line = try ControlLine(controlSocket, on: loop)
        _ = try line.ask(RegisterDeployment.self, RegisterDeployment.Parameters(uri: "http://\(endpoint)"))
        line.close()
    }

    /// Ends the daemon as a power cut would, and starts it again.
    func restartDaemon() throws(BenchError) {
        guard let daemon else { return }
        let before = ended
        daemon.kill(SIGKILL)
        while ended == before { loop.runOnce(wait: true) }
        children.removeAll { $0.pid == daemon.pid }
        ended = before
        try startDaemon()
    }

    static func ownPath() throws(BenchError) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { throw .system("reading /proc/self/exe", code: errno) }
        defer { free(path) }
        return String(cString: path)
    }

    /// Runs a program to its end; how long it took in milliseconds.
    func time(_ path: String, _ arguments: [String]) throws(BenchError) -> Double {
        let begin = MachineRates.now()
        let before = ended
        _ = try start(path, arguments)
        children.removeLast()
        while ended == before { loop.runOnce(wait: true) }
        ended = before
        return Double(MachineRates.now() - begin) / 1_000_000
    }

    /// Lets the daemon be idle for a second.
    func rest() {
        var isOver = false
        let timer = LoopTimer(loop: loop) { isOver = true }
        timer.schedule(afterMilliseconds: 1000)
        while !isOver { loop.runOnce(wait: true) }
        timer.close()
    }

    func stop() {
        for child in children { child.kill(SIGTERM) }
        while ended < children.count { loop.runOnce(wait: true) }
    }
}
