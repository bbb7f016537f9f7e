/// Rows under titles, each column as wide as its widest cell.
package struct Table: Equatable, Sendable {
    /// The titles; none for a list without.
    package let titles: [String]
    /// The rows, one cell a column.
    package let rows: [[Cell]]
    /// How wide the columns are at least, so that the pages of one table stand below each other.
    var widthsMin: [Int] = []

    /// A table of these rows.
    package init(titles: [String], rows: [[Cell]]) {
        self.titles = titles
        self.rows = rows
    }

    /// A table of things of one kind.
    package init<Row: TableRow>(_ rows: [Row]) {
        self.init(titles: Row.titles, rows: rows.map(\.cells))
    }

    /// The lines, without line ends.
    func lines(colours: Bool, times: TimeText) -> [String] {
        let all = (titles.isEmpty ? [] : [titles.map { Cell($0, .title) }]) + rows
        let texts = all.map { row in row.map { TerminalText.safe($0.text(times)) } }
        let widths = widths(of: texts)
        return zip(all, texts).map { cells, texts in
            var line = ""
            for (column, text) in texts.enumerated() {
                let isLast = column == texts.count - 1
                // Padding is outside of the colours, and the last column needs none.
                let padding = isLast ? 0 : widths[column] - DisplayWidth.of(text) + Self.gap
                line += cells[column].style.applied(to: text, colours: colours)
                line += String(repeating: " ", count: padding)
            }
            return line
        }
    }

    /// How wide the columns come to be.
    func widths(times: TimeText) -> [Int] {
        widths(of: [titles] + rows.map { row in row.map { TerminalText.safe($0.text(times)) } })
    }

    private func widths(of texts: [[String]]) -> [Int] {
        var widths = widthsMin
        for row in texts {
            for (column, text) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], DisplayWidth.of(text))
            }
        }
        return widths
    }

    private static let gap = 2
}

/// A thing that has a line in a table.
package protocol TableRow {
    /// The titles of the columns.
    static var titles: [String] { get }
    /// The cells, as many as titles.
    var cells: [Cell] { get }
}
