import ControlProtocol

/// A command under way: what was typed, and the daemon to ask.
package final class CommandCall {
    /// How long an answer may take, unless the command says otherwise: longer than any deadline inside the daemon.
    static let answerTimeoutSeconds = 30

    /// The command line.
    package let parsed: ParsedCommand
    let surroundings: Surroundings
    let door: OutputDoor
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

    /// The value of an option as a duration, in milliseconds.
    func duration(_ name: OptionName) throws(ClientError) -> Int? {
        guard let text = parsed.value(name) else { return nil }
        guard let milliseconds = DurationText.milliseconds(text) else {
            throw .usage("\(name.rawValue) must be a duration, not \"\(text)\"", hint: "for instance: 90s, 1h30m, 7d")
        }
        return milliseconds
    }

    /// The values of an option that names and gives at once, such as `NAME=VALUE`, by name.
    func pairs(_ option: OptionName, separators: String) throws(ClientError) -> [String: String] {
        var pairs: [String: String] = [:]
        for text in parsed.values(option) {
            guard let place = text.firstIndex(where: separators.contains), place != text.startIndex else {
                throw .usage("\(option.rawValue) needs NAME=VALUE, not \"\(text)\"", hint: "for instance: team=letters")
            }
            let value = text[text.index(after: place)...].drop { $0 == " " }
            guard pairs.updateValue(String(value), forKey: String(text[..<place])) == nil else {
                throw .usage("\(option.rawValue) gives \(text[..<place]) twice", hint: "give each name once")
            }
        }
        return pairs
    }

    /// Asks the daemon. Connects the first time.
    func ask<Operation: ControlOperation>(
        _ operation: Operation.Type,
        _ parameters: Operation.Parameters,
        timeoutSeconds: Int = CommandCall.answerTimeoutSeconds,
        onProgress: ((ControlPayload) -> Void)? = nil
    ) throws(ClientError) -> Operation.Result {
        let connection = try connected()
        let result = try connection.call(
            operation,
            parameters,
            timeoutSeconds: timeoutSeconds,
            onProgress: onProgress
        )
        if let version = connection.daemonVersion, version != ProgramVersion.current {
            door.warn("perdured is version \(version), \(CommandTable.program) is \(ProgramVersion.current)")
        }
        return result
    }

    /// Lets the person edit a text and does something with it. If that fails, what was typed is kept in a file.
    func edited(
        _ text: String,
        then use: (_ edited: String) throws(ClientError) -> Rendering
    ) throws(ClientError) -> Rendering {
        let edited: String
        switch surroundings.edit(text) {
        case .failure(let failure):
            throw .failed("it cannot be edited: \(failure.reason)", hint: "set VISUAL or EDITOR to an editor")
        case .success(let text): edited = text
        }
        do throws(ClientError) {
            return try use(edited)
        } catch {
            throw edited == text ? error : error.advising(kept(edited))
        }
    }

    private func kept(_ text: String) -> String {
        switch surroundings.keep(text) {
        case .success(let path): "what you typed is kept in \(path)"
        case .failure(let failure): "what you typed could not be kept: \(failure.reason)"
        }
    }

    /// The same for a value, which is edited as JSON.
    func edited<Value: Codable>(
        _ value: Value,
        then use: (_ edited: Value) throws(ClientError) -> Rendering
    ) throws(ClientError) -> Rendering {
        let text: String
        do {
            text = String(decoding: try ControlCodec.json(value, pretty: true), as: UTF8.self) + "\n"
        } catch {
            throw .badAnswer(error.description)
        }
        return try edited(text) { edited throws(ClientError) in
            let after: Value
            do throws(ControlProtocolError) {
                after = try ControlCodec.decode(Value.self, from: Array(edited.utf8))
            } catch {
                throw .failed("what was edited cannot be used: \(Self.problem(error))", hint: "nothing was changed")
            }
            return try use(after)
        }
    }

    /// What is wrong with a text that somebody typed, which is no frame.
    private static func problem(_ error: ControlProtocolError) -> String {
        switch error {
        case .notJSON(let detail): "it is not JSON: \(detail)"
        case .notAnObject: "it is JSON, but not an object"
        case .notAMessage(let detail): detail
        case .notUTF8: "it is not UTF-8"
        case .tooDeep, .notEncodable, .frameEmpty, .frameTooLarge, .frameTruncated: error.description
        }
    }

    /// Asks the person at the terminal, unless `--yes` has answered already. A script that runs without either has not
    /// said that it means it, and nothing is done. `consequences` is shown before the question.
    func confirm(_ question: String, consequences: Page = Page()) throws(ClientError) {
        guard !parsed.has(.yes) else { return }
        door.showAside(consequences)
        guard canAsk else {
            throw .usage(
                "\(question) That needs your consent, and there is no terminal to ask at",
                hint: "if you mean it, add --yes"
            )
        }
        surroundings.write(.error, "\(TerminalText.safe(question)) [y/N] ")
        let answer = surroundings.readLine()?.lowercased()
        guard answer == "y" || answer == "yes" else { throw .declined }
    }

    /// Whether there is somebody to ask.
    var canAsk: Bool { surroundings.inputIsTerminal && surroundings.errorIsTerminal }

    /// Lets go of the daemon; the next question connects anew.
    func disconnect() { connection = nil }

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
