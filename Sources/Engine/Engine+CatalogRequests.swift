import DurableModel
import Registry

/// Changes of the registry in place and in bulk, decided in the transaction that holds every invocation they are about.
extension Engine {
    mutating func apply(_ change: CatalogRequest, by actor: String, for request: RequestID) {
        let act = OperatorAct(at: now, actor: actor)
        do throws(RegistryError) {
            switch change {
            case .update(let id, let update): answer(request, .updated(try self.update(id, update, act)))
            case .configure(let service, let configuration):
                answer(request, .configured(try configure(service, configuration, act)))
            case .prune(let step): answer(request, .pruned(prune(step, act)))
            }
        } catch {
            answer(request, .refused(.registry(error)))
        }
    }

    private mutating func update(
        _ id: DeploymentID,
        _ update: DeploymentUpdate,
        _ act: OperatorAct
    ) throws(RegistryError) -> Update {
        let result = try memory.catalog.update(id, update, work: unfinishedWork, act: act)
        guard !result.changes.isEmpty else { return result }
        memory.catalog = result.catalog
        writes.catalog.append(contentsOf: result.changes)
        actions.append(.note(.updated(id, result.deployment.address.uri)))
        return result
    }

    private mutating func configure(
        _ service: String,
        _ configuration: ServiceConfiguration,
        _ act: OperatorAct
    ) throws(RegistryError) -> Configured {
        let result = try memory.catalog.configure(service, configuration, act: act)
        guard !result.changes.isEmpty else { return result }
        memory.catalog = result.catalog
        writes.catalog.append(contentsOf: result.changes)
        actions.append(.note(.configured(service: service, result.deployment.id)))
        return result
    }

    private mutating func prune(_ step: PruneStep, _ act: OperatorAct) -> Pruned {
        let (pruned, changes) = memory.catalog.prune(step, work: unfinishedWork, act: act)
        writes.catalog.append(contentsOf: changes)
        if !pruned.isDryRun {
            for deployment in pruned.deployments { actions.append(.note(.removed(deployment.id, orphaned: 0))) }
        }
        return pruned
    }
}
