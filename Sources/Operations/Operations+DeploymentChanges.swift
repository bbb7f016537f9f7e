import DurableModel
import Endpoints
import Engine
import Registry
import Runtime

/// Changes of deployments that are registered.
extension Operations {
    /// Changes a deployment in place: asks the resulting address what it serves, then decides within a turn. A change
    /// that asks for nothing is none and asks nobody; one of metadata alone asks nobody either. If another change of the
    /// deployment comes in between, the endpoint is asked again by what then holds, so that neither is lost.
    package func update(
        _ id: String,
        _ change: DeploymentChange,
        by actor: OperationActor,
        then: @escaping (Result<Update, OperationError>) -> Void
    ) {
        guard let id = try? DeploymentID(parsing: id) else { return then(.failure(.badDeploymentID(id))) }
        update(id, change, triesLeft: Self.updateTries, by: actor, then: then)
    }

    /// How often an endpoint is asked for one change while others come in between.
    private static let updateTries = 5

    private func update(
        _ id: DeploymentID,
        _ change: DeploymentChange,
        triesLeft: Int,
        by actor: OperationActor,
        then: @escaping (Result<Update, OperationError>) -> Void
    ) {
        guard let deployment = runtime.catalog.deployment(id) else {
            return then(.failure(.refused(.registry(.unknownDeployment(id)))))
        }
        var update = DeploymentUpdate(
            discovered: nil,
            metadata: change.metadata,
            overwrite: change.overwrite,
            dryRun: change.dryRun
        )
        guard change.needsDiscovery else { return submit(id, update, by: actor, then: then) }
        let request: Discovery.Request
        do {
            update.additionalHeaders = try change.additionalHeaders.map(Self.headers)
            request = try discoveryRequest(change, of: deployment, headers: update.additionalHeaders)
        } catch {
            return then(.failure(error))
        }
        update.basis = deployment
        discovery.discover(request) { [unowned self] result in
            switch result {
            case .failure(let error): then(.failure(.discovery(error)))
            case .success(let discovered):
                update.discovered = discovered
                let services = change.overwrite ? discovered.services : []
                let warnings = SchemaWarnings.warnings(of: services) { deployment.service(named: $0)?.service }
                submit(id, update, warnings, by: actor) { [unowned self] result in
                    guard case .failure(.refused(.registry(.changedMeanwhile))) = result, triesLeft > 1 else {
                        return then(result)
                    }
                    self.update(id, change, triesLeft: triesLeft - 1, by: actor, then: then)
                }
            }
        }
    }

    private func discoveryRequest(
        _ change: DeploymentChange,
        of deployment: Deployment,
        headers: [AdditionalHeader]?
    ) throws(OperationError) -> Discovery.Request {
        let address: DeploymentAddress
        if let uri = change.uri { address = try Self.address(uri) } else { address = deployment.address }
        let keepsHTTP11 = change.uri == nil && deployment.httpVersion == .http1
        return Discovery.Request(
            address: address,
            httpVersion: change.useHTTP11 ?? keepsHTTP11 ? .http1 : .http2,
            additionalHeaders: headers ?? deployment.additionalHeaders,
            metadata: deployment.metadata
        )
    }

    private func submit(
        _ id: DeploymentID,
        _ update: DeploymentUpdate,
        _ warnings: [RegistrationWarning] = [],
        by actor: OperationActor,
        then: @escaping (Result<Update, OperationError>) -> Void
    ) {
        runtime.submit(from: actor.source) {
            .catalog(.update(id, update), actor: actor.name, $0)
        } then: { answer in
            switch answer {
            case .updated(var update):
                update.warnings += warnings
                then(.success(update))
            default: then(.failure(.refused(answer.refusal)))
            }
        }
    }

    /// Removes a deployment; without `force` only one that is drained, else `notDrained` names what blocks.
    package func removeDeployment(
        _ id: String,
        force: Bool,
        by actor: OperationActor,
        then: @escaping (Result<Removal, OperationError>) -> Void
    ) {
        guard let id = try? DeploymentID(parsing: id) else { return then(.failure(.badDeploymentID(id))) }
        runtime.submit(from: actor.source) {
            .removeDeployment(id, force: force, actor: actor.name, $0)
        } then: { [unowned self] answer in
            switch answer {
            case .removed(let removal): then(.success(removal))
            case .refused(.registry(.notDrained(let id, let state))):
                blockers(of: id, state, limit: Self.blockersShown) { found in
                    then(.failure(.notDrained(id, state, (try? found.get()) ?? [])))
                }
            default: then(.failure(.refused(answer.refusal)))
            }
        }
    }

    /// Removes every drained deployment that was registered at least `olderThan` ago, in steps, so that other work goes
    /// on beside; each is decided in the transaction that removes it.
    package func prune(
        olderThan age: Interval?,
        dryRun: Bool,
        by actor: OperationActor,
        then: @escaping (Result<Pruned, OperationError>) -> Void
    ) {
        let createdBefore = age.map { Timestamp(milliseconds: max(0, Runtime.now.milliseconds - $0.milliseconds)) }
        let nothing = Pruned(deployments: [], isDryRun: dryRun)
        prune(PruneStep(createdBefore: createdBefore, isDryRun: dryRun), nothing, by: actor, then: then)
    }

    private func prune(
        _ step: PruneStep,
        _ sum: Pruned,
        by actor: OperationActor,
        then: @escaping (Result<Pruned, OperationError>) -> Void
    ) {
        runtime.submit(from: actor.source) {
            .catalog(.prune(step), actor: actor.name, $0)
        } then: { [unowned self] answer in
            guard case .pruned(let pruned) = answer else { return then(.failure(.refused(answer.refusal))) }
            var sum = sum
            sum.deployments += pruned.deployments
            guard let next = pruned.next else { return then(.success(sum)) }
            var step = step
            step.after = next
            prune(step, sum, by: actor, then: then)
        }
    }
}
