import FoundationEssentials
import Glibc
import Testing

/// A daemon of its own for one test, with a directory, ports and services; everything is gone afterwards.
final class House {
    let directory: String
    let ingress: HTTPPort
    let admin: HTTPPort
    let socketPath: String
    private let flags: [String]
    /// Of the daemon, from its next start on.
    var environment: [String: String]
    private(set) var daemon: ChildProcess?
    private(set) var services: [PythonService] = []
    private var clientRuns = 0

    var dataDirectory: String { directory + "/data" }
    /// Where the services write down what they do.
    var effects: Effects { Effects(path: directory + "/effects") }

    /// Starts a daemon with these flags on top of the addresses.
    init(_ flags: [String] = [], start: Bool = true) throws {
        // Short, since the path of a Unix socket has little room.
        var template = Array("/tmp/perdure-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("no temporary directory: errno \(errno)") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        ingress = HTTPPort(port: try freePort())
        admin = HTTPPort(port: try freePort())
        socketPath = directory + "/control.sock"
        self.flags = flags
        environment = ["PATH": "/usr/bin:/bin", "HOME": directory]
        if start { try self.start() }
    }

    deinit {
        daemon?.killNow()
        for service in services { service.kill() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    var daemonArguments: [String] {
        [
            "--data-dir", dataDirectory, "--ingress-address", "127.0.0.1:\(ingress.port)",
            "--admin-address", "127.0.0.1:\(admin.port)", "--control-socket", socketPath,
        ] + flags
    }

    /// Starts the daemon without waiting for anything.
    @discardableResult
    func launch(extraFlags: [String] = []) throws -> ChildProcess {
        let process = try ChildProcess(
            Prerequisites.program("perdured"),
            daemonArguments + extraFlags,
            environment: environment,
            outputPath: directory + "/daemon.log"
        )
        daemon = process
        return process
    }

    /// Starts the daemon and waits until it serves.
    func start(extraFlags: [String] = []) throws {
        let process = try launch(extraFlags: extraFlags)
        try waitUntilServing(process)
    }

    func waitUntilServing(_ process: ChildProcess) throws {
        try eventually("the daemon to serve; its log: \(process.outputPath)") {
            if process.hasEnded() { throw HarnessError("the daemon ended at its start:\n\(process.output)") }
            return (try? ingress.get("/restate/health"))?.status == 200 ? true : nil
        }
    }

    /// Ends the daemon as a power cut would.
    func killDaemon() {
        daemon?.killNow()
        daemon = nil
    }

    func restartDaemon() throws {
        killDaemon()
        try start()
    }

    /// What the daemon has logged so far.
    var log: String { daemon?.output ?? "" }

    /// Starts a service and registers it.
    @discardableResult
    func register(
        _ kind: PythonService.Kind = .conformance,
        at door: PythonService.Door? = nil,
        http1: Bool = false,
        options: [String] = []
    ) throws -> PythonService {
        let service = try startService(kind, at: door, options: options)
        let run = try client(["deployments", "register", service.url] + (http1 ? ["--use-http1.1"] : []))
        guard run.status == 0 else { throw HarnessError("register failed: \(run.output) \(run.errors)\n\(log)") }
        return service
    }

    /// At a free port if nothing else is said.
    @discardableResult
    func startService(
        _ kind: PythonService.Kind = .conformance,
        at door: PythonService.Door? = nil,
        options: [String] = []
    ) throws -> PythonService {
        let service = try PythonService(
            kind,
            at: try door ?? .port(freePort()),
            options: options,
            directory: directory
        )
        services.append(service)
        return service
    }

    struct ClientRun {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs the command-line client against this daemon.
    func client(_ arguments: [String], environment: [String: String] = [:]) throws -> ClientRun {
        clientRuns += 1
        let path = "\(directory)/client-\(clientRuns)"
        let process = try ChildProcess(
            Prerequisites.program("perdure"),
            arguments,
            environment: ["PATH": "/usr/bin:/bin", "HOME": directory, "PERDURE_SOCKET": socketPath]
                .merging(environment) { $1 },
            outputPath: path + ".out",
            errorPath: path + ".err"
        )
        guard case .status(let status) = try process.wait(seconds: 30) else {
            throw HarnessError("perdure \(arguments.joined(separator: " ")) crashed: \(process.output)")
        }
        let errors = try String(decoding: Data(contentsOf: URL(filePath: path + ".err")), as: UTF8.self)
        return ClientRun(status: status, output: process.output, errors: errors)
    }

    /// Calls a handler; a status other than 200 is an error of the test.
    func call(_ path: String, _ json: String, _ headers: [String: String] = [:]) throws -> String {
        let answer = try ingress.post(path, json: json, headers)
        guard answer.status == 200 else { throw HarnessError("\(path): \(answer.status) \(answer.text)\n\(log)") }
        return answer.text
    }

    /// Calls a handler that takes no input.
    func ask(_ path: String) throws -> String {
        let answer = try ingress.exchange("POST", path)
        guard answer.status == 200 else { throw HarnessError("\(path): \(answer.status) \(answer.text)\n\(log)") }
        return answer.text
    }

    /// Sends a one-way call and gives its invocation id.
    func send(_ path: String, _ json: String, _ headers: [String: String] = [:]) throws -> String {
        struct Accepted: Decodable { let invocationId: String }
        let answer = try ingress.post(path, json: json, headers)
        guard answer.status == 202 else { throw HarnessError("\(path): \(answer.status) \(answer.text)\n\(log)") }
        return try answer.json(Accepted.self).invocationId
    }

    /// Rows of a query as they are.
    func query(_ sql: String) throws -> Answer {
        let escaped = sql.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return try admin.post("/query", json: "{\"query\":\"\(escaped)\"}", ["accept": "application/json"])
    }

    /// The status of an invocation as SQL shows it, `nil` when there is no row.
    func status(of invocation: String) throws -> String? {
        struct Rows: Decodable {
            struct Row: Decodable { let status: String }
            let rows: [Row]
        }
        return try query("SELECT status FROM sys_invocation WHERE id = '\(invocation)'").json(Rows.self).rows.first?
            .status
    }

    /// Shows that the daemon still does its work.
    func expectServing(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(daemon?.hasEnded() == false, "the daemon has ended: \(log)", sourceLocation: sourceLocation)
        #expect((try? ingress.get("/restate/health").status) == 200, sourceLocation: sourceLocation)
        #expect((try? admin.get("/health").status) == 200, sourceLocation: sourceLocation)
    }
}
