import ControlProtocol

/// The one way out: everything the client prints passes here.
struct OutputDoor {
    let surroundings: Surroundings
    let format: OutputFormat
    let times: TimeText

    /// Empties the screen of a terminal, or sets what follows apart from what went before.
    func beginAgain(isFirst: Bool) throws(ClientError) {
        if surroundings.outputIsTerminal {
            try write("\u{1B}[H\u{1B}[2J")
        } else if !isFirst {
            try write("\n")
        }
    }

    /// A text that is for programs goes to them as it is; a terminal must not obey it.
    private func shown(_ verbatim: String) -> String {
        guard surroundings.outputIsTerminal else { return verbatim }
        return verbatim.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .map { TerminalText.safe(String($0)) }.joined(separator: "\n")
    }

    /// Prints a page for a person who is about to be asked something.
    func showAside(_ page: Page) {
        let colours = hasColours(surroundings.errorIsTerminal)
        surroundings.write(.error, page.text(colours: colours, times: times))
    }

    /// Prints a result.
    func show(_ rendering: Rendering) throws(ClientError) {
        switch format {
        case .page:
            surroundings.write(.error, rendering.page.notes)
            let colours = hasColours(surroundings.outputIsTerminal)
            try write(shown(rendering.verbatim) + rendering.page.text(colours: colours, times: times))
        case .json:
            try write(try rendering.json() ?? shown(rendering.verbatim) + rendering.page.text(colours: false))
        }
    }

    /// Prints a line.
    func show(line: String) throws(ClientError) {
        try write(line + "\n")
    }

    /// Prints an error: for people a line of what happened and one of what to do, for programs one JSON object.
    func show(_ error: ClientError) {
        switch (format, error) {
        case (.json, .refused(let refusal)):
            surroundings.write(.error, Self.json(RefusalDocument(error: refusal)))
        case (.json, _):
            let words = ErrorText.words(for: error, serviceState: surroundings.serviceState)
            let advice = words.advice.isEmpty ? nil : words.advice.joined(separator: "; ")
            let data = ControlErrorData(name: error.name, advice: advice)
            surroundings.write(.error, Self.json(FailureDocument(error: .init(message: words.message, data: data))))
        case (.page, _):
            let colours = hasColours(surroundings.errorIsTerminal)
            let text = ErrorText.page(for: error, serviceState: surroundings.serviceState).text(colours: colours)
            surroundings.write(.error, text)
        }
    }

    /// Prints something a person should know, though the command goes on.
    func warn(_ text: String) {
        surroundings.write(.error, "warning: \(TerminalText.safe(text))\n")
    }

    /// Whether anybody reading along asked for none.
    private func hasColours(_ isTerminal: Bool) -> Bool {
        let environment = surroundings.environment
        return isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    private func write(_ text: String) throws(ClientError) {
        switch surroundings.write(.output, text) {
        case .written, .readerGone: return
        case .failed(let reason): throw .outputFailed(reason)
        }
    }

    private struct RefusalDocument: Encodable { let error: ControlError }

    /// What no daemon has said has no code of the control protocol, and is otherwise of the same form.
    private struct FailureDocument: Encodable {
        struct Failure: Encodable {
            let message: String
            let data: ControlErrorData
        }

        let error: Failure
    }

    private static func json(_ document: some Encodable) -> String {
        guard let bytes = try? ControlCodec.json(document, pretty: true) else { return "" }
        return TerminalText.safeJSON(String(decoding: bytes, as: UTF8.self)) + "\n"
    }
}
