import FoundationEssentials
import Glibc

/// A Python process that serves handlers written with the unmodified SDK.
final class PythonService {
    enum Kind: String {
        case conformance
        /// An HTTP server that is no service: it answers attempts with frames that make no sense.
        case nonsense
    }

    let port: UInt16
    private let kind: Kind
    private let directory: String
    private(set) var process: ChildProcess?

    var url: String { "http://127.0.0.1:\(port)" }

    init(_ kind: Kind, port: UInt16, directory: String) throws {
        self.kind = kind
        self.port = port
        self.directory = directory
        try start()
    }

    /// Starts it and waits until its port is open.
    func start() throws {
        let process = try ChildProcess(
            Prerequisites.python,
            ["\(Prerequisites.services)/\(kind.rawValue).py", "--port", "\(port)"],
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": directory, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
                "EFFECTS": directory + "/effects",
            ],
            outputPath: "\(directory)/\(kind.rawValue)-\(port).log"
        )
        self.process = process
        try eventually("the \(kind.rawValue) service to listen") {
            if process.hasEnded() { throw HarnessError("the service ended at its start:\n\(process.output)") }
            return try? Socket(port: port)
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
