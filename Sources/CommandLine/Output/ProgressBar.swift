/// A line on a terminal that shows how far something is; nothing where nobody watches.
struct ProgressBar {
    private static let width = 30

    private let surroundings: Surroundings

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    /// Shows so much of the whole, in place of what was shown before.
    func show(done: Int, of total: Int, _ note: String) {
        guard surroundings.errorIsTerminal else { return }
        let whole = max(1, total)
        let share = min(max(0, done), whole)
        let filled = share * Self.width / whole
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        surroundings.write(.error, "\r\u{1B}[K[\(bar)] \(done)/\(total) \(TerminalText.safe(note))")
    }

    /// Takes it away.
    func clear() {
        guard surroundings.errorIsTerminal else { return }
        surroundings.write(.error, "\r\u{1B}[K")
    }
}
