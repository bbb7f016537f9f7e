import DurableModel

/// One step of a removal of all that is drained: it looks at the deployments by age, and only at so many.
package struct PruneStep: Sendable, Equatable {
    /// Only those that are older; `nil` for any age.
    package var createdBefore: Timestamp?
    /// Where the step before ended.
    package var after: DeploymentPlace?
    /// Name them, but change nothing.
    package var isDryRun: Bool
    /// How many deployments it looks at.
    package var looksMax: Int
    /// How many it removes.
    package var removalsMax: Int

    /// How many deployments one step looks at and removes unless it says otherwise: a turn must stay short.
    package static let looksMaxDefault = 2_048
    package static let removalsMaxDefault = 256

    package init(
        createdBefore: Timestamp? = nil,
        after: DeploymentPlace? = nil,
        isDryRun: Bool = false,
        looksMax: Int = PruneStep.looksMaxDefault,
        removalsMax: Int = PruneStep.removalsMaxDefault
    ) {
        self.createdBefore = createdBefore
        self.after = after
        self.isDryRun = isDryRun
        self.looksMax = looksMax
        self.removalsMax = removalsMax
    }
}

/// What a removal of all that is drained, or a step of it, comes to.
package struct Pruned: Sendable, Equatable {
    /// Those that were removed (in a dry run: would be), oldest first, as they were.
    package var deployments: [Deployment]
    /// Where the next step begins; `nil` after the last one.
    package var next: DeploymentPlace?
    package var isDryRun: Bool

    package init(deployments: [Deployment], next: DeploymentPlace? = nil, isDryRun: Bool) {
        self.deployments = deployments
        self.next = next
        self.isDryRun = isDryRun
    }
}

extension Catalog {
    /// Removes what is drained, the oldest first. Removing one drains no other, so that steps one after the other find
    /// all that there are. Gives what the store has to write.
    package mutating func prune(
        _ step: PruneStep,
        work: some UnfinishedWork,
        act: OperatorAct
    ) -> (pruned: Pruned, changes: [CatalogChange]) {
        var pruned = Pruned(deployments: [], isDryRun: step.isDryRun)
        let looked = deployments(after: step.after, limit: step.looksMax).prefix { deployment in
            step.createdBefore.map { deployment.createdAt < $0 } ?? true
        }
        for deployment in looked where pruned.deployments.count < step.removalsMax {
            pruned.next = DeploymentPlace(deployment)
            if drainState(of: deployment.id, work: work)?.status == .drained { pruned.deployments.append(deployment) }
        }
        if looked.count < step.looksMax, pruned.deployments.count < step.removalsMax { pruned.next = nil }
        guard !step.isDryRun else { return (pruned, []) }
        var changes: [CatalogChange] = []
        for deployment in pruned.deployments {
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
        return (pruned, changes)
    }
}
