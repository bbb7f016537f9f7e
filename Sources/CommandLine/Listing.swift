import ControlProtocol

/// Listings that come by pages.
extension CommandCall {
    /// The whole listing, page after page on one connection.
    func all<Operation: ControlOperation>(
        _ operation: Operation.Type
    ) throws(ClientError) -> Operation.Result where Operation.Parameters == PageParameters, Operation.Result: ListPage {
        var whole = try ask(operation, PageParameters())
        while let next = whole.next {
            let page = try ask(operation, PageParameters(after: next))
            whole.lines += page.lines
            whole.next = page.next
        }
        return whole
    }

    /// A listing as a table. A person gets each page as it comes, and the last one is what this gives; a program gets one
    /// document, and what is watched is shown at once.
    ///
    /// - Parameter empty: what is said if there is nothing to list.
    func listing<Operation: ControlOperation, Row: TableRow>(
        _ operation: Operation.Type,
        empty: String,
        row: (Operation.Result.Line) -> Row?
    ) throws(ClientError) -> Rendering where Operation.Parameters == PageParameters, Operation.Result: ListPage {
        guard door.format == .page, !parsed.has(.watch) else {
            var whole = try all(operation)
            whole.lines.removeAll { row($0) == nil }
            let rows = whole.lines.compactMap(row)
            return Rendering(whole, Page([rows.isEmpty ? .note(empty) : .table(Table(rows))]))
        }
        var page = try ask(operation, PageParameters())
        var widths: [Int]?
        while true {
            var table = Table(page.lines.compactMap(row))
            // The titles stand once, above the first page that has a line.
            if widths != nil { table = Table(titles: [], rows: table.rows) }
            table.widthsMin = widths ?? []
            if !table.rows.isEmpty { widths = table.widths(times: door.times) }
            guard let next = page.next else {
                return Rendering(page: Page([widths == nil ? .note(empty) : .table(table)]))
            }
            if !table.rows.isEmpty { try door.show(Rendering(page: Page([.table(table)]))) }
            page = try ask(operation, PageParameters(after: next))
        }
    }
}
