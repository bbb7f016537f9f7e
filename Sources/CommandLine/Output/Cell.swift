/// A piece of text and how it looks on a terminal that has colours.
package struct Cell: Equatable, Sendable {
    /// The text as it came, control characters and all.
    package let text: String
    /// How it looks.
    package let style: Style

    /// A text; plain unless said otherwise.
    package init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }

    /// A number.
    package init(_ number: Int, _ style: Style = .plain) { self.init(String(number), style) }

    /// A text that may be absent, which shows as a dash.
    package init(optional text: String?, _ style: Style = .plain) { self.init(text ?? "-", style) }
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
