import ControlProtocol

extension CommandTable {
    /// `services describe`
    static let describeService = Command(
        "services describe",
        "show a service, its settings and its handlers",
        arguments: [Command.Argument("NAME", "the name of a service", completes: .services)],
        examples: ["perdure services describe Greeter"]
    ) { call throws(ClientError) in
        let service = try call.ask(DescribeService.self, DescribeService.Parameters(name: call.argument(0)))
        return Rendering(service, servicePage(service))
    }

    private static func servicePage(_ service: ServiceDetails) -> Page {
        let facts: [Page.Field?] = [
            Page.Field("Name", Cell(service.name)),
            Page.Field("Revision", Cell(service.revision)),
            Page.Field("Flavor", Cell(service.flavor.rawValue)),
            Page.Field("Visibility", Cell(service.isPublic ? "public" : "private")),
            Page.Field("Deployment", Cell("\(service.deploymentId), \(service.deploymentType.rawValue)")),
        ]
        let edited = service.isEdited == true ? "by an operator, until the next revision" : nil
        let fields =
            facts + settingFields(ServiceSettings(service)) + [
                Page.Field("Edited", optional: edited),
                Page.Field("Documentation", optional: service.documentation),
            ]
        var page = Page([.fields(fields.compactMap { $0 })])
        addPairs("Metadata", service.metadata, to: &page)
        page.add(.heading("Handlers"))
        page.add(.table(Table(service.handlers.map(HandlerRow.init))))
        return page
    }

    /// What is set on a service beyond its visibility; what is absent is the daemon's default.
    static func settingFields(_ settings: ServiceSettings) -> [Page.Field?] {
        let policy = settings.retryPolicy
        return [
            duration("Inactivity timeout", settings.inactivityTimeoutMilliseconds),
            duration("Abort timeout", settings.abortTimeoutMilliseconds),
            duration("Idempotency retention", settings.idempotencyRetentionMilliseconds),
            duration("Journal retention", settings.journalRetentionMilliseconds),
            duration("Workflow retention", settings.workflowRetentionMilliseconds),
            duration("Retry initial interval", policy?.initialIntervalMilliseconds),
            Page.Field("Retry factor", optional: policy?.factor.map { String($0) }),
            duration("Retry max interval", policy?.maxIntervalMilliseconds),
            Page.Field("Retry max attempts", optional: policy?.maxAttempts.map(String.init)),
            Page.Field("Retry on max attempts", optional: policy?.onMaxAttempts?.rawValue),
        ]
    }

    private static func duration(_ name: String, _ milliseconds: Int?) -> Page.Field? {
        Page.Field(name, optional: milliseconds.map(DurationText.of))
    }
}
