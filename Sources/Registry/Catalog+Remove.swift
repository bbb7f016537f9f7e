import DurableModel

/// What the removal of a deployment comes to.
package struct Removal: Sendable, Equatable {
    /// A service of the removed deployment that new invocations went to, and where they go now.
    package struct Fallback: Sendable, Equatable {
        package var service: String
        /// `nil` when the service has vanished.
        package var deployment: DeploymentID?
        package var revision: Int?

        package init(service: String, deployment: DeploymentID?, revision: Int?) {
            self.service = service
            self.deployment = deployment
            self.revision = revision
        }
    }

    /// The deployment as it was.
    package var deployment: Deployment
    package var catalog: Catalog
    /// For the store.
    package var changes: [CatalogChange]
    /// How many unfinished invocations stay pinned to what is gone; only `force` leaves any.
    package var orphanedPinned: Int
    /// Accepted work that no remaining deployment can start; only `force` leaves any.
    package var orphanedUnpinned: [DrainState.BoundWork]
    /// How many invocations cannot go on without it.
    package var orphaned: Int { orphanedUnpinned.reduce(orphanedPinned) { $0 + $1.count } }
    /// Sorted by service; only `force` brings any about.
    package var fallbacks: [Fallback]
}

extension Catalog {
    /// Removes a deployment: without `force` only a drained one that serves nothing, else `notDrained` with all that
    /// blocks. `work` must be what is true in the transaction that stores the removal.
    package func remove(
        _ id: DeploymentID,
        force: Bool,
        work: some UnfinishedWork,
        act: OperatorAct
    ) throws(RegistryError) -> Removal {
        guard let deployment = deployment(id), let state = drainState(of: id, work: work) else {
            throw .unknownDeployment(id)
        }
        guard force || state.status == .drained else { throw .notDrained(id, state) }
        var catalog = self
        catalog.take(id)
        let record = CatalogHistoryRecord(
            at: act.at,
            deployment: id,
            act: .removed,
            forced: force,
            actor: act.actor,
            before: deployment,
            after: nil
        )
        return Removal(
            deployment: deployment,
            catalog: catalog,
            changes: [.deploymentRemoved(id), .recorded(record)],
            orphanedPinned: state.pinned,
            orphanedUnpinned: catalog.unstartable(of: deployment, work: work),
            fallbacks: state.serving.map { name in
                let latest = catalog.service(named: name)?.latest
                return Removal.Fallback(service: name, deployment: latest?.deployment, revision: latest?.revision)
            }
        )
    }

    /// The unpinned work of the removed deployment's handlers that nothing in this catalog can start.
    private func unstartable(of removed: Deployment, work: some UnfinishedWork) -> [DrainState.BoundWork] {
        var orphaned: [DrainState.BoundWork] = []
        for entry in removed.services {
            for handler in entry.service.handlers
            where !canStart(service: entry.service.name, handler: handler.name) {
                let count = work.unfinishedUnpinned(service: entry.service.name, handler: handler.name)
                guard count > 0 else { continue }
                let name = HandlerName(service: entry.service.name, handler: handler.name)
                orphaned.append(.init(handler: name, count: count))
            }
        }
        return orphaned
    }
}
