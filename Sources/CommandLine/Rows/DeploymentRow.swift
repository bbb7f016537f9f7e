import ControlProtocol

/// A deployment in a table.
struct DeploymentRow: TableRow {
    let deployment: DeploymentSummary

    static let titles = ["ID", "STATUS", "TYPE", "URI", "SERVICES", "UNFINISHED", "CREATED"]

    var cells: [Cell] {
        let services = deployment.services.map { "\($0.name)@\($0.revision)" }.joined(separator: ",")
        return [
            Cell(deployment.id), deployment.status.cell, Cell(deployment.type.rawValue), Cell(deployment.uri),
            Cell(services.isEmpty ? "-" : services), Cell(deployment.unfinishedInvocations),
            Cell(deployment.createdAt),
        ]
    }
}
