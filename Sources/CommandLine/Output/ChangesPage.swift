import ControlProtocol

extension CommandTable {
    /// What becomes of each service, and what should be known of it.
    static func changesPage(_ changes: [ServiceChange], _ warnings: [String]) -> Page {
        var page = Page()
        for change in changes { add(change, to: &page) }
        if !warnings.isEmpty { page.add(.heading("Take note")) }
        for warning in warnings { page.add(.text("  ! " + warning)) }
        return page
    }

    private static func add(_ change: ServiceChange, to page: inout Page) {
        let note = change.isBreaking ? ", breaks callers" : ""
        page.add(.heading("\(change.service): \(change.kind.rawValue)\(note)"))
        var rows = change.changes.map { row("~", "service", $0) }
        rows += change.handlersAdded.map { [Cell("  +", .good), Cell($0), Cell("added", .good)] }
        rows += change.handlersRemoved.map { [Cell("  -", .bad), Cell($0), Cell("removed", .bad)] }
        for handler in change.handlersChanged {
            rows += handler.changes.map { row("~", handler.handler, $0) }
        }
        page.add(.table(Table(titles: [], rows: rows)))
    }

    private static func row(_ sign: String, _ thing: String, _ change: AspectChange) -> [Cell] {
        var text = change.aspect
        if change.before != nil || change.after != nil {
            text += ": \(change.before ?? "the default") -> \(change.after ?? "the default")"
        }
        return [Cell("  " + sign, .attention), Cell(thing), Cell(text, .attention)]
    }
}
