import ControlProtocol

extension CommandTable {
    /// `deployments list`
    static let listDeployments = Command(
        "deployments list",
        "list all deployments, the newest first",
        examples: ["perdure deployments list --json"]
    ) { call throws(ClientError) in
        let result = try call.ask(ListDeployments.self, NoParameters())
        guard !result.deployments.isEmpty else {
            return Rendering(
                result,
                Page([.note("There are no deployments. Register one: \(program) deployments register URL")])
            )
        }
        return Rendering(result, Page([.table(Table(result.deployments.map(DeploymentRow.init)))]))
    }
}
