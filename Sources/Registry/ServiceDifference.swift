import DurableModel

/// What becomes of one service by a registration, against the revision that new invocations go to now.
package struct ServiceDifference: Sendable, Equatable {
    /// Something that two versions of a service or a handler can differ in.
    package enum Aspect: String, Sendable, CaseIterable {
        case type
        case visibility
        case timeouts
        case retention
        case retryPolicy
        case lazyState
        case input
        case output
        case documentation
        case metadata
    }

    /// A handler that both versions have and that is not the same in both.
    package struct HandlerChange: Sendable, Equatable {
        package var handler: String
        package var aspects: [Aspect]

        package init(handler: String, aspects: [Aspect]) {
            self.handler = handler
            self.aspects = aspects
        }
    }

    package var service: String
    /// The version now; absent for a service that is new.
    package var before: Service?
    /// The version to come; absent for a service that leaves the deployment that is replaced.
    package var after: Service?
    /// What differs for the service as a whole.
    package var aspects: [Aspect]
    /// Each sorted by name.
    package var handlersAdded: [String]
    package var handlersRemoved: [String]
    package var handlersChanged: [HandlerChange]
    /// Set if an operator had changed the version before.
    let edit: ServiceEdit?

    /// Whether both versions are the same but for their number.
    package var isEmpty: Bool {
        before != nil && after != nil && aspects.isEmpty && handlersAdded.isEmpty && handlersRemoved.isEmpty
            && handlersChanged.isEmpty
    }

    init(service: String, before: Service?, after: Service?, edit: ServiceEdit? = nil) {
        self.edit = edit
        self.service = service
        self.before = before
        self.after = after
        let old = Self.byName(before)
        let new = Self.byName(after)
        handlersAdded = new.keys.filter { old[$0] == nil }.map(\.text).sorted()
        handlersRemoved = old.keys.filter { new[$0] == nil }.map(\.text).sorted()
        handlersChanged = old.sorted { $0.key.text < $1.key.text }.compactMap { name, before in
            guard let after = new[name] else { return nil }
            let aspects = Self.aspects(before, after)
            return aspects.isEmpty ? nil : HandlerChange(handler: name.text, aspects: aspects)
        }
        aspects = []
        guard let before, let after else { return }
        if before.type != after.type { aspects.append(.type) }
        aspects += Self.aspects(before.options, after.options)
        if before.documentation != after.documentation { aspects.append(.documentation) }
        if before.metadata != after.metadata { aspects.append(.metadata) }
    }

    private static func byName(_ service: Service?) -> [ExactText: Handler] {
        Dictionary((service?.handlers ?? []).map { (ExactText($0.name), $0) }, uniquingKeysWith: { $1 })
    }

    private static func aspects(_ before: Handler, _ after: Handler) -> [Aspect] {
        var aspects: [Aspect] = before.type == after.type ? [] : [.type]
        aspects += Self.aspects(before.options, after.options)
        if before.input != after.input { aspects.append(.input) }
        if before.output != after.output { aspects.append(.output) }
        if before.documentation != after.documentation { aspects.append(.documentation) }
        if before.metadata != after.metadata { aspects.append(.metadata) }
        return aspects
    }

    private static func aspects(_ before: HandlerOptions, _ after: HandlerOptions) -> [Aspect] {
        var aspects: [Aspect] = []
        if before.ingressPrivate != after.ingressPrivate { aspects.append(.visibility) }
        if before.inactivityTimeout != after.inactivityTimeout || before.abortTimeout != after.abortTimeout {
            aspects.append(.timeouts)
        }
        if before.journalRetention != after.journalRetention
            || before.idempotencyRetention != after.idempotencyRetention
            || before.workflowCompletionRetention != after.workflowCompletionRetention
        {
            aspects.append(.retention)
        }
        if before.retryPolicy != after.retryPolicy { aspects.append(.retryPolicy) }
        if before.enableLazyState != after.enableLazyState { aspects.append(.lazyState) }
        return aspects
    }
}

extension Catalog {
    /// What `services` would change, sorted by name; those that `replaced` has and `services` lacks included.
    func differences(of services: [Service], replacing replaced: Deployment?) -> [ServiceDifference] {
        let names = Set(services.map { ExactText($0.name) })
        let changed = services.map {
            let latest = service(named: $0.name)?.latest
            return ServiceDifference(
                service: $0.name,
                before: latest?.service,
                after: $0,
                edit: latest?.edit
            )
        }
        let leaving = (replaced?.services ?? []).filter { !names.contains(ExactText($0.service.name)) }.map {
            ServiceDifference(service: $0.service.name, before: $0.service, after: nil)
        }
        return (changed + leaving).sorted { $0.service < $1.service }
    }

    /// What `services` would change of that deployment, sorted by name.
    static func differences(from deployment: Deployment, to services: [Service]) -> [ServiceDifference] {
        let names = Set(services.map { ExactText($0.name) })
        let changed = services.map {
            let before = deployment.service(named: $0.name)
            return ServiceDifference(
                service: $0.name,
                before: before?.service,
                after: $0,
                edit: before?.edit
            )
        }
        let leaving = deployment.services.filter { !names.contains(ExactText($0.service.name)) }.map {
            ServiceDifference(service: $0.service.name, before: $0.service, after: nil)
        }
        return (changed + leaving).sorted { $0.service < $1.service }
    }
}
