import CommandLine
import Synchronization

/// One run of the client in surroundings of a test, and what it printed.
struct ClientRun {
    let exitCode: ExitCode
    let output: String
    let error: String

    private final class Printed: Sendable {
        let texts = Mutex<(output: String, error: String)>(("", ""))
    }

    /// Runs `perdure` with these words against the socket at `path`.
    init(
        _ arguments: String...,
        socket path: String? = nil,
        environment: [String: String] = [:],
        terminal: Bool = false,
        typing line: String? = nil,
        serviceState: String? = nil,
        writeResult: Surroundings.WriteResult = .written,
        changing change: (inout Surroundings) -> Void = { _ in }
    ) {
        self.init(
            words: arguments,
            socket: path,
            environment: environment,
            terminal: terminal,
            typing: line,
            serviceState: serviceState,
            writeResult: writeResult,
            changing: change
        )
    }

    /// The same for words in a list.
    init(
        words arguments: [String],
        socket path: String? = nil,
        environment: [String: String] = [:],
        terminal: Bool = false,
        typing line: String? = nil,
        serviceState: String? = nil,
        writeResult: Surroundings.WriteResult = .written,
        changing change: (inout Surroundings) -> Void = { _ in }
    ) {
        let printed = Printed()
        var environment = environment
        if let path { environment["PERDURE_SOCKET"] = path }
        var surroundings = Surroundings(arguments: arguments, environment: environment) { stream, text in
            printed.texts.withLock {
                switch stream {
                case .output: $0.output += text
                case .error: $0.error += text
                }
            }
            return writeResult
        }
        surroundings.inputIsTerminal = terminal
        surroundings.outputIsTerminal = terminal
        surroundings.errorIsTerminal = terminal
        surroundings.readLine = { line }
        surroundings.serviceState = { serviceState }
        change(&surroundings)
        exitCode = ClientProgram.run(surroundings)
        (output, error) = printed.texts.withLock { $0 }
    }
}
