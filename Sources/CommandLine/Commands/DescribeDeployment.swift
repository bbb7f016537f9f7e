import ControlProtocol

extension CommandTable {
    /// `deployments describe`
    static let describeDeployment = Command(
        "deployments describe",
        "show a deployment and the services it serves",
        arguments: [Command.Argument("ID", "the id of a deployment, dp_...", completes: .deployments)],
        options: [
            Command.Option(.extra, "also name invocations that need it, and what they wait for"), Command.watchOption,
        ],
        examples: ["perdure deployments describe dp_1...", "perdure deployments describe dp_1... --extra"]
    ) { call throws(ClientError) in
        let deployment = try call.ask(
            DescribeDeployment.self,
            DescribeDeployment.Parameters(id: call.argument(0), extra: call.parsed.has(.extra))
        )
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
            Page.Field("Created", Cell(deployment.createdAt)),
            Page.Field("Unfinished invocations", Cell(deployment.unfinishedInvocations)),
        ]
        var page = Page([.fields(fields.compactMap { $0 })])
        addPairs("Headers", deployment.additionalHeaders, to: &page)
        addPairs("Metadata", deployment.metadata, to: &page)
        for service in deployment.services {
            page.add(.heading("\(service.name), revision \(service.revision), \(service.flavor.rawValue)"))
            page.add(.table(Table(service.handlers.map(HandlerRow.init))))
        }
        if let work = deployment.drain?.work, !work.isEmpty {
            page.add(.heading("Work that needs it"))
            page.add(workTable(work))
        }
        if let blockers = deployment.blockers, !blockers.isEmpty {
            page.add(.heading("Invocations that need it, the oldest first"))
            page.add(.table(Table(blockers.map(BlockerRow.init))))
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
