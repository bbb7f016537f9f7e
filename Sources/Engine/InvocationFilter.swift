import DurableModel
import Registry

/// Which invocations an operation is for. An empty part matches all; the values within a part are alternatives. Names and
/// keys are compared by their bytes.
package struct InvocationFilter: Sendable, Hashable {
    package var services: [String] = []
    package var handlers: [String] = []
    /// Keys of objects and workflows.
    package var keys: [String] = []
    /// Where they are pinned.
    package var deployments: Set<DeploymentID> = []
    /// Empty for those that the operation is made for: `InvocationOperation.usualStatuses(ofZombies:)`.
    package var statuses: Set<InvocationStatus> = []
    /// Only those whose deployment is gone: where they are pinned, or for which none has the handler that they are to start.
    package var isZombie = false
    /// Only those that were accepted before.
    package var createdBefore: Timestamp?

    package init() {}

    /// Whether it is one of those meant, its status aside.
    package func matches(_ invocation: Invocation, catalog: Catalog) -> Bool {
        let target = invocation.head.target
        guard services.isEmpty || Self.contains(services, target.service),
            handlers.isEmpty || Self.contains(handlers, target.handler),
            keys.isEmpty || target.key.map({ Self.contains(keys, $0) }) ?? false,
            createdBefore.map({ invocation.head.createdAt < $0 }) ?? true
        else { return false }
        guard let pin = invocation.pin else {
            guard deployments.isEmpty else { return false }
            return !isZombie
                || invocation.status != .completed
                    && !catalog.canStart(service: target.service, handler: target.handler)
        }
        if isZombie, catalog.deployment(pin.deployment) != nil { return false }
        return deployments.isEmpty || deployments.contains(pin.deployment)
    }

    private static func contains(_ names: [String], _ name: String) -> Bool {
        names.contains { $0.hasSameBytes(as: name) }
    }
}

extension InvocationOperation {
    /// The states that the operation is made for: what it looks for in bulk when no state is named.
    ///
    /// - Parameter isZombie: whether it looks only for those whose deployment is gone; what backs off among them goes
    ///   on elsewhere as well.
    package func usualStatuses(ofZombies isZombie: Bool) -> Set<InvocationStatus> {
        switch self {
        case .cancel, .kill: Set(InvocationStatus.allCases).subtracting([.completed])
        case .pause: [.ready, .running, .backingOff]
        case .resume(.keep): [.paused, .backingOff]
        case .resume: isZombie ? [.paused, .suspended, .backingOff] : [.paused, .suspended]
        case .purge, .purgeJournal, .restartAsNew: [.completed]
        }
    }
}
