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
            options: RegisterOptions(
                force: parameters.force,
                breaking: parameters.breaking,
                dryRun: parameters.dryRun
            ),
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
        let deployment = registration.deployment
        // A dry run of a new deployment has left none behind.
        let names = deployment.services.map(\.service.name)
        let drain =
            (try? operations.deployment(deployment.id.description))?.drain
            ?? DrainState(serving: names, pinned: 0, bound: [])
        answer(
            reply,
            long: RegisterDeployment.Result(
                outcome: outcome,
                deployment: DeploymentDetails(deployment, drain),
                invocationsInFlight: outcome == .overwritten ? drain.pinned : 0,
                differences: registration.differences.compactMap { ServiceChange($0) },
                warnings: registration.warnings.map(\.description)
            )
        )
    }

    func listDeployments(_ page: PageParameters, _ reply: ControlReplyHandle) throws(ControlError) {
        var place: DeploymentPlace?
        if let text = page.after {
            place = DeploymentPlace(cursor: text)
            guard place != nil else {
                throw ControlError(.invalidParameters, "\"\(text)\" is no \"next\" of a page of deployments")
            }
        }
        // One more than is shown tells whether there is another page.
        let found = operations.deployments(before: place, limit: page.limit + 1)
        let shown = found.prefix(page.limit)
        let result = ListDeployments.Result(
            deployments: shown.map { DeploymentSummary($0) },
            next: found.count > page.limit ? shown.last.map { DeploymentPlace($0.deployment).cursor } : nil
        )
        answer(reply, long: result)
    }

    func describeDeployment(
        _ parameters: DescribeDeployment.Parameters,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        var details: DeploymentDetails
        do { details = DeploymentDetails(try operations.deployment(parameters.id)) } catch { throw ControlError(error) }
        details.drain = try drainReport(parameters.id)
        guard parameters.extra else { return answer(reply, long: details) }
        operations.blockers(of: parameters.id, limit: Self.blockersMax) { [self, details] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let found):
                var details = details
                details.blockers = found.compactMap { blocker in
                    guard let status = InvocationStatus(rawValue: blocker.status),
                        let createdAt = ControlTime(parsing: blocker.createdAt)
                    else { return nil }
                    return BlockerReport(
                        id: blocker.id,
                        target: blocker.target,
                        status: status,
                        createdAt: createdAt,
                        waitsFor: blocker.waitsFor
                    )
                }
                answer(reply, long: details)
            }
        }
    }

    /// How many invocations a description names that need the deployment.
    private static let blockersMax = 100

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
                        orphanedInvocations: removal.orphaned
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

extension DeploymentPlace {
    /// A place as a text: when it was registered, in milliseconds, and its id.
    fileprivate var cursor: String { "\(createdAt.milliseconds).\(id)" }

    fileprivate init?(cursor: String) {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]),
            let id = try? DeploymentID(parsing: String(parts[1]))
        else { return nil }
        self.init(createdAt: Timestamp(milliseconds: milliseconds), id: id)
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
    init(_ view: DeploymentView) { self.init(view.deployment, view.drain) }

    init(_ deployment: Deployment, _ drain: DrainState) {
        self.init(
            id: deployment.id.description,
            uri: deployment.address.uri,
            status: DeploymentStatus(drain.status),
            type: DeploymentType(deployment.mode),
            httpVersion: deployment.httpVersion.rawValue,
            minProtocolVersion: deployment.protocolVersions.lowerBound,
            maxProtocolVersion: deployment.protocolVersions.upperBound,
            sdkVersion: deployment.sdkVersion,
            unfinishedInvocations: drain.unfinished,
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
