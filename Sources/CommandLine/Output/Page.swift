import ControlProtocol

/// What a person reads on a terminal: blocks, one below the other.
package struct Page: Equatable, Sendable {
    /// A part of a page.
    package enum Block: Equatable, Sendable {
        /// A title, with an empty line before it.
        case heading(String)
        /// Names and what they are.
        case fields([Field])
        case table(Table)
        /// A line.
        case text(String)
        /// A line that is for people only: it goes to standard error, and a pipe does not get it.
        case note(String)
    }

    /// A name and what it is.
    package struct Field: Equatable, Sendable {
        let name: String
        let cell: Cell

        /// A name with a cell.
        package init(_ name: String, _ cell: Cell) {
            self.name = name
            self.cell = cell
        }

        /// A name with a text, or nothing at all where there is no text.
        package init?(_ name: String, optional text: String?, _ style: Style = .plain) {
            guard let text else { return nil }
            self.init(name, Cell(text, style))
        }

        /// A name with a time, or nothing at all where there is none.
        package init?(_ name: String, time: ControlTime?) {
            guard let time else { return nil }
            self.init(name, Cell(time))
        }
    }

    /// The blocks, in order.
    package private(set) var blocks: [Block] = []

    /// A page of these blocks.
    package init(_ blocks: [Block] = []) { self.blocks = blocks }

    /// Adds a block at the end.
    package mutating func add(_ block: Block) { blocks.append(block) }

    /// Adds all of another page at the end.
    package mutating func add(_ page: Page) { blocks += page.blocks }

    /// The text for standard output.
    package func text(colours: Bool, times: TimeText = .utc) -> String {
        var lines: [String] = []
        for block in blocks {
            switch block {
            case .heading(let title):
                if !lines.isEmpty { lines.append("") }
                lines.append(Style.title.applied(to: TerminalText.safe(title), colours: colours))
            case .fields(let fields):
                let rows = fields.flatMap { field in
                    field.cell.lines.enumerated().map { [Cell($0 == 0 ? field.name : "", .faint), $1] }
                }
                lines += Table(titles: [], rows: rows).lines(colours: colours, times: times)
            case .table(let table):
                lines += table.lines(colours: colours, times: times)
            case .text(let text):
                lines.append(TerminalText.safe(text))
            case .note:
                break
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The text for standard error.
    package var notes: String {
        blocks.map { block in
            guard case .note(let text) = block else { return "" }
            return TerminalText.safe(text) + "\n"
        }.joined()
    }
}
