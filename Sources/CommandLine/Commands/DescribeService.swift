import ControlProtocol

extension CommandTable {
    /// `services describe`
    static let describeService = Command(
        "services describe",
        "show a service, its settings and its handlers",
        arguments: [Command.Argument("NAME", "the name of a service")],
        examples: ["perdure services describe Greeter"]
    ) { call throws(ClientError) in
        let service = try call.ask(DescribeService.self, DescribeService.Parameters(name: call.argument(0)))
        return Rendering(service, servicePage(service))
    }

    private static func servicePage(_ service: ServiceDetails) -> Page {
        let fields: [Page.Field?] = [
            Page.Field("Name", Cell(service.name)),
            Page.Field("Revision", Cell(service.revision)),
            Page.Field("Flavor", Cell(service.flavor.rawValue)),
            Page.Field("Visibility", Cell(service.isPublic ? "public" : "private")),
            Page.Field("Deployment", Cell("\(service.deploymentId), \(service.deploymentType.rawValue)")),
            duration("Inactivity timeout", service.inactivityTimeoutMilliseconds),
            duration("Abort timeout", service.abortTimeoutMilliseconds),
            duration("Idempotency retention", service.idempotencyRetentionMilliseconds),
            duration("Journal retention", service.journalRetentionMilliseconds),
            duration("Workflow retention", service.workflowRetentionMilliseconds),
            Page.Field("Documentation", optional: service.documentation),
        ]
        var page = Page([.fields(fields.compactMap { $0 })])
        addPairs("Metadata", service.metadata, to: &page)
        page.add(.heading("Handlers"))
        page.add(.table(Table(service.handlers.map(HandlerRow.init))))
        return page
    }

    private static func duration(_ name: String, _ milliseconds: Int?) -> Page.Field? {
        Page.Field(name, optional: milliseconds.map(DurationText.of))
    }
}
