import ControlProtocol

extension CommandTable {
    /// `deployments list`
    static let listDeployments = Command(
        "deployments list",
        "list all deployments, the newest first",
        options: [Command.Option(.drained, "only those that nothing needs any more"), Command.watchOption],
        examples: ["perdure deployments list --json", "perdure deployments list --drained"]
    ) { call throws(ClientError) in
        let onlyDrained = call.parsed.has(.drained)
        return try call.listing(
            ListDeployments.self,
            empty: onlyDrained
                ? "No deployment is drained."
                : "There are no deployments. Register one: \(program) deployments register URL"
        ) { onlyDrained && $0.status != .drained ? nil : DeploymentRow(deployment: $0) }
    }
}
