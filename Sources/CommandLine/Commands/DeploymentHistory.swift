import ControlProtocol

extension CommandTable {
    /// `deployments history`
    static let deploymentHistory = Command(
        "deployments history",
        "show what was done to a deployment, when and by whom",
        arguments: [
            Command.Argument("ID", "the id of a deployment, dp_..., also of a removed one", completes: .deployments)
        ],
        examples: ["perdure deployments history dp_1..."]
    ) { call throws(ClientError) in
        let history = try call.ask(
            ControlProtocol.DeploymentHistory.self,
            IdentifierParameters(id: call.argument(0))
        )
        return Rendering(history, Page([.table(Table(history.entries.map(HistoryRow.init)))]))
    }
}
