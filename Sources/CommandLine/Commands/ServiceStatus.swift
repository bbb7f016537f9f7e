import ControlProtocol

extension CommandTable {
    /// `services status`
    static let serviceStatus = Command(
        "services status",
        "show how the work of services stands: by handler, the oldest, and keys that are waited for",
        arguments: [
            Command.Argument(
                "NAME",
                "the name of a service; all of them without one",
                isOptionalList: true,
                completes: .services
            )
        ],
        options: [Command.watchOption],
        examples: ["perdure services status", "perdure services status Greeter --watch"]
    ) { call throws(ClientError) in
        guard call.parsed.arguments.count <= 1 else {
            throw .usage("services status takes one name", hint: "leave it out for all services")
        }
        let result = try call.ask(
            ControlProtocol.ServiceStatus.self,
            ServiceStatus.Parameters(name: call.parsed.arguments.first)
        )
        return Rendering(result, serviceStatusPage(result.services))
    }

    private static func serviceStatusPage(_ services: [ServiceWork]) -> Page {
        guard !services.isEmpty else { return Page([.note("There are no services.")]) }
        var page = Page([.table(Table(services.flatMap(HandlerWorkRow.rows)))])
        let oldest = services.compactMap(\.oldest)
        if !oldest.isEmpty {
            page.add(.heading("The oldest unfinished of each service"))
            page.add(.table(Table(oldest.map(OldestRow.init))))
        }
        let blocked = services.flatMap { service in
            service.blockedKeys.map {
                [Cell(service.name), Cell($0.key), Cell($0.waiting), Cell(optional: $0.holderId)]
            }
        }
        if !blocked.isEmpty {
            page.add(.heading("Keys that are waited for"))
            page.add(.table(Table(titles: ["SERVICE", "KEY", "WAITING", "HELD BY"], rows: blocked)))
        }
        return page
    }
}

/// The work of a handler in a table.
private struct HandlerWorkRow: TableRow {
    let service: String
    let handler: ServiceWork.Handler

    static let titles = ["SERVICE", "HANDLER", "UNFINISHED", "STATUS"]

    static func rows(_ service: ServiceWork) -> [HandlerWorkRow] {
        service.handlers.map { HandlerWorkRow(service: service.name, handler: $0) }
    }

    var cells: [Cell] {
        let counts = InvocationStatus.allCases.compactMap { status in
            handler.invocations[status.rawValue].map { "\($0) \(status.rawValue)" }
        }
        return [
            Cell(service), Cell(handler.name), Cell(handler.invocations.values.reduce(0, +)),
            Cell(counts.isEmpty ? "-" : counts.joined(separator: ", ")),
        ]
    }
}

/// The oldest invocation of a service in a table.
private struct OldestRow: TableRow {
    let oldest: BlockerReport

    static let titles = ["ID", "TARGET", "STATUS", "CREATED"]

    var cells: [Cell] { [Cell(oldest.id), Cell(oldest.target), oldest.status.cell, Cell(oldest.createdAt)] }
}
