import ControlProtocol

/// An invocation in a table.
struct InvocationRow: TableRow {
    let invocation: InvocationSummary

    static let titles = ["ID", "TARGET", "STATUS", "CREATED", "ATTEMPTS", "DEPLOYMENT ID", "LAST FAILURE"]

    var cells: [Cell] {
        [
            Cell(invocation.id), Cell(invocation.target), status, Cell(invocation.createdAt),
            Cell(optional: invocation.retryCount.map(String.init)), Cell(optional: invocation.deploymentId),
            Cell(optional: invocation.lastFailure.map(Self.brief)),
        ]
    }

    /// The beginning of a failure: SDKs send whole stack traces, and `describe` shows them.
    private static func brief(_ failure: String) -> String {
        let line = failure.prefix { !$0.isNewline }.prefix(100)
        return line.endIndex == failure.endIndex ? failure : line + "…"
    }

    /// A completed invocation that failed shows how it completed.
    private var status: Cell {
        guard invocation.completionResult == "failure" else { return invocation.status.cell }
        return Cell("\(invocation.status.rawValue) (failure)", .bad)
    }
}

/// A journal entry in a table.
struct JournalEntryRow: TableRow {
    let entry: JournalEntrySummary

    static let titles = ["INDEX", "ENTRY", "NAME", "DETAIL", "STATE", "APPENDED"]

    var cells: [Cell] {
        let state = entry.isCompleted.map { $0 ? Cell("completed", .faint) : Cell("waiting", .attention) }
        return [
            Cell(entry.index), Cell(entry.type), Cell(optional: entry.name), Cell(optional: entry.detail),
            state ?? Cell("-"), Cell(optionalTime: entry.appendedAt),
        ]
    }
}
