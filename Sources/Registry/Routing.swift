import DurableModel

/// A handler as a revision of its service has it: all that a call needs to know, found by one look-up.
///
/// A class so that the look-up of the hot path copies a reference; nothing in it ever changes.
package final class HandlerRoute: Sendable {
    package let service: String
    package let serviceType: ServiceType
    package let handler: Handler
    package let revision: Int
    /// Where this revision lives.
    package let deployment: DeploymentID
    /// What the service set for all its handlers.
    package let serviceOptions: HandlerOptions

    init(service: Service, handler: Handler, revision: Int, deployment: DeploymentID) {
        self.service = service.name
        self.serviceType = service.type
        self.handler = handler
        self.revision = revision
        self.deployment = deployment
        self.serviceOptions = service.options
    }

    /// The handler's options with every fall-through resolved.
    package func effectiveOptions(_ settings: Settings) -> EffectiveOptions {
        EffectiveOptions(handler: handler.options, service: serviceOptions, settings: settings)
    }

    /// Whether callers from outside may call it; handlers always may.
    package var isPublic: Bool {
        !(handler.options.ingressPrivate ?? false) && !(serviceOptions.ingressPrivate ?? false)
    }
}

/// One revision of a service with the routes to its handlers. Never changes.
package final class RoutedRevision: Sendable {
    package let service: Service
    package let revision: Int
    /// Where it lives.
    package let deployment: DeploymentID
    /// Set once an operator has changed it.
    let edit: ServiceEdit?
    let handlers: [ExactText: HandlerRoute]

    init(_ entry: ServiceRevision, on deployment: DeploymentID) {
        service = entry.service
        revision = entry.revision
        edit = entry.edit
        self.deployment = deployment
        var routes: [ExactText: HandlerRoute] = [:]
        routes.reserveCapacity(entry.service.handlers.count)
        for handler in entry.service.handlers {
            routes[ExactText(handler.name)] = HandlerRoute(
                service: entry.service,
                handler: handler,
                revision: entry.revision,
                deployment: deployment
            )
        }
        handlers = routes
    }

    /// Whether an operator changed it after its registration.
    package var isEdited: Bool { edit != nil }

    /// The route to one of its handlers.
    package func route(to handler: String) -> HandlerRoute? { handlers[ExactText(handler)] }
}

/// All remaining revisions of one service, prepared for look-ups. Never changes; a new one takes its place.
package final class RoutedService: Sendable {
    package let name: String
    /// The type of the latest revision.
    package let type: ServiceType
    /// Descending by revision, never empty.
    package let revisions: [RoutedRevision]
    /// The one that new invocations go to.
    package let latest: RoutedRevision
    private let byDeployment: [DeploymentID: RoutedRevision]
    /// Handlers that only older revisions have, each at the latest of those; accepted work may still need them.
    private let olderHandlers: [ExactText: HandlerRoute]

    /// `nil` when nothing is left of the service.
    init?(revisions: [RoutedRevision]) {
        let sorted = revisions.sorted { $0.revision > $1.revision }
        guard let latest = sorted.first else { return nil }
        name = latest.service.name
        type = latest.service.type
        self.revisions = sorted
        self.latest = latest
        byDeployment = Dictionary(sorted.map { ($0.deployment, $0) }, uniquingKeysWith: { newer, _ in newer })
        var older: [ExactText: HandlerRoute] = [:]
        for revision in sorted.dropFirst() {
            for (name, route) in revision.handlers where latest.handlers[name] == nil && older[name] == nil {
                older[name] = route
            }
        }
        olderHandlers = older
    }

    /// The route of a new invocation, by the latest revision.
    package func route(to handler: String) -> HandlerRoute? { latest.handlers[ExactText(handler)] }

    /// The route of accepted work that is not pinned yet: the latest revision that has the handler.
    package func startRoute(to handler: String) -> HandlerRoute? {
        let name = ExactText(handler)
        return latest.handlers[name] ?? olderHandlers[name]
    }

    /// The revision that lives on the deployment.
    package func revision(on deployment: DeploymentID) -> RoutedRevision? { byDeployment[deployment] }
}

/// Why there is no handler of that name to call.
package enum RoutingError: Error, Equatable, Sendable {
    /// No deployment has the service.
    case unknownService(String)
    /// The service is there, but the revision that counts lacks the handler.
    case unknownHandler(service: String, handler: String)
}

extension Catalog {
    /// Where a new invocation of that handler goes: the latest revision of its service. Allocates nothing.
    package func resolve(service: String, handler: String) throws(RoutingError) -> HandlerRoute {
        guard let routed = self.service(named: service) else { throw .unknownService(service) }
        guard let route = routed.route(to: handler) else {
            throw .unknownHandler(service: service, handler: handler)
        }
        return route
    }

    /// Where accepted work that is not pinned yet starts: the latest revision that has the handler.
    package func resolveForStart(service: String, handler: String) throws(RoutingError) -> HandlerRoute {
        guard let routed = self.service(named: service) else { throw .unknownService(service) }
        guard let route = routed.startRoute(to: handler) else {
            throw .unknownHandler(service: service, handler: handler)
        }
        return route
    }

    /// Whether a deployment has the handler, so that what is accepted and not pinned yet can start.
    package func canStart(service: String, handler: String) -> Bool {
        self.service(named: service)?.startRoute(to: handler) != nil
    }

    /// The options that an attempt on the deployment gets: those of that deployment's revision, whatever has been
    /// registered since; what a handler, a service or a deployment that is gone would have set falls through.
    package func effectiveOptions(
        on deployment: DeploymentID?,
        service: String,
        handler: String,
        settings: Settings
    ) -> EffectiveOptions {
        let revision = deployment.flatMap { self.service(named: service)?.revision(on: $0) }
        if let route = revision?.route(to: handler) { return route.effectiveOptions(settings) }
        return EffectiveOptions(
            handler: HandlerOptions(),
            service: revision?.service.options ?? HandlerOptions(),
            settings: settings
        )
    }
}

extension Deployment {
    /// The service protocol version that new attempts on it use: the highest that both sides know, capped by
    /// `service-protocol-version-max`; `nil` when there is none (RT0013).
    package func protocolVersion(for settings: Settings) -> Int? {
        protocolVersions.highestCommon(with: settings.supportedProtocolVersions)
    }
}

extension Settings {
    /// The service protocol versions that this server offers.
    package var supportedProtocolVersions: ClosedRange<Int> {
        Settings.protocolVersionMin...max(Settings.protocolVersionMin, protocolVersionMax)
    }
}

extension ClosedRange<Int> {
    /// The highest number in both ranges.
    func highestCommon(with other: ClosedRange<Int>) -> Int? {
        let highest = Swift.min(upperBound, other.upperBound)
        return highest >= Swift.max(lowerBound, other.lowerBound) ? highest : nil
    }
}
