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
            if registration.outcome != .unchanged {
                actions.append(.note(.registered(registration.deployment.id, registration.deployment.address.uri)))
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
        actions.append(.note(.removed(id, orphaned: removal.orphanedPinned)))
        answer(waiter, .removed(removal))
    }

    /// The unfinished invocations as they are at this point of the turn.
    package var unfinishedWork: UnfinishedCounts {
        memory.work.unfinishedCounts(with: writes.counts)
    }
}

extension WorkTable {
    /// The counts as the registry asks for them, with the differences of a running turn laid over.
    package func unfinishedCounts(with differences: [CountKey: Int] = [:]) -> UnfinishedCounts {
        var result = UnfinishedCounts()
        for (key, count) in counts.merging(differences, uniquingKeysWith: +) where count != 0 {
            if let deployment = key.deployment {
                result.pinned[deployment, default: 0] += count
            } else {
                result.unpinned[HandlerName(service: key.service, handler: key.handler), default: 0] += count
            }
        }
        return result
    }
}
