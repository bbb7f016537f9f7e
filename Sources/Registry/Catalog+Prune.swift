import DurableModel

/// What a removal of all that is drained comes to.
package struct Pruned: Sendable, Equatable {
    /// Those that were removed (in a dry run: would be), oldest first, as they were.
    package var deployments: [Deployment]
    /// How many more could be removed the same way: one step does only so many.
    package var remaining: Int
    package var isDryRun: Bool

    package init(deployments: [Deployment], remaining: Int, isDryRun: Bool) {
        self.deployments = deployments
        self.remaining = remaining
        self.isDryRun = isDryRun
    }
}

extension Catalog {
    /// The deployments that are drained and older than that, oldest first. Removing one drains no other.
    package func prunable(work: some UnfinishedWork, createdBefore: Timestamp?) -> [Deployment] {
        deployments
            .filter { deployment in
                if let createdBefore, deployment.createdAt >= createdBefore { return false }
                return drainState(of: deployment.id, work: work)?.status == .drained
            }
            .sorted { ($0.createdAt, $0.id.high, $0.id.low) < ($1.createdAt, $1.id.high, $1.id.low) }
    }

    /// Removes what is drained and older than that, at most so many, the oldest first. Gives what the store has to write.
    package mutating func prune(
        work: some UnfinishedWork,
        createdBefore: Timestamp?,
        limit: Int,
        act: OperatorAct
    ) -> (pruned: Pruned, changes: [CatalogChange]) {
        let prunable = prunable(work: work, createdBefore: createdBefore)
        let chosen = Array(prunable.prefix(limit))
        var changes: [CatalogChange] = []
        for deployment in chosen {
            take(deployment.id)
            changes.append(.deploymentRemoved(deployment.id))
            changes.append(
                .recorded(
                    CatalogHistoryRecord(
                        at: act.at,
                        deployment: deployment.id,
                        act: .removed,
                        forced: false,
                        actor: act.actor,
                        before: deployment,
                        after: nil
                    )
                )
            )
        }
        let pruned = Pruned(deployments: chosen, remaining: prunable.count - chosen.count, isDryRun: false)
        return (pruned, changes)
    }
}
