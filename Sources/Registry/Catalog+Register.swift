import DurableModel

/// What an operator says along with a registration.
package struct RegisterOptions: Sendable, Equatable {
    /// Replace what is registered at the address, in place; implies `breaking`.
    package var force: Bool
    /// Let a service change its type or lose handlers.
    package var breaking: Bool
    /// Check and answer, but change nothing.
    package var dryRun: Bool

    package init(force: Bool = false, breaking: Bool = false, dryRun: Bool = false) {
        self.force = force
        self.breaking = breaking
        self.dryRun = dryRun
    }
}

/// What a registration comes to.
package struct Registration: Sendable, Equatable {
    package enum Outcome: String, Sendable {
        /// A new deployment.
        case created
        /// The address was known: nothing was done.
        case unchanged
        /// The deployment at the address was replaced in place; what is pinned to it meets the new code.
        case overwritten
    }

    package var outcome: Outcome
    /// The deployment as it is (after a dry run: as it would be).
    package var deployment: Deployment
    /// The catalog afterwards; as before when nothing was done.
    package var catalog: Catalog
    /// For the store; empty when nothing was done.
    package var changes: [CatalogChange]
    /// What differs from the revisions that were the latest.
    package var differences: [ServiceDifference]
    /// What an operator should know of it.
    package var warnings: [RegistrationWarning] = []
}

extension Catalog {
    /// Registers what discovery learnt of an address (registry.md, section 1).
    ///
    /// `newID` is used only for a new deployment. Throws what forbids it; nothing has changed then.
    package func register(
        _ discovered: DiscoveredDeployment,
        options: RegisterOptions,
        settings: Settings,
        newID: DeploymentID,
        act: OperatorAct
    ) throws(RegistryError) -> Registration {
        if !options.force, let known = known(at: discovered.address) { return known }
        let supported = settings.supportedProtocolVersions
        guard discovered.protocolVersions.highestCommon(with: supported) != nil else {
            throw .unsupportedProtocolVersions(offered: discovered.protocolVersions, supported: supported)
        }
        let services = try Self.checked(discovered.services)
        let before = options.force ? replaced(for: discovered.address) : nil
        let differences = differences(of: services, replacing: before)
        if !options.breaking, !options.force { try Self.refuseBreaking(differences) }

        let after = Deployment(
            id: before?.id ?? newID,
            discovered,
            createdAt: act.at,
            services: services.map { ServiceRevision(service: $0, revision: nextRevision(of: $0.name)) }
        )
        precondition(before != nil || deployment(newID) == nil, "a new deployment needs an id of its own")
        var registration = Registration(
            outcome: before == nil ? .created : .overwritten,
            deployment: after,
            catalog: self,
            changes: [],
            differences: differences,
            warnings: differences.compactMap(\.configurationLost)
        )
        if !options.dryRun {
            registration.catalog.put(after)
            registration.changes = Self.changes(before: before, after: after, forced: options.force, act: act)
        }
        return registration
    }

    private static func changes(
        before: Deployment?,
        after: Deployment,
        forced: Bool,
        act: OperatorAct
    ) -> [CatalogChange] {
        var changes: [CatalogChange] = [before == nil ? .deploymentAdded(after) : .deploymentReplaced(after)]
        for entry in after.services {
            changes.append(.revisionCounted(service: entry.service.name, highest: entry.revision))
        }
        changes.append(
            .recorded(
                CatalogHistoryRecord(
                    at: act.at,
                    deployment: after.id,
                    act: before == nil ? .registered : .overwritten,
                    forced: forced,
                    actor: act.actor,
                    before: before,
                    after: after
                )
            )
        )
        return changes
    }

    private static func refuseBreaking(_ differences: [ServiceDifference]) throws(RegistryError) {
        for difference in differences {
            guard let before = difference.before, let after = difference.after else { continue }
            if before.type != after.type {
                throw .serviceTypeChanged(service: difference.service, from: before.type, to: after.type)
            }
            if !difference.handlersRemoved.isEmpty {
                throw .handlersRemoved(service: difference.service, handlers: difference.handlersRemoved)
            }
        }
        let others = differences.filter { $0.after != nil }.flatMap(\.breaking)
        if !others.isEmpty { throw .breaking(others) }
    }

    /// Services as the catalog takes them: with names that are not reserved, sorted, each name once.
    static func checked(_ services: [Service]) throws(RegistryError) -> [Service] {
        let services = normalized(services)
        for service in services where isReserved(service.name) { throw .reservedServiceName(service.name) }
        return services
    }

    /// Whether the name is kept for the server's own paths: `openapi` and all that begin with `restate`, in any case.
    private static func isReserved(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return lowered.hasPrefix("restate") || lowered == "openapi"
    }

    /// Sorted by name, each name once: a manifest may name a service or a handler twice, and the last one counts.
    private static func normalized(_ services: [Service]) -> [Service] {
        lastOfEachName(services, name: \.name).map { service in
            var service = service
            service.handlers = lastOfEachName(service.handlers, name: \.name)
            return service
        }
    }

    private static func lastOfEachName<Element>(_ elements: [Element], name: (Element) -> String) -> [Element] {
        var byName: [ExactText: Element] = [:]
        for element in elements { byName[ExactText(name(element))] = element }
        return byName.sorted { $0.key.text < $1.key.text }.map(\.value)
    }
}

extension Deployment {
    fileprivate init(
        id: DeploymentID,
        _ discovered: DiscoveredDeployment,
        createdAt: Timestamp,
        services: [ServiceRevision]
    ) {
        self.init(
            id: id,
            address: discovered.address,
            mode: discovered.mode,
            httpVersion: discovered.httpVersion,
            additionalHeaders: discovered.additionalHeaders,
            metadata: discovered.metadata,
            createdAt: createdAt,
            protocolVersions: discovered.protocolVersions,
            sdkVersion: discovered.sdkVersion,
            services: services
        )
    }
}

extension Catalog {
    /// The outcome of registering a known address without `force`, decided without discovery; `nil` for a new address.
    package func known(at address: DeploymentAddress) -> Registration? {
        existing(for: address).map {
            Registration(outcome: .unchanged, deployment: $0, catalog: self, changes: [], differences: [])
        }
    }
}
