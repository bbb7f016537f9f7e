import DurableModel

/// What an operator sets on a service (registry.md, section 5). `nil` leaves a part as it is.
package struct ServiceConfiguration: Sendable, Equatable {
    /// Whether callers from outside may call it; a handler that is private stays so.
    package var isPublic: Bool?
    package var inactivityTimeout: Interval?
    package var abortTimeout: Interval?
    package var journalRetention: Interval?
    package var idempotencyRetention: Interval?
    /// Of workflows only.
    package var workflowCompletionRetention: Interval?
    package var retryPolicy = RetryPolicyOptions()

    package init() {}

    /// Whether it sets nothing.
    package var isEmpty: Bool { self == ServiceConfiguration() }

    /// These options with what this sets put over them.
    func over(_ options: HandlerOptions) -> HandlerOptions {
        var options = options
        if let isPublic { options.ingressPrivate = !isPublic }
        options.inactivityTimeout = inactivityTimeout ?? options.inactivityTimeout
        options.abortTimeout = abortTimeout ?? options.abortTimeout
        options.journalRetention = journalRetention ?? options.journalRetention
        options.idempotencyRetention = idempotencyRetention ?? options.idempotencyRetention
        options.workflowCompletionRetention = workflowCompletionRetention ?? options.workflowCompletionRetention
        let old = options.retryPolicy
        options.retryPolicy = RetryPolicyOptions(
            initialInterval: retryPolicy.initialInterval ?? old.initialInterval,
            factor: retryPolicy.factor ?? old.factor,
            intervalMax: retryPolicy.intervalMax ?? old.intervalMax,
            attemptsMax: retryPolicy.attemptsMax ?? old.attemptsMax,
            onMaxAttempts: retryPolicy.onMaxAttempts ?? old.onMaxAttempts
        )
        return options
    }
}

/// What setting a service's configuration comes to.
package struct Configured: Sendable, Equatable {
    /// The latest revision of the service as it is now.
    package var revision: ServiceRevision
    /// The deployment that it lives on, as it is now.
    package var deployment: Deployment
    package var catalog: Catalog
    /// For the store; empty when nothing differs from before.
    package var changes: [CatalogChange] = []
}

extension Catalog {
    /// Changes the latest revision of a service in place; its number stays. The next revision begins with what its
    /// manifest says.
    package func configure(
        _ name: String,
        _ configuration: ServiceConfiguration,
        act: OperatorAct
    ) throws(RegistryError) -> Configured {
        guard let latest = service(named: name)?.latest, let before = deployment(latest.deployment),
            let index = before.services.firstIndex(where: { $0.service.name.hasSameBytes(as: name) })
        else { throw .unknownService(name) }
        if configuration.workflowCompletionRetention != nil, latest.service.type != .workflow {
            throw .retentionUnsupported(latest.service.type)
        }
        var after = before
        after.services[index].service.options = configuration.over(latest.service.options)
        var result = Configured(revision: after.services[index], deployment: after, catalog: self)
        guard after != before else { return result }
        let isPrivate = latest.service.options.ingressPrivate ?? false
        after.services[index].edit = before.services[index].edit ?? (isPrivate ? .privateByItsCode : .publicByItsCode)
        result.revision = after.services[index]
        result.deployment = after
        result.catalog.put(after)
        result.changes = Self.changes(of: before, to: after, .configured, act)
        return result
    }
}
