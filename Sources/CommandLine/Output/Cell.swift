import ControlProtocol

/// A piece of text and how it looks on a terminal that has colours.
package struct Cell: Equatable, Sendable {
    private enum Content: Equatable {
        case text(String)
        case time(ControlTime)
    }

    private let content: Content
    /// How it looks.
    package let style: Style

    /// A text; plain unless said otherwise.
    package init(_ text: String, _ style: Style = .plain) {
        self.content = .text(text)
        self.style = style
    }

    /// A time.
    package init(_ time: ControlTime) {
        self.content = .time(time)
        self.style = .plain
    }

    /// A number.
    package init(_ number: Int, _ style: Style = .plain) { self.init(String(number), style) }

    /// A text that may be absent, which shows as a dash.
    package init(optional text: String?, _ style: Style = .plain) { self.init(text ?? "-", style) }

    /// A time that may be absent.
    package init(optionalTime time: ControlTime?) {
        if let time { self.init(time) } else { self.init("-") }
    }

    /// A cell for each line of its text, of which there is at least one.
    var lines: [Cell] {
        guard case .text(let text) = content else { return [self] }
        let lines = text.split(whereSeparator: \.isNewline)
        return lines.count > 1 ? lines.map { Cell(String($0), style) } : [self]
    }

    /// The text as it came, control characters and all.
    package func text(_ times: TimeText) -> String {
        switch content {
        case .text(let text): text
        case .time(let time): times.text(time)
        }
    }
}

/// The few looks there are, by meaning.
package enum Style: Equatable, Sendable {
    case plain, title, good, attention, bad, faint

    /// The number of the terminal's attribute, if it has one.
    var attribute: Int? {
        switch self {
        case .plain: nil
        case .title: 1
        case .good: 32
        case .attention: 33
        case .bad: 31
        case .faint: 2
        }
    }

    /// The text in this look.
    func applied(to text: String, colours: Bool) -> String {
        guard colours, let attribute else { return text }
        return "\u{1B}[\(attribute)m\(text)\u{1B}[0m"
    }
}
