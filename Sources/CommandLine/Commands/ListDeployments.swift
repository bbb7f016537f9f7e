import ControlProtocol

extension CommandTable {
    /// `deployments list`
    static let listDeployments = Command(
        "deployments list",
        "list all deployments, the newest first",
        options: [Command.Option(.drained, "only those that nothing needs any more"), Command.watchOption],
        examples: ["perdure deployments list --json", "perdure deployments list --drained"]
    ) { call throws(ClientError) in
        var result = try call.ask(ListDeployments.self, NoParameters())
        if call.parsed.has(.drained) {
            result.deployments.removeAll { $0.status != .drained }
            if result.deployments.isEmpty {
                return Rendering(result, Page([.note("No deployment is drained.")]))
            }
        }
        guard !result.deployments.isEmpty else {
            return Rendering(
                result,
                Page([.note("There are no deployments. Register one: \(program) deployments register URL")])
            )
        }
        return Rendering(result, Page([.table(Table(result.deployments.map(DeploymentRow.init)))]))
    }
}
