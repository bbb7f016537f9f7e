import ControlProtocol

extension CommandTable {
    /// `deployments update`
    static let updateDeployment = Command(
        "deployments update",
        "change where and how a deployment is called, in place",
        arguments: [Command.Argument("ID", "the id of a deployment, dp_...", completes: .deployments)],
        options: [
            Command.Option(.uri, value: "URL", "its new address"),
            Command.Option(
                .extraHeader,
                value: "NAME=VALUE",
                "send this header with every request, and no other ones given before",
                isRepeated: true
            ),
            Command.Option(
                .metadata,
                value: "NAME=VALUE",
                "remember this about it, and nothing that was given before",
                isRepeated: true
            ),
            Command.Option(.useHTTP11, "call it over HTTP/1.1, one request and response an attempt"),
            Command.Option(.overwrite, "take over the services found at the address, too"),
            Command.Option(.dryRun, "only show what it would change"),
            Command.Option(.yes, "do not ask before changing what is in flight"),
        ],
        examples: ["perdure deployments update dp_1... --uri http://localhost:9081"]
    ) { call throws(ClientError) in
        var parameters = UpdateDeployment.Parameters(id: call.argument(0))
        parameters.uri = call.parsed.value(.uri).map(address)
        if call.parsed.has(.extraHeader) {
            parameters.additionalHeaders = try call.pairs(.extraHeader, separators: ":=")
        }
        if call.parsed.has(.metadata) { parameters.metadata = try call.pairs(.metadata, separators: "=") }
        if call.parsed.has(.useHTTP11) { parameters.useHTTP11 = true }
        parameters.overwrite = call.parsed.has(.overwrite)
        parameters.dryRun = true
        if call.parsed.has(.dryRun) || !call.parsed.has(.yes) {
            let plan = try call.ask(UpdateDeployment.self, parameters, timeoutSeconds: registrationTimeoutSeconds)
            if call.parsed.has(.dryRun) || !plan.isChanged { return Rendering(plan, updatePage(plan, isDryRun: true)) }
            if plan.invocationsInFlight > 0 || !plan.differences.isEmpty {
                try call.confirm(
                    "Invocations in flight that meet the change: \(plan.invocationsInFlight). Go on?",
                    consequences: changesPage(plan.differences, plan.warnings)
                )
            }
        }
        parameters.dryRun = false
        let result = try call.ask(UpdateDeployment.self, parameters, timeoutSeconds: registrationTimeoutSeconds)
        return Rendering(result, updatePage(result, isDryRun: false))
    }

    private static func updatePage(_ result: UpdateDeployment.Result, isDryRun: Bool) -> Page {
        let deployment = result.deployment
        guard result.isChanged else { return Page([.text("\(deployment.id) is like this already; nothing was done.")]) }
        var page = Page([
            .text(
                isDryRun
                    ? "\(deployment.id) can be changed, to \(deployment.uri); nothing was done."
                    : "Changed \(deployment.id); it is called at \(deployment.uri)."
            )
        ])
        if result.invocationsInFlight > 0 {
            page.add(.text("Invocations in flight that meet the change: \(result.invocationsInFlight)"))
        }
        page.add(changesPage(result.differences, result.warnings))
        return page
    }
}
