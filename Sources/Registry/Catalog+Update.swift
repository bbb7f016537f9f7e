import DurableModel

/// A change of a deployment in place (registry.md, section 2). What is left out stays.
package struct DeploymentUpdate: Sendable, Equatable {
    /// What is served at the resulting address; `nil` when only metadata change and nothing had to be asked.
    package var discovered: DiscoveredDeployment?
    package var additionalHeaders: [AdditionalHeader]?
    package var metadata: [String: String]?
    /// The deployment as it was when its endpoint was asked. If another change has come in between that moves it, what
    /// was found tells nothing about it any more.
    package var basis: Deployment?
    /// Take over the services that were found, too; else only where and how they are reached changes.
    package var overwrite: Bool
    /// Check and answer, but change nothing.
    package var dryRun: Bool

    package init(
        discovered: DiscoveredDeployment?,
        additionalHeaders: [AdditionalHeader]? = nil,
        metadata: [String: String]? = nil,
        basis: Deployment? = nil,
        overwrite: Bool = false,
        dryRun: Bool = false
    ) {
        self.discovered = discovered
        self.basis = basis
        self.additionalHeaders = additionalHeaders
        self.metadata = metadata
        self.overwrite = overwrite
        self.dryRun = dryRun
    }
}

/// What an update in place comes to.
package struct Update: Sendable, Equatable {
    /// The deployment as it was.
    package var before: Deployment
    /// The deployment as it is (after a dry run: as it would be).
    package var deployment: Deployment
    /// The catalog afterwards; as before when nothing was done.
    package var catalog: Catalog
    /// For the store; empty when nothing was done.
    package var changes: [CatalogChange] = []
    /// Of an overwrite: what differs from the revisions that the deployment had; `breaking` of it is only told.
    package var differences: [ServiceDifference] = []
    package var warnings: [RegistrationWarning] = []
    /// Unfinished invocations pinned to it: they meet the new address, and after an overwrite the new code.
    package var inFlight: Int

    /// Whether anything differs from before.
    package var isChange: Bool { before != deployment }
}

extension Catalog {
    /// Changes a deployment in place. Its id, time of creation and revisions stay; services that an overwrite brings
    /// along get a number of their own as any new revision. Invocations in flight use it at their next attempt.
    ///
    /// Throws what forbids it; nothing has changed then.
    package func update(
        _ id: DeploymentID,
        _ update: DeploymentUpdate,
        work: some UnfinishedWork,
        act: OperatorAct
    ) throws(RegistryError) -> Update {
        guard let before = deployment(id) else { throw .unknownDeployment(id) }
        if let basis = update.basis, !before.isReached(as: basis) { throw .changedMeanwhile(id) }
        var after = before
        if let headers = update.additionalHeaders { after.additionalHeaders = headers }
        if let metadata = update.metadata { after.metadata = metadata }
        var result = Update(before: before, deployment: after, catalog: self, inFlight: work.unfinished(pinnedTo: id))
        if let discovered = update.discovered {
            guard discovered.protocolVersions == before.protocolVersions else {
                throw .protocolRangeChanged(id, stored: before.protocolVersions, offered: discovered.protocolVersions)
            }
            after.address = discovered.address
            after.mode = discovered.mode
            after.httpVersion = discovered.httpVersion
            after.sdkVersion = discovered.sdkVersion
            if update.overwrite {
                let services = try Self.checked(discovered.services)
                after.services = services.map { service in
                    let known = before.service(named: service.name)?.revision
                    return ServiceRevision(service: service, revision: known ?? nextRevision(of: service.name))
                }
                result.differences = Self.differences(from: before, to: services)
                result.warnings = result.differences.compactMap(\.configurationLost)
            }
        }
        result.deployment = after
        if !update.dryRun, after != before {
            result.catalog.put(after)
            result.changes = Self.changes(of: before, to: after, .updated, act)
        }
        return result
    }

    /// The rows of a deployment that is changed in place.
    static func changes(
        of before: Deployment,
        to after: Deployment,
        _ kind: CatalogHistoryRecord.Act,
        _ act: OperatorAct
    ) -> [CatalogChange] {
        var changes: [CatalogChange] = [.deploymentReplaced(after)]
        for entry in after.services where before.service(named: entry.service.name) == nil {
            changes.append(.revisionCounted(service: entry.service.name, highest: entry.revision))
        }
        changes.append(
            .recorded(
                CatalogHistoryRecord(
                    at: act.at,
                    deployment: after.id,
                    act: kind,
                    forced: false,
                    actor: act.actor,
                    before: before,
                    after: after
                )
            )
        )
        return changes
    }
}

extension Deployment {
    /// Whether requests go to it in the same way.
    fileprivate func isReached(as other: Deployment) -> Bool {
        address == other.address && httpVersion == other.httpVersion && additionalHeaders == other.additionalHeaders
            && services == other.services
    }
}
