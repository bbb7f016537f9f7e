import DurableModel
import Endpoints
import Engine
import Registry
import Runtime

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
                let catalog = runtime.catalog
                let warnings = SchemaWarnings.warnings(of: discovered.services) {
                    catalog.service(named: $0)?.latest.service
                }
                let command = RegisterRequest(
                    discovered: discovered,
                    options: registration.options,
                    actor: actor.name
                )
                runtime.submit(from: actor.source) {
                    .register(command, $0)
                } then: { answer in
                    switch answer {
                    case .registered(var registration):
                        if registration.outcome != .unchanged { registration.warnings += warnings }
                        then(.success(registration))
                    default: then(.failure(.refused(answer.refusal)))
                    }
                }
            }
        }
    }

    private func discoveryRequest(
        _ registration: DeploymentRegistration
    ) throws(OperationError) -> Discovery.Request {
        Discovery.Request(
            address: try Self.address(registration.uri),
            httpVersion: registration.useHTTP11 ? .http1 : .http2,
            additionalHeaders: try Self.headers(registration.additionalHeaders),
            metadata: registration.metadata
        )
    }

    static func address(_ uri: String) throws(OperationError) -> DeploymentAddress {
        do { return try DeploymentAddress(parsing: uri) } catch { throw .badAddress(error) }
    }

    static func headers(_ headers: [String: String]) throws(OperationError) -> [AdditionalHeader] {
        do { return try AdditionalHeader.checked(headers) } catch { throw .badHeader(error) }
    }

    /// The newest deployments that are older than that place, the newest first.
    package func deployments(before place: DeploymentPlace?, limit: Int) -> [DeploymentView] {
        let work = UnfinishedCounts(runtime.counts)
        return runtime.catalog.deployments(before: place, limit: limit).compactMap { view(of: $0, work: work) }
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
