import ControlProtocol

/// The result of a command, for people and for programs.
package struct Rendering {
    /// What people see.
    package let page: Page
    /// What programs see; nil where there is nothing but words.
    private let document: (any Encodable & Sendable)?

    /// A result with its page.
    package init(_ document: any Encodable & Sendable, _ page: Page) {
        self.document = document
        self.page = page
    }

    /// Words only.
    package init(page: Page) {
        self.document = nil
        self.page = page
    }

    /// The JSON text for programs, with a line end.
    package func json() throws(ClientError) -> String? {
        guard let document else { return nil }
        do {
            let bytes = try ControlCodec.json(document, pretty: true)
            return TerminalText.safeJSON(String(decoding: bytes, as: UTF8.self)) + "\n"
        } catch {
            throw .badAnswer(error.description)
        }
    }
}

/// How a result is printed.
enum OutputFormat {
    case page, json
}
