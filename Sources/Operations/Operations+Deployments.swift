import DurableModel
import Endpoints
import Engine
import Registry
import Runtime

/// What a registration asks for, whatever face it came from.
package struct DeploymentRegistration: Sendable {
    /// The address as the operator wrote it.
    package var uri: String
    package var useHTTP11: Bool
    package var options: RegisterOptions
    package var additionalHeaders: [String: String]
    package var metadata: [String: String]

    package init(
        uri: String,
        useHTTP11: Bool = false,
        options: RegisterOptions = RegisterOptions(),
        additionalHeaders: [String: String] = [:],
        metadata: [String: String] = [:]
    ) {
        self.uri = uri
        self.useHTTP11 = useHTTP11
        self.options = options
        self.additionalHeaders = additionalHeaders
        self.metadata = metadata
    }
}

/// A deployment with what the work there is makes of it.
package struct DeploymentView: Sendable {
    package var deployment: Deployment
    package var drain: DrainState
}

extension Operations {
    /// Registers a deployment: asks its endpoint what it serves, then decides within a turn. A known address without
    /// `force` is not even asked.
    package func register(
        _ registration: DeploymentRegistration,
        by actor: OperationActor,
        then: @escaping (Result<Registration, OperationError>) -> Void
    ) {
        let request: Discovery.Request
        do {
            request = try discoveryRequest(registration)
        } catch {
            return then(.failure(error))
        }
        if !registration.options.force, let known = runtime.catalog.known(at: request.address) {
            return then(.success(known))
        }
        discovery.discover(request) { [runtime] result in
            switch result {
            case .failure(let error): then(.failure(.discovery(error)))
            case .success(let discovered):
                let command = RegisterRequest(
                    discovered: discovered,
                    options: registration.options,
                    actor: actor.name
                )
                runtime.submit(from: actor.source) {
                    .register(command, $0)
                } then: { answer in
                    switch answer {
                    case .registered(let registration): then(.success(registration))
                    default: then(.failure(.refused(answer.refusal)))
                    }
                }
            }
        }
    }

    private func discoveryRequest(
        _ registration: DeploymentRegistration
    ) throws(OperationError) -> Discovery.Request {
        let address: DeploymentAddress
        do { address = try DeploymentAddress(parsing: registration.uri) } catch { throw .badAddress(error) }
        let headers: [AdditionalHeader]
        do { headers = try AdditionalHeader.checked(registration.additionalHeaders) } catch { throw .badHeader(error) }
        return Discovery.Request(
            address: address,
            httpVersion: registration.useHTTP11 ? .http1 : .http2,
            additionalHeaders: headers,
            metadata: registration.metadata
        )
    }

    /// Removes a deployment; without `force` only one that is drained.
    package func removeDeployment(
        _ id: String,
        force: Bool,
        by actor: OperationActor,
        then: @escaping (Result<Removal, OperationError>) -> Void
    ) {
        guard let id = try? DeploymentID(parsing: id) else { return then(.failure(.badDeploymentID(id))) }
        runtime.submit(from: actor.source) {
            .removeDeployment(id, force: force, actor: actor.name, $0)
        } then: { answer in
            switch answer {
            case .removed(let removal): then(.success(removal))
            default: then(.failure(.refused(answer.refusal)))
            }
        }
    }

    /// All deployments, oldest first.
    package func deployments() -> [DeploymentView] {
        let work = UnfinishedCounts(runtime.counts)
        return runtime.catalog.deployments
            .sorted { ($0.createdAt, $0.id.high, $0.id.low) < ($1.createdAt, $1.id.high, $1.id.low) }
            .compactMap { view(of: $0, work: work) }
    }

    /// One deployment.
    package func deployment(_ id: String) throws(OperationError) -> DeploymentView {
        guard let parsed = try? DeploymentID(parsing: id) else { throw .badDeploymentID(id) }
        guard let deployment = runtime.catalog.deployment(parsed),
            let view = view(of: deployment, work: UnfinishedCounts(runtime.counts))
        else { throw .refused(.registry(.unknownDeployment(parsed))) }
        return view
    }

    private func view(of deployment: Deployment, work: UnfinishedCounts) -> DeploymentView? {
        runtime.catalog.drainState(of: deployment.id, work: work).map {
            DeploymentView(deployment: deployment, drain: $0)
        }
    }
}

extension Answer {
    /// The refusal in an answer that is not what was asked for.
    var refusal: Refusal {
        switch self {
        case .refused(let refusal): refusal
        case .stopping: .shuttingDown
        case .accepted, .result, .terminated, .registered, .removed, .operated, .bulk, .statePatched:
            .unsupported("answers of this kind")
        }
    }
}
