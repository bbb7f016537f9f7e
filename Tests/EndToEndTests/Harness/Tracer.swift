import FoundationEssentials
import Glibc

/// strace on a program: it kills it at one of its writes.
struct Tracer {
    private static let program = "/usr/bin/strace"
    /// What changes a file, or what others see of the program.
    static let writes = ["pwrite64", "fdatasync", "write", "writev", "sendto", "sendmsg", "ftruncate", "fsync"]

    /// Whether it is there and may look at other processes.
    static let works: Bool = {
        let output = FileManager.default.temporaryDirectory.appending(path: "perdure-strace-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: output) }
        let process = try? ChildProcess(program, ["-f", "/bin/true"], environment: [:], outputPath: output)
        return (try? process?.wait(seconds: 10)) == .status(0)
    }()

    private let process: ChildProcess

    /// Watches from now on; each thread of the program counts its own calls of the kind, the first is 1.
    init(killing daemon: ChildProcess, at kind: String, _ count: Int, directory: String) throws {
        let tracing = try ChildProcess(
            Self.program,
            [
                "-f", "-p", "\(daemon.pid)", "-o", "/dev/null", "-e", "trace=\(kind)",
                "-e", "inject=\(kind):signal=SIGKILL:when=\(count)",
            ],
            environment: [:],
            outputPath: "\(directory)/strace-\(kind)-\(count).log"
        )
        process = tracing
        try eventually("strace to watch; it says \(tracing.outputPath)") {
            if tracing.hasEnded() { throw HarnessError("strace ended: \(tracing.output)") }
            return tracing.output.contains("attached") ? true : nil
        }
    }

    /// Lets go of what is still there.
    func stop() { process.send(SIGTERM) }
}
