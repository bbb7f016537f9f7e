import ControlProtocol
import DurableModel
import FoundationEssentials
import Operations
import Registry

/// Changes of deployments that are registered, and what is kept of them.
extension ControlOperations {
    func update(
        _ parameters: UpdateDeployment.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) {
        let change = DeploymentChange(
            uri: parameters.uri,
            additionalHeaders: parameters.additionalHeaders,
            metadata: parameters.metadata,
            useHTTP11: parameters.useHTTP11,
            overwrite: parameters.overwrite,
            dryRun: parameters.dryRun,
            asksAgain: parameters.overwrite || parameters.useHTTP11 != nil
        )
        operations.update(parameters.id, change, by: actor) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let update):
                let drain = (try? operations.deployment(parameters.id))?.drain
                answer(
                    reply,
                    long: UpdateDeployment.Result(
                        deployment: DeploymentDetails(
                            update.deployment,
                            drain ?? DrainState(serving: [], pinned: update.inFlight, bound: [])
                        ),
                        isChanged: update.isChange,
                        invocationsInFlight: update.inFlight,
                        differences: update.differences.compactMap { ServiceChange($0) },
                        warnings: update.warnings.map(\.description)
                    )
                )
            }
        }
    }

    func prune(
        _ parameters: PruneDeployments.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) {
        let age = parameters.olderThanMilliseconds.map { Interval(milliseconds: Int64($0)) }
        operations.prune(olderThan: age, dryRun: parameters.dryRun, by: actor) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let pruned):
                let deployments = pruned.deployments.map { PrunedDeployment($0) }
                answer(reply, long: PruneDeployments.Result(deployments: deployments, isDryRun: parameters.dryRun))
            }
        }
    }

    func history(of id: String, _ reply: ControlReplyHandle) {
        operations.history(of: id) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let entries):
                let shown = entries.compactMap { DeploymentHistoryEntry($0) }
                answer(reply, long: DeploymentHistory.Result(id: id, entries: shown))
            }
        }
    }
}

extension PrunedDeployment {
    fileprivate init(_ deployment: Deployment) {
        self.init(
            id: deployment.id.description,
            uri: deployment.address.uri,
            createdAt: ControlTime(milliseconds: deployment.createdAt.milliseconds),
            services: deployment.services.map {
                ControlProtocol.ServiceRevision(name: $0.service.name, revision: $0.revision)
            }
        )
    }
}

extension DeploymentHistoryEntry {
    fileprivate init?(_ entry: HistoryEntry) {
        guard let at = ControlTime(parsing: entry.at) else { return nil }
        self.init(
            at: at,
            act: entry.act,
            isForced: entry.isForced,
            actor: entry.actor,
            services: entry.services.map { Revisions(service: $0.service, before: $0.before, after: $0.after) }
        )
        uriBefore = entry.addressBefore
        uriAfter = entry.addressAfter
        detailsBefore = entry.detailsBefore.flatMap { try? ControlCodec.decode(JSONValue.self, from: Array($0.utf8)) }
        detailsAfter = entry.detailsAfter.flatMap { try? ControlCodec.decode(JSONValue.self, from: Array($0.utf8)) }
    }
}
