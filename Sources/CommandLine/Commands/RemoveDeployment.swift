import ControlProtocol

extension CommandTable {
    /// `deployments remove`
    static let removeDeployment = Command(
        "deployments remove",
        "remove a deployment that nothing needs any more",
        arguments: [Command.Argument("ID", "the id of a deployment, dp_...", completes: .deployments)],
        options: [
            Command.Option(.force, "remove it whatever still needs it"),
            Command.Option(.yes, "do not ask before removing by force"),
        ],
        examples: ["perdure deployments remove dp_1..."]
    ) { call throws(ClientError) in
        let id = call.argument(0)
        let force = call.parsed.has(.force)
        if force { try call.confirm("Invocations pinned to \(id) cannot go on without it. Remove it?") }
        let result = try call.ask(RemoveDeployment.self, RemoveDeployment.Parameters(id: id, force: force))
        var page = Page([.text("Removed \(result.id).")])
        if result.orphanedInvocations > 0 {
            page.add(.text("Invocations that need it and cannot go on: \(result.orphanedInvocations)"))
        }
        return Rendering(result, page)
    }
}
