import ControlProtocol
import Glibc

/// The program `perdure`.
package enum ClientProgram {
    /// Runs it in this process and gives its exit status.
    package static func main() -> Int32 {
        // A reader that has enough is not a reason to die in the middle of a request.
        signal(SIGPIPE, SIG_IGN)
        return run(Surroundings.ofProcess()).rawValue
    }

    /// Runs it in the given surroundings.
    package static func run(_ surroundings: Surroundings) -> ExitCode {
        // Until the command line is understood, only its words can say how errors are to look.
        let wantsJSON = surroundings.arguments.contains(OptionName.json.rawValue)
        let wantsUTC = surroundings.arguments.contains(OptionName.utc.rawValue)
        let door = OutputDoor(
            surroundings: surroundings,
            format: wantsJSON ? .json : .page,
            times: wantsUTC ? .utc : surroundings.localTime
        )
        do throws(ClientError) {
            let parsed = try CommandParser.parse(surroundings.arguments)
            switch parsed.request {
            case .version:
                try door.show(line: "\(CommandTable.program) \(ProgramVersion.current)")
            case .help(let words):
                try door.show(Rendering(page: HelpText.page(for: words)))
            case .run(let command):
                return try run(command, parsed, surroundings, door)
            }
            return .done
        } catch {
            door.show(error)
            return error.exitCode
        }
    }

    /// How long what is watched stays as it is.
    private static let watchMilliseconds = 2_000

    private static func run(
        _ command: Command,
        _ parsed: ParsedCommand,
        _ surroundings: Surroundings,
        _ door: OutputDoor
    ) throws(ClientError) -> ExitCode {
        var isFirst = true
        while true {
            let call = CommandCall(parsed: parsed, surroundings: surroundings, door: door)
            let rendering = try command.action(call)
            if parsed.has(.watch) { try door.beginAgain(isFirst: isFirst) }
            try door.show(rendering)
            isFirst = false
            guard parsed.has(.watch), surroundings.sleep(watchMilliseconds) else { return rendering.exitCode }
        }
    }
}
