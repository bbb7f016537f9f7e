import ControlProtocol

/// A drained deployment in a table.
struct PrunedRow: TableRow {
    let deployment: PrunedDeployment

    static let titles = ["ID", "URI", "SERVICES", "CREATED"]

    var cells: [Cell] {
        let services = deployment.services.map { "\($0.name)@\($0.revision)" }.joined(separator: ",")
        return [
            Cell(deployment.id), Cell(deployment.uri), Cell(services.isEmpty ? "-" : services),
            Cell(deployment.createdAt),
        ]
    }
}
