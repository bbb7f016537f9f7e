import ControlProtocol

/// A service in a table.
struct ServiceRow: TableRow {
    let service: ServiceSummary

    static let titles = ["NAME", "REVISION", "FLAVOR", "DEPLOYMENT TYPE", "DEPLOYMENT ID"]

    var cells: [Cell] {
        [
            Cell(service.name), Cell(service.revision), Cell(service.flavor.rawValue),
            Cell(service.deploymentType.rawValue), Cell(service.deploymentId),
        ]
    }
}

/// A service of a deployment in a table.
struct ServedServiceRow: TableRow {
    let service: ServiceDetails

    static let titles = ["SERVICE", "REVISION", "FLAVOR", "HANDLERS"]

    var cells: [Cell] {
        [
            Cell(service.name), Cell(service.revision), Cell(service.flavor.rawValue),
            Cell(service.handlers.map(\.name).joined(separator: ",")),
        ]
    }
}

/// A handler in a table.
struct HandlerRow: TableRow {
    let handler: HandlerDetails

    static let titles = ["HANDLER", "TYPE", "VISIBILITY", "INPUT", "OUTPUT"]

    var cells: [Cell] {
        [
            Cell(handler.name), Cell(optional: handler.type), Cell(handler.isPublic ? "public" : "private"),
            Cell(handler.input), Cell(handler.output),
        ]
    }
}
