import DurableModel
import Registry

/// Changes of the registry, decided in the transaction that holds every invocation they are about.
extension Engine {
    mutating func register(_ request: RegisterRequest, for waiter: RequestID) {
        let registration: Registration
        do {
            registration = try memory.catalog.register(
                request.discovered,
                options: request.options,
                settings: memory.settings,
                newID: DeploymentID(createdAt: now, entropy: (memory.entropy.next(), memory.entropy.next())),
                act: OperatorAct(at: now, actor: request.actor)
            )
        } catch {
            return answer(waiter, .refused(.registry(error)))
        }
        if !request.options.dryRun {
            memory.catalog = registration.catalog
            writes.catalog.append(contentsOf: registration.changes)
            let (id, uri) = (registration.deployment.id, registration.deployment.address.uri)
            switch registration.outcome {
            case .unchanged: break
            case .created: actions.append(.note(.registered(id, uri)))
            case .overwritten:
                let inFlight = unfinishedWork.unfinished(pinnedTo: id)
                actions.append(.note(.replaced(id, uri, inFlight: inFlight)))
            }
        }
        answer(waiter, .registered(registration))
    }

    mutating func removeDeployment(_ id: DeploymentID, force: Bool, actor: String, for waiter: RequestID) {
        let removal: Removal
        do {
            removal = try memory.catalog.remove(
                id,
                force: force,
                work: unfinishedWork,
                act: OperatorAct(at: now, actor: actor)
            )
        } catch {
            return answer(waiter, .refused(.registry(error)))
        }
        memory.catalog = removal.catalog
        writes.catalog.append(contentsOf: removal.changes)
        actions.append(.note(.removed(id, orphaned: removal.orphaned)))
        answer(waiter, .removed(removal))
    }

    /// The unfinished invocations as they are at this point of the turn.
    var unfinishedWork: UnfinishedCounts {
        UnfinishedCounts(memory.work.counts.merging(writes.counts, uniquingKeysWith: +))
    }
}

extension UnfinishedCounts {
    /// The counts of the engine as the registry asks for them.
    package init(_ counts: [CountKey: Int]) {
        self.init()
        for (key, count) in counts where count != 0 {
            if let deployment = key.deployment {
                pinned[deployment, default: 0] += count
            } else {
                unpinned[HandlerName(service: key.service, handler: key.handler), default: 0] += count
            }
        }
    }
}
