import ControlProtocol

/// An invocation that needs a deployment, in a table.
struct BlockerRow: TableRow {
    let blocker: BlockerReport

    static let titles = ["ID", "TARGET", "STATUS", "CREATED", "WAITS FOR"]

    var cells: [Cell] {
        [
            Cell(blocker.id), Cell(blocker.target), blocker.status.cell, Cell(blocker.createdAt),
            Cell(optional: blocker.waitsFor),
        ]
    }
}
