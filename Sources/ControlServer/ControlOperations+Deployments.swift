import ControlProtocol
import DurableModel
import Operations
import Registry

extension ControlOperations {
    func register(
        _ parameters: RegisterDeployment.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) {
        let registration = DeploymentRegistration(
            uri: parameters.uri,
            useHTTP11: parameters.useHTTP11,
            options: RegisterOptions(force: parameters.force),
            additionalHeaders: parameters.additionalHeaders,
            metadata: parameters.metadata
        )
        operations.register(registration, by: actor) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let registration): registered(registration, reply)
            }
        }
    }

    private func registered(_ registration: Registration, _ reply: ControlReplyHandle) {
        let outcome = RegisterDeployment.Outcome(rawValue: registration.outcome.rawValue) ?? .unchanged
        let view: DeploymentView
        do {
            view = try operations.deployment(registration.deployment.id.description)
        } catch {
            return answer(reply, error: ControlError(error))
        }
        let inFlight = outcome == .overwritten ? view.drain.pinned : 0
        answer(
            reply,
            long: RegisterDeployment.Result(
                outcome: outcome,
                deployment: DeploymentDetails(view),
                invocationsInFlight: inFlight
            )
        )
    }

    func listDeployments() -> ListDeployments.Result {
        ListDeployments.Result(deployments: operations.deployments().map { DeploymentSummary($0) })
    }

    func describeDeployment(_ id: String) throws(ControlError) -> DeploymentDetails {
        do { return DeploymentDetails(try operations.deployment(id)) } catch { throw ControlError(error) }
    }

    func remove(
        _ parameters: RemoveDeployment.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) {
        operations.removeDeployment(parameters.id, force: parameters.force, by: actor) { [self] result in
            switch result {
            case .success(let removal):
                answer(
                    reply,
                    long: RemoveDeployment.Result(
                        id: removal.deployment.id.description,
                        orphanedInvocations: removal.orphanedPinned
                    )
                )
            case .failure(let error):
                guard case .notDrained(_, let state, let found) = error else {
                    return answer(reply, error: ControlError(error))
                }
                let blockers = DeploymentBlockers(
                    serving: state.serving,
                    unfinishedInvocations: state.unfinished,
                    invocations: found.compactMap { InvocationSummary($0) }
                )
                answer(reply, error: ControlError(error).blocked(by: blockers))
            }
        }
    }
}

extension InvocationSummary {
    init?(_ blocking: BlockingInvocation) {
        guard let status = InvocationStatus(rawValue: blocking.status),
            let createdAt = ControlTime(parsing: blocking.createdAt)
        else { return nil }
        self.init(id: blocking.id, target: blocking.target, status: status, createdAt: createdAt)
    }
}

extension DeploymentStatus {
    init(_ status: DrainStatus) {
        switch status {
        case .active: self = .active
        case .draining: self = .draining
        case .drained: self = .drained
        }
    }
}

extension DeploymentType {
    init(_ mode: ProtocolMode) {
        switch mode {
        case .bidiStream: self = .bidiStream
        case .requestResponse: self = .requestResponse
        }
    }
}

extension DrainState {
    /// How many unfinished invocations need the deployment.
    fileprivate var unfinished: Int { pinned + bound.reduce(0) { $0 + $1.count } }
}

extension DeploymentSummary {
    init(_ view: DeploymentView) {
        let deployment = view.deployment
        self.init(
            id: deployment.id.description,
            uri: deployment.address.uri,
            status: DeploymentStatus(view.drain.status),
            type: DeploymentType(deployment.mode),
            unfinishedInvocations: view.drain.unfinished,
            createdAt: ControlTime(milliseconds: deployment.createdAt.milliseconds),
            services: deployment.services.map {
                ControlProtocol.ServiceRevision(name: $0.service.name, revision: $0.revision)
            }
        )
    }
}

extension DeploymentDetails {
    init(_ view: DeploymentView) {
        let deployment = view.deployment
        self.init(
            id: deployment.id.description,
            uri: deployment.address.uri,
            status: DeploymentStatus(view.drain.status),
            type: DeploymentType(deployment.mode),
            httpVersion: deployment.httpVersion.rawValue,
            minProtocolVersion: deployment.protocolVersions.lowerBound,
            maxProtocolVersion: deployment.protocolVersions.upperBound,
            sdkVersion: deployment.sdkVersion,
            unfinishedInvocations: view.drain.unfinished,
            createdAt: ControlTime(milliseconds: deployment.createdAt.milliseconds),
            additionalHeaders: Dictionary(
                deployment.additionalHeaders.map { ($0.name, $0.value) },
                uniquingKeysWith: { $1 }
            ),
            metadata: deployment.metadata,
            services: deployment.services.map {
                ServiceDetails(
                    $0.service,
                    revision: $0.revision,
                    mode: deployment.mode,
                    deployment: deployment.id
                )
            }
        )
    }
}
