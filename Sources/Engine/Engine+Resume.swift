import DurableModel
import Registry

/// Resuming: an invocation that is stopped or waits goes on, where it is pinned or elsewhere (registry.md, section 6).
extension Engine {
    mutating func resume(
        _ invocation: Invocation,
        on choice: DeploymentChoice
    ) throws(StorageError) -> Result<OperationOutcome, OperationRefusal> {
        switch invocation.status {
        case .scheduled, .inboxed: return .failure(.notStarted)
        case .completed: return .failure(.isCompleted)
        case .ready, .running: guard choice == .keep else { return .failure(.runningOrUnpinned) }
        case .backingOff:
            // One whose deployment is gone can only back off: it need not be paused to be moved.
            guard choice == .keep || isZombie(invocation) else { return .failure(.runningOrUnpinned) }
        case .suspended, .paused: break
        }
        let pin: Pin?
        switch target(of: invocation, choice) {
        case .success(let target): pin = target
        case .failure(let reason): return .failure(reason)
        }
        guard try load(invocation.number) else { return .failure(.notFound) }
        if pin != invocation.pin { modifyCounted(invocation.number) { $0.pin = pin } }
        goOn(invocation)
        return .success(.resumed)
    }

    /// Lets a loaded invocation run again. Where an attempt is under way or due, only the wish to pause it goes.
    private mutating func goOn(_ invocation: Invocation) {
        let number = invocation.number
        modify(number) { $0.pauseRequested = false }
        switch invocation.status {
        case .backingOff:
            disarmRetry(of: invocation)
            makeReady(number)
        case .suspended, .paused: wake(number)
        case .scheduled, .inboxed, .ready, .running, .completed: break
        }
    }

    /// Whether its deployment is gone.
    private func isZombie(_ invocation: Invocation) -> Bool {
        invocation.pin.map { memory.catalog.deployment($0.deployment) == nil } ?? false
    }

    /// The pin of a started invocation that is to go on where `choice` says.
    private func target(of invocation: Invocation, _ choice: DeploymentChoice) -> Result<Pin?, OperationRefusal> {
        guard choice != .keep else { return .success(invocation.pin) }
        guard let pin = invocation.pin else {
            // What has no pin goes to the latest by itself, and to no other.
            return choice == .latest ? .success(nil) : .failure(.runningOrUnpinned)
        }
        return chosen(choice, for: invocation.head, pin: pin).map { Pin?.some($0) }
    }

    /// The pin for `choice` of an invocation that was pinned: the deployment must be there, speak the version of the journal,
    /// and have the handler.
    func chosen(
        _ choice: DeploymentChoice,
        for head: InvocationHead,
        pin: Pin
    ) -> Result<Pin, OperationRefusal> {
        let target = head.target
        let id: DeploymentID?
        switch choice {
        case .keep: id = pin.deployment
        case .explicit(let chosen): id = chosen
        case .latest:
            id = (try? memory.catalog.resolveForStart(service: target.service, handler: target.handler))?.deployment
        }
        guard let id, let deployment = memory.catalog.deployment(id) else { return .failure(.deploymentUnknown(id)) }
        guard deployment.protocolVersions.contains(pin.protocolVersion) else {
            return .failure(
                .protocolVersion(
                    pinned: pin.protocolVersion,
                    deployment: id,
                    offered: deployment.protocolVersions
                )
            )
        }
        guard has(deployment, head) else { return .failure(.handlerMissing(id, target)) }
        return .success(Pin(deployment: id, protocolVersion: pin.protocolVersion))
    }

    /// Whether a deployment has the handler, of a service that is still what it was when the invocation was accepted.
    func has(_ deployment: Deployment, _ head: InvocationHead) -> Bool {
        guard let service = deployment.service(named: head.target.service)?.service,
            let handler = service.handler(named: head.target.handler)
        else { return false }
        return service.type == head.serviceType && handler.type == head.handlerType
    }
}
