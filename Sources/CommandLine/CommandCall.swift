import ControlProtocol

/// A command under way: what was typed, and the daemon to ask.
package final class CommandCall {
    /// How long an answer may take, unless the command says otherwise: longer than any deadline inside the daemon.
    static let answerTimeoutSeconds = 30

    /// The command line.
    package let parsed: ParsedCommand
    private let surroundings: Surroundings
    private let door: OutputDoor
    private var connection: ControlConnection?

    init(parsed: ParsedCommand, surroundings: Surroundings, door: OutputDoor) {
        self.parsed = parsed
        self.surroundings = surroundings
        self.door = door
    }

    /// The argument at this place; the parser has seen to it that there is one.
    func argument(_ index: Int) -> String {
        parsed.arguments.indices.contains(index) ? parsed.arguments[index] : ""
    }

    /// The value of an option as a whole number in a range.
    func number(_ name: OptionName, in range: ClosedRange<Int>) throws(ClientError) -> Int? {
        guard let text = parsed.value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .usage(
                "\(name.rawValue) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"",
                hint: "leave it out for the default"
            )
        }
        return number
    }

    /// Asks the daemon. Connects the first time.
    func ask<Operation: ControlOperation>(
        _ operation: Operation.Type,
        _ parameters: Operation.Parameters,
        timeoutSeconds: Int = CommandCall.answerTimeoutSeconds
    ) throws(ClientError) -> Operation.Result {
        let connection = try connected()
        let result = try connection.call(operation, parameters, timeoutSeconds: timeoutSeconds)
        if let version = connection.daemonVersion, version != ProgramVersion.current {
            door.warn("perdured is version \(version), \(CommandTable.program) is \(ProgramVersion.current)")
        }
        return result
    }

    /// Asks the person at the terminal; a script that runs without one has meant what it says.
    func confirm(_ question: String) throws(ClientError) {
        guard surroundings.inputIsTerminal, surroundings.errorIsTerminal, !parsed.has(.yes) else { return }
        surroundings.write(.error, "\(TerminalText.safe(question)) [y/N] ")
        let answer = surroundings.readLine()?.lowercased()
        guard answer == "y" || answer == "yes" else { throw .declined }
    }

    private func connected() throws(ClientError) -> ControlConnection {
        if let connection { return connection }
        let new = try ControlConnection(path: socketPath)
        connection = new
        return new
    }

    private var socketPath: String {
        if let path = parsed.value(.socket) { return path }
        if let path = surroundings.environment["PERDURE_SOCKET"], !path.isEmpty { return path }
        return ControlSocketPath(
            environment: surroundings.environment,
            userID: surroundings.userID,
            exists: surroundings.fileExists
        ).forClient()
    }
}
