import ControlProtocol

extension CommandTable {
    /// Hundreds may go, and each is decided by itself.
    private static let pruneTimeoutSeconds = 120

    /// `deployments prune`
    static let pruneDeployments = Command(
        "deployments prune",
        "remove all deployments that nothing needs any more",
        options: [
            Command.Option(.olderThan, value: "DURATION", "only those registered at least so long ago"),
            Command.Option(.dryRun, "only list them"),
            Command.Option(.yes, "do not ask"),
        ],
        examples: ["perdure deployments prune --older-than 7d", "perdure deployments prune --dry-run"]
    ) { call throws(ClientError) in
        var parameters = PruneDeployments.Parameters(
            olderThanMilliseconds: try call.duration(.olderThan),
            dryRun: true
        )
        if call.parsed.has(.dryRun) || !call.parsed.has(.yes) {
            let plan = try call.ask(PruneDeployments.self, parameters, timeoutSeconds: pruneTimeoutSeconds)
            if call.parsed.has(.dryRun) || plan.deployments.isEmpty { return Rendering(plan, prunePage(plan)) }
            let count = plan.deployments.count
            try call.confirm(
                "Remove \(count == 1 ? "this deployment" : "these \(count) deployments")?",
                consequences: Page([.table(Table(plan.deployments.map(PrunedRow.init)))])
            )
        }
        parameters.dryRun = false
        let result = try call.ask(PruneDeployments.self, parameters, timeoutSeconds: pruneTimeoutSeconds)
        return Rendering(result, prunePage(result))
    }

    private static func prunePage(_ result: PruneDeployments.Result) -> Page {
        guard !result.deployments.isEmpty else { return Page([.note("There is no deployment to remove.")]) }
        var page = Page([.table(Table(result.deployments.map(PrunedRow.init)))])
        page.add(.note((result.isDryRun ? "Can be removed: " : "Removed: ") + String(result.deployments.count)))
        return page
    }
}
