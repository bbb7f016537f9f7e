import FoundationEssentials
import Fuzzing
import Glibc

/// Looks for inputs that end the process or break a rule, guided by what code they reach.
struct FuzzProgram {
    static let usage = """
        usage: perdure-fuzz run [--seconds S] [--in DIRECTORY] [--jobs N] [TARGET...]
                   shares S seconds (3600) among all targets, or those named, N at a time (all processors); the inputs that
                   reach most are kept in DIRECTORY/corpus (.build/fuzz) and taken up by the next run; fails if one is found
                   that should not be
               perdure-fuzz replay TARGET FILE
                   reads one input again and says what is wrong with it
               perdure-fuzz list
                   prints the names of the targets
        """

    /// How many words of the command line ask for a search, which only we start.
    static let searchWords = 2

    private let arguments: [String]

    init(_ arguments: [String]) { self.arguments = arguments }

    /// The target that this process is to search for, if that is what it was started for.
    var targetToSearch: FuzzTarget? {
        guard arguments.count >= Self.searchWords, arguments[0] == "search" else { return nil }
        return FuzzTarget.named(arguments[1])
    }

    /// Does everything else that can be asked for; the status to exit with.
    func run() -> Int32 {
        do throws(UsageError) {
            let rest = arguments.dropFirst()
            switch arguments.first {
            case "run": return try FuzzCampaign(FuzzFlags(rest)).run() ? 0 : 1
            case "replay" where rest.count == 2: return try Self.replay(Self.target(rest.first), rest.last ?? "")
            case "list" where rest.isEmpty:
                for target in FuzzTarget.all { say(target.name) }
                return 0
            default: throw UsageError(text: Self.usage)
            }
        } catch {
            complain(error.text)
            return 2
        }
    }

    private static func target(_ name: String?) throws(UsageError) -> FuzzTarget {
        guard let name, let target = FuzzTarget.named(name) else {
            throw UsageError(text: "there is no target \(name ?? ""); see perdure-fuzz list")
        }
        return target
    }

    private static func replay(_ target: FuzzTarget, _ path: String) throws(UsageError) -> Int32 {
        guard let input = try? Data(contentsOf: URL(filePath: path)) else {
            throw UsageError(text: "\(path) cannot be read")
        }
        guard let complaint = target.complaint(about: Array(input)) else {
            say("nothing is wrong")
            return 0
        }
        say(complaint)
        return 1
    }
}

/// What is wrong with the arguments.
struct UsageError: Error {
    let text: String
}

/// The flags of `run`, and the targets that are named.
struct FuzzFlags {
    var seconds = 3600
    var directory = ".build/fuzz"
    var jobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var targets: [FuzzTarget] = []

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--seconds": seconds = try Self.count(rest.popFirst(), of: argument)
            case "--jobs": jobs = try Self.count(rest.popFirst(), of: argument)
            case "--in":
                guard let value = rest.popFirst() else { throw UsageError(text: FuzzProgram.usage) }
                directory = value
            default:
                guard let target = FuzzTarget.named(argument) else {
                    throw UsageError(text: "there is no target \(argument); see perdure-fuzz list")
                }
                targets.append(target)
            }
        }
        if targets.isEmpty { targets = FuzzTarget.all }
    }

    private static func count(_ text: String?, of flag: String) throws(UsageError) -> Int {
        guard let text, let count = Int(text), count > 0 else {
            throw UsageError(text: "\(flag) needs a number above zero")
        }
        return count
    }
}
