import FoundationEssentials
import Glibc

/// A program that a test has started. It is killed at the latest when nobody holds it any more.
final class ChildProcess {
    let pid: pid_t
    /// Where its standard output goes, and its standard error unless that has a file of its own.
    let outputPath: String
    private(set) var exit: Exit?

    enum Exit: Equatable {
        case status(Int32)
        case signal(Int32)
    }

    /// Starts a program by its absolute path with exactly this environment.
    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        outputPath: String,
        errorPath: String? = nil
    ) throws {
        self.outputPath = outputPath
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, flags, 0o600)
        if let errorPath {
            posix_spawn_file_actions_addopen(&actions, 2, errorPath, flags, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // The threads of the tests block signals, which a program would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let result = Self.withCStrings([path] + arguments) { argv in
            Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&pid, path, &actions, &attributes, argv, envp)
            }
        }
        guard result == 0 else { throw HarnessError("cannot start \(path): \(String(cString: strerror(result)))") }
        self.pid = pid
    }

    deinit {
        if exit == nil {
            Glibc.kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    func send(_ signal: Int32) {
        if exit == nil { Glibc.kill(pid, signal) }
    }

    /// Ends it as a power cut would, and waits until it is gone.
    func killNow() {
        send(SIGKILL)
        _ = try? wait(seconds: 10)
    }

    /// How it ended.
    @discardableResult
    func wait(seconds: Double) throws -> Exit {
        try eventually("the end of process \(pid), whose output is in \(outputPath)", seconds: seconds) {
            hasEnded() ? exit : nil
        }
    }

    /// Whether it has ended by now.
    func hasEnded() -> Bool {
        if exit != nil { return true }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return false }
        exit = status & 0x7f == 0 ? .status(status >> 8 & 0xff) : .signal(status & 0x7f)
        return true
    }

    var output: String { (try? String(decoding: Data(contentsOf: URL(filePath: outputPath)), as: UTF8.self)) ?? "" }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}

/// What went wrong around a test rather than in what it tests.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Looks again and again until there is a value, for what another process does without a word to us.
@discardableResult
func eventually<Value>(_ what: String, seconds: Double = 20, _ look: () throws -> Value?) throws -> Value {
    let deadline = Clock.now + seconds
    while true {
        if let value = try look() { return value }
        guard Clock.now < deadline else { throw HarnessError("gave up after \(seconds) s waiting for \(what)") }
        usleep(5000)
    }
}

/// The clock that Python calls `time.monotonic`.
enum Clock {
    /// Seconds of `CLOCK_MONOTONIC`.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
