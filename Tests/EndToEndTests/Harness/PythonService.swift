import FoundationEssentials
import Glibc

/// A Python process that serves handlers written with the unmodified SDK.
final class PythonService {
    enum Kind: String {
        case conformance
        /// Everything that a handler can ask of its server.
        case features
        /// The versions of one service; `--variant` says which.
        case versions
        /// An HTTP server that is no service: it answers attempts with frames that make no sense.
        case nonsense
    }

    /// Where it listens, and as what.
    enum Door {
        case port(UInt16)
        case socket(path: String)
        /// TLS, with a certificate and its key.
        case tls(port: UInt16, certificate: String, key: String)

        var url: String {
            switch self {
            case .port(let port): "http://127.0.0.1:\(port)"
            case .socket(let path): "unix:\(path)"
            case .tls(let port, _, _): "https://localhost:\(port)"
            }
        }

        fileprivate var arguments: [String] {
            switch self {
            case .port(let port): ["--bind", "127.0.0.1:\(port)"]
            case .socket(let path): ["--bind", "unix:\(path)"]
            case .tls(let port, let certificate, let key):
                ["--bind", "127.0.0.1:\(port)", "--certificate", certificate, "--key", key]
            }
        }

        fileprivate func knock() throws -> Socket {
            switch self {
            case .port(let port), .tls(let port, _, _): try Socket(port: port)
            case .socket(let path): try Socket(path: path)
            }
        }
    }

    let door: Door
    private let kind: Kind
    private let options: [String]
    private let directory: String
    private(set) var process: ChildProcess?

    var url: String { door.url }

    init(_ kind: Kind, at door: Door, options: [String] = [], directory: String) throws {
        self.kind = kind
        self.door = door
        self.options = options
        self.directory = directory
        try start()
    }

    /// Starts it and waits until its door is open.
    func start() throws {
        let process = try ChildProcess(
            Prerequisites.python,
            ["\(Prerequisites.services)/\(kind.rawValue).py"] + door.arguments + options,
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": directory, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
                "EFFECTS": directory + "/effects",
            ],
            outputPath: "\(directory)/\(kind.rawValue)-\(UInt32.random(in: 0...UInt32.max)).log"
        )
        self.process = process
        try eventually("the \(kind.rawValue) service to listen") {
            if process.hasEnded() { throw HarnessError("the service ended at its start:\n\(process.output)") }
            return try? door.knock()
        }
    }

    func kill() {
        process?.killNow()
        process = nil
    }
}

/// The file in which the services note what really happens, one line for each event.
struct Effects {
    let path: String

    /// `kind` of `step` in `id`; `token` is new each time that a step runs.
    struct Event: Equatable {
        let kind: String
        let id: String
        let step: String
        let token: String
        /// Seconds of the monotonic clock.
        let time: Double
    }

    var events: [Event] {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 5, let time = Double(parts[4]) else { return nil }
            return Event(kind: parts[0], id: parts[1], step: parts[2], token: parts[3], time: time)
        }
    }

    func count(_ kind: String, id: String? = nil) -> Int {
        events.count { $0.kind == kind && (id == nil || $0.id == id) }
    }
}
