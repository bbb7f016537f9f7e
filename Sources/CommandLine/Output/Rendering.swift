import ControlProtocol

/// The result of a command, for people and for programs.
package struct Rendering {
    /// What people see.
    package let page: Page
    /// What programs see; nil where there is nothing but words.
    private let document: Document?
    /// Text that goes out as it is, before the page.
    package let verbatim: String
    /// What a script learns of it: that it was done, unless said otherwise.
    package let exitCode: ExitCode

    private enum Document {
        case value(any Encodable & Sendable)
        case exact(ExactJSON)
    }

    /// A result with its page.
    package init(_ document: any Encodable & Sendable, _ page: Page, exitCode: ExitCode = .done) {
        self.document = .value(document)
        self.page = page
        self.verbatim = ""
        self.exitCode = exitCode
    }

    /// A result with numbers in it that are to come out as they are.
    init(exact document: ExactJSON, _ page: Page) {
        self.document = .exact(document)
        self.page = page
        self.verbatim = ""
        self.exitCode = .done
    }

    /// A text for programs that has a form of its own, such as CSV, a script or a document.
    package init(verbatim: String, notes: Page = Page()) {
        self.document = nil
        self.page = notes
        self.verbatim = verbatim
        self.exitCode = .done
    }

    /// Words only.
    package init(page: Page) {
        self.document = nil
        self.page = page
        self.verbatim = ""
        self.exitCode = .done
    }

    /// The JSON text for programs, with a line end.
    package func json() throws(ClientError) -> String? {
        switch document {
        case nil: return nil
        case .exact(let json)?: return TerminalText.safeJSON(json.text(pretty: true)) + "\n"
        case .value(let value)?:
            do {
                let bytes = try ControlCodec.json(value, pretty: true)
                return TerminalText.safeJSON(String(decoding: bytes, as: UTF8.self)) + "\n"
            } catch {
                throw .badAnswer(error.description)
            }
        }
    }
}

/// How a result is printed.
enum OutputFormat {
    case page, json
}
