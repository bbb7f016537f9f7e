import ControlProtocol
import DurableModel
import HTTP
import Operations
import Partition
import Registry
import Runtime

/// The admin face: requests to operations, what they came to back to their requests. No rule is decided here.
///
/// Made and used on the loop's thread.
package final class AdminServer: HTTPServerHandler {
    let operations: Operations
    private let ingressEndpoint: String?
    private let allowsRemote: Bool
    /// Queries whose rows are being sent.
    private var streams: [HTTPRequestID: QueryAnswer] = [:]

    /// `allowsRemote` serves requests whose Host is no name of this machine, too.
    package init(operations: Operations, ingressEndpoint: String?, allowsRemote: Bool) {
        self.operations = operations
        self.ingressEndpoint = ingressEndpoint
        self.allowsRemote = allowsRemote
    }

    package func httpServer(
        _ server: HTTPServer,
        head: HTTPHead,
        of request: HTTPRequestID
    ) -> HTTPBodyPolicy {
        let host = head.authority
        guard allowsRemote || AdminHost.isOurs(host, names: []) else {
            return .respond(AdminResponses.refused(.foreignHost(String(decoding: host, as: UTF8.self))))
        }
        return .collect(maxBytes: AdminRequest.bodyBytesMax(of: head))
    }

    package func httpServer(_ server: HTTPServer, tooLarge head: HTTPHead) -> HTTPResponse {
        AdminResponses.tooLarge(head)
    }

    package func httpServer(_ server: HTTPServer, request: HTTPRequestID, head: HTTPHead, body: [UInt8]) {
        do throws(AdminRefusal) {
            try handle(try AdminRequest(head, body: body), head, request, on: server)
        } catch {
            server.respond(to: request, AdminResponses.refused(error))
        }
    }

    package func httpServer(_ server: HTTPServer, cancelled request: HTTPRequestID) {
        streams.removeValue(forKey: request)?.cancel()
    }

    private func handle(
        _ asked: AdminRequest,
        _ head: HTTPHead,
        _ request: HTTPRequestID,
        on server: HTTPServer
    ) throws(AdminRefusal) {
        let runtime = operations.runtime
        let (catalog, settings) = (runtime.catalog, runtime.settings)
        switch asked {
        case .health:
            server.respond(to: request, AdminResponses.empty(runtime.isServing ? 200 : 503))
        case .clusterHealth:
            server.respond(to: request, AdminResponses.clusterHealth())
        case .openAPI:
            server.respond(to: request, AdminResponses.openAPI(ProgramVersion.current))
        case .version:
            server.respond(
                to: request,
                AdminResponses.version(ProgramVersion.current, ingressEndpoint: ingressEndpoint)
            )
        case .listDeployments:
            respondElsewhere(to: request, on: server) { AdminResponses.deployments(catalog.deploymentsByAge) }
        case .register(let registration):
            register(registration, request, on: server)
        case .describeDeployment(let id):
            guard let deployment = catalog.deployment(id) else { throw .unknownDeployment(id) }
            server.respond(to: request, AdminResponses.deployment(deployment, settings: settings))
        case .removeDeployment(let id, let force):
            remove(id, force: force, request, on: server)
        case .listServices:
            respondElsewhere(to: request, on: server) { AdminResponses.services(catalog, settings: settings) }
        case .describeService(let name):
            server.respond(to: request, AdminResponses.service(name, catalog: catalog, settings: settings))
        case .listHandlers(let service):
            server.respond(to: request, AdminResponses.handlers(of: service, catalog: catalog))
        case .describeHandler(let service, let handler):
            server.respond(to: request, AdminResponses.handler(handler, of: service, catalog: catalog))
        case .serviceOpenAPI(let service):
            server.respond(
                to: request,
                AdminResponses.openAPI(of: service, catalog: catalog, ingressEndpoint: ingressEndpoint)
            )
        case .emptyList(let kind):
            server.respond(to: request, AdminResponses.emptyList(kind))
        case .query(let sql):
            query(sql, QueryAnswer.format(for: head), request, on: server)
        case .updateDeployment, .configureService, .patchState, .operate, .dispose, .batch:
            act(asked, request, on: server)
        }
    }

    // MARK: Deployments

    private func register(_ registration: AdminRegistration, _ request: HTTPRequestID, on server: HTTPServer) {
        let asked = DeploymentRegistration(
            uri: registration.uri,
            useHTTP11: registration.usesHTTP11,
            options: registration.options,
            additionalHeaders: Dictionary(
                registration.additionalHeaders.map { ($0.name, $0.value) },
                uniquingKeysWith: { $1 }
            ),
            metadata: registration.metadata
        )
        operations.register(asked, by: actor(request, server)) { [operations] result in
            server.respond(
                to: request,
                Self.answer(result) {
                    AdminResponses.registered(
                        $0,
                        version: registration.version,
                        settings: operations.runtime.settings
                    )
                }
            )
        }
    }

    private func remove(_ id: DeploymentID, force: Bool, _ request: HTTPRequestID, on server: HTTPServer) {
        operations.removeDeployment(id.description, force: force, by: actor(request, server)) { result in
            if case .failure(.refused(.registry(.unknownDeployment(let id)))) = result {
                return server.respond(to: request, AdminResponses.refused(.noDeploymentToRemove(id)))
            }
            server.respond(to: request, Self.answer(result, AdminResponses.removed))
        }
    }

    // MARK: Queries

    private func query(
        _ sql: String,
        _ format: QueryWorker.Format,
        _ request: HTTPRequestID,
        on server: HTTPServer
    ) {
        let answer = QueryAnswer(request: request, server: server, format: format)
        streams[request] = answer
        operations.query(sql, rowsMax: nil, format: format) { batch in
            answer.add(batch)
        } then: { [weak self] result in
            self?.streams[request] = nil
            answer.finish(result)
        }
    }

    // MARK: Parts

    /// Answers with what is written on another thread: a whole catalog takes long enough to hold up the turn.
    private func respondElsewhere(
        to request: HTTPRequestID,
        on server: HTTPServer,
        _ render: @escaping @Sendable () -> HTTPResponse
    ) {
        operations.runtime.loop.offload(render) { server.respond(to: request, $0) }
    }

    func actor(_ request: HTTPRequestID, _ server: HTTPServer) -> OperationActor {
        let peer = server.peerAddress(of: request)?.description ?? "unknown"
        return OperationActor(name: "http \(peer)", source: .connection(request.connection, of: .admin))
    }

    static func answer<Value>(
        _ result: Result<Value, OperationError>,
        _ render: (Value) -> HTTPResponse
    ) -> HTTPResponse {
        switch result {
        case .success(let value): render(value)
        case .failure(let error): AdminResponses.refused(error)
        }
    }
}
