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
        let door = OutputDoor(surroundings: surroundings, format: wantsJSON ? .json : .page)
        do throws(ClientError) {
            let parsed = try CommandParser.parse(surroundings.arguments)
            switch parsed.request {
            case .version:
                try door.show(line: "\(CommandTable.program) \(ProgramVersion.current)")
            case .help(let words):
                try door.show(Rendering(page: HelpText.page(for: words)))
            case .run(let command):
                let call = CommandCall(parsed: parsed, surroundings: surroundings, door: door)
                try door.show(try command.action(call))
            }
            return .done
        } catch {
            door.show(error)
            return error.exitCode
        }
    }
}
