import DurableModel
import Engine
import HTTP
import Operations

/// Requests that change something: what the operation came to is the answer.
extension AdminServer {
    func act(_ asked: AdminRequest, _ request: HTTPRequestID, on server: HTTPServer) {
        let actor = actor(request, server)
        switch asked {
        case .updateDeployment(let id, let change):
            operations.update(id.description, change, by: actor) { [operations] result in
                let settings = operations.runtime.settings
                server.respond(
                    to: request,
                    Self.answer(result) { AdminResponses.deployment($0.deployment, settings: settings) }
                )
            }
        case .configureService(let name, let configuration):
            operations.configure(name, configuration, by: actor) { [operations] result in
                let runtime = operations.runtime
                server.respond(
                    to: request,
                    Self.answer(result) { _ in
                        AdminResponses.service(name, catalog: runtime.catalog, settings: runtime.settings)
                    }
                )
            }
        case .patchState(let patch):
            operations.patchState(patch, by: actor) { result in
                server.respond(to: request, Self.answer(result) { _ in AdminResponses.empty(202) })
            }
        case .operate(let operation, let id):
            operations.operate(operation, on: id.description, by: actor) { result in
                server.respond(to: request, Self.answer(result) { AdminResponses.operated($0.outcome) })
            }
        case .dispose(let operation, let id):
            operations.operate(operation, on: id.description, by: actor) { _ in
                server.respond(to: request, AdminResponses.empty(202))
            }
        case .batch(let operation, let ids):
            operations.operateAll(operation, ids, by: actor) { result in
                server.respond(to: request, Self.answer(result, AdminResponses.batch))
            }
        default: return
        }
    }
}
