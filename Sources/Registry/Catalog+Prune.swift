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
}
