import FoundationEssentials
import Fuzzing
import Glibc

/// Searches for all targets, some at a time, each in a process of its own: what ends one says nothing of the others.
struct FuzzCampaign {
    private let flags: FuzzFlags
    private let corpus: FuzzCorpus

    init(_ flags: FuzzFlags) {
        self.flags = flags
        corpus = FuzzCorpus(directory: flags.directory)
    }

    /// Runs them all and prints what they came to; false if an input was found that should not be.
    func run() throws(UsageError) -> Bool {
        let rounds = (flags.targets.count + flags.jobs - 1) / flags.jobs
        let seconds = max(1, flags.seconds / rounds)
        say("\(flags.targets.count) targets, \(flags.jobs) at a time, \(seconds) s each")
        var waiting = flags.targets[...]
        var running: [pid_t: FuzzTarget] = [:]
        var isGood = true
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < flags.jobs, let target = waiting.popFirst() {
                running[try start(target, seconds: seconds)] = target
            }
            var status: Int32 = 0
            let process = wait(&status)
            if process < 0, errno != EINTR { throw UsageError(text: "waiting for a search: \(text(of: errno))") }
            guard let target = running.removeValue(forKey: process) else { continue }
            if !report(target, hasFailed: status != 0) { isGood = false }
        }
        return isGood
    }

    private func start(_ target: FuzzTarget, seconds: Int) throws(UsageError) -> pid_t {
        let arguments: [String]
        do {
            arguments = try corpus.prepare(target)
        } catch {
            throw UsageError(text: "the corpus of \(target.name) cannot be written: \(error)")
        }
        let bounds = ["-max_total_time=\(seconds)", "-timeout=20", "-rss_limit_mb=2048", "-max_len=4096"]
        return try spawn(
            ["search", target.name] + bounds + ["-print_final_stats=1"] + arguments,
            log: corpus.log(of: target)
        )
    }

    private func report(_ target: FuzzTarget, hasFailed: Bool) -> Bool {
        let log = FuzzLog((try? String(contentsOf: URL(filePath: corpus.log(of: target)), encoding: .utf8)) ?? "")
        say("\(target.name): \(log.summary)")
        guard hasFailed else { return true }
        say(log.failure)
        if let input = log.input {
            say("replay: \(CommandLine.arguments[0]) replay \(target.name) \(input)")
        } else {
            say("see \(corpus.log(of: target))")
        }
        return false
    }

    // MARK: Processes

    private func spawn(_ arguments: [String], log: String) throws(UsageError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var strings = ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for string in strings + variables { free(string) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/proc/self/exe", &actions, nil, &strings, &variables)
        guard code == 0 else { throw UsageError(text: "a search cannot be started: \(text(of: code))") }
        return process
    }

    /// Ours, but that crashes are the library's to deal with, which writes down the input.
    private var environment: [String] {
        let inherited = ProcessInfo.processInfo.environment.filter { $0.key != "SWIFT_BACKTRACE" }
        return inherited.map { "\($0.key)=\($0.value)" } + ["SWIFT_BACKTRACE=enable=no"]
    }

    private func text(of code: Int32) -> String { String(cString: strerror(code)) }
}
