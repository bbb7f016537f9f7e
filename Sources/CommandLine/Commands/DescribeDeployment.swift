import ControlProtocol

extension CommandTable {
    /// `deployments describe`
    static let describeDeployment = Command(
        "deployments describe",
        "show a deployment and the services it serves",
        arguments: [Command.Argument("ID", "the id of a deployment, dp_...")],
        examples: ["perdure deployments describe dp_1..."]
    ) { call throws(ClientError) in
        let deployment = try call.ask(DescribeDeployment.self, IdentifierParameters(id: call.argument(0)))
        return Rendering(deployment, deploymentPage(deployment))
    }

    private static func deploymentPage(_ deployment: DeploymentDetails) -> Page {
        let versions = "\(deployment.minProtocolVersion) to \(deployment.maxProtocolVersion)"
        let fields: [Page.Field?] = [
            Page.Field("ID", Cell(deployment.id)),
            Page.Field("URI", Cell(deployment.uri)),
            Page.Field("Status", deployment.status.cell),
            Page.Field("Type", Cell("\(deployment.type.rawValue), \(deployment.httpVersion)")),
            Page.Field("Protocol versions", Cell(versions)),
            Page.Field("SDK", optional: deployment.sdkVersion),
            Page.Field("Created", Cell(deployment.createdAt.shown)),
            Page.Field("Unfinished invocations", Cell(deployment.unfinishedInvocations)),
        ]
        var page = Page([.fields(fields.compactMap { $0 })])
        addPairs("Headers", deployment.additionalHeaders, to: &page)
        addPairs("Metadata", deployment.metadata, to: &page)
        for service in deployment.services {
            page.add(.heading("\(service.name), revision \(service.revision), \(service.flavor.rawValue)"))
            page.add(.table(Table(service.handlers.map(HandlerRow.init))))
        }
        return page
    }

    /// Names and values in alphabetic order, under a title, if there are any.
    static func addPairs(_ title: String, _ pairs: [String: String], to page: inout Page) {
        guard !pairs.isEmpty else { return }
        page.add(.heading(title))
        page.add(.fields(pairs.sorted { $0.key < $1.key }.map { Page.Field($0.key, Cell($0.value)) }))
    }
}
