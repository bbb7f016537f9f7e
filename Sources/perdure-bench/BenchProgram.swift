import EventLoop
import Glibc

/// Why a measurement was not made.
enum BenchError: Error, CustomStringConvertible {
    case usage(String)
    case loop(EventLoopError)
    /// What was attempted, and what the system said.
    case system(String, code: Int32)
    /// The server under test did something that makes the numbers worthless.
    case failed(String)

    var description: String {
        switch self {
        case .usage(let text): "\(text)\n\(BenchProgram.usage)"
        case .loop(let error): error.description
        case .system(let what, let code): "\(what): \(String(cString: strerror(code)))"
        case .failed(let text): text
        }
    }
}

/// The things this program does.
enum BenchProgram {
    static let usage = """
        usage: perdure-bench run [--daemon PATH] [--seconds S] [--directory DIR]
                   starts the daemon and an endpoint and measures the canonical rows
               perdure-bench catalog [--deployments N] [--daemon PATH] [--seconds S] [--directory DIR]
                   the same daemon with an empty catalog and with one of N deployments and 5 N services
               perdure-bench listings [--deployments N] [--invocations N] [--daemon PATH] [--directory DIR]
                   every listing and description of the client with so many deployments and invocations
               perdure-bench churn [--operators N] [--pause MS] [--rate N] [--seconds S] [--daemon PATH] [--directory DIR]
                   registrations, updates and removals against calls; checks from SQL that each went where it may
               perdure-bench sleepers [--count 200000] [--version 7] [--sleep S] [--connections N] [--input-bytes N]
                             [--daemon PATH] [--directory DIR]
                   starts the daemon and an endpoint, sends invocations that all sleep until S seconds (300) from then,
                   and measures their start, the memory they take, a restart with them, and their end
               perdure-bench load --ingress URL [--target Bench/nothing] [--connections N] [--duration S] [--any-answer]
                   a closed loop of calls to any server of the kind; answers must repeat the request's body
                   unless --any-answer is given
               perdure-bench endpoint [--port P]
                   serves Bench/nothing, Bench/steps, Bench/nap and BenchObject/{key}/hot over cleartext HTTP/2, and other
                   deployments below /five/N and /one/NAME/VERSION
        """

    static func run(_ arguments: [String]) -> Int32 {
        do throws(BenchError) {
            let rest = Array(arguments.dropFirst())
            switch arguments.first {
            case "endpoint": try EndpointProgram.run(rest)
            case "load": try LoadProgram.run(rest)
            case "sleepers": try SleepersRun.run(rest)
            case "run", nil: try CanonicalRun.run(rest)
            case "catalog": try CatalogRun.run(rest)
            case "listings": try ListingsRun.run(rest)
            case "churn": try ChurnRun.run(rest)
            case "--help", "-h": say(usage)
            case .some(let other): throw .usage("there is no command '\(other)'")
            }
            return 0
        } catch {
            writeError("perdure-bench: \(error)\n")
            if case .usage = error { return 2 }
            return 1
        }
    }

    /// Prints at once, also into a pipe.
    static func say(_ text: String) {
        print(text)
        fflush(nil)
    }

    static func writeError(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// `--name value` pairs and switches, all known.
struct BenchFlags {
    private var values: [String: String] = [:]
    private var switches: Set<String> = []

    init(_ arguments: [String], names: Set<String>, switches known: Set<String> = []) throws(BenchError) {
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            guard flag.hasPrefix("--") else { throw .usage("'\(flag)' is no flag") }
            let name = String(flag.dropFirst(2))
            if known.contains(name) {
                switches.insert(name)
            } else if names.contains(name), let value = rest.popFirst() {
                values[name] = value
            } else {
                throw .usage(names.contains(name) ? "\(flag) takes a value" : "there is no flag \(flag)")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    func has(_ name: String) -> Bool { switches.contains(name) }

    func number(_ name: String, default preset: Int, in range: ClosedRange<Int>) throws(BenchError) -> Int {
        guard let text = values[name] else { return preset }
        guard let number = Int(text), range.contains(number) else {
            throw .usage("--\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }
}
