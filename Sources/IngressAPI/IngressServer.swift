import DurableModel
import Engine
import HTTP
import Partition
import Runtime

/// The ingress: requests to decisions, decisions to the runtime, answers back to their requests.
///
/// Made and used on the loop's thread. A caller that goes away costs its waiter; the invocation is not touched.
package final class IngressServer: HTTPServerHandler {
    private let runtime: Runtime
    /// Of requests that begin from now on.
    package var bodyBytesMax: Int
    private var waiting: [HTTPRequestID: RequestID] = [:]

    /// Serves with bodies up to `bodyBytesMax`.
    package init(runtime: Runtime, bodyBytesMax: Int) {
        self.runtime = runtime
        self.bodyBytesMax = bodyBytesMax
    }

    package func httpServer(
        _ server: HTTPServer,
        head: HTTPHead,
        of request: HTTPRequestID
    ) -> HTTPBodyPolicy {
        IngressDecision.bodyPolicy(head, catalog: runtime.catalog, bodyBytesMax: bodyBytesMax)
    }

    package func httpServer(_ server: HTTPServer, tooLarge head: HTTPHead) -> HTTPResponse {
        IngressResponder(head).refused(IngressDecision.tooLarge(head, catalog: runtime.catalog))
    }

    package func httpServer(_ server: HTTPServer, request: HTTPRequestID, head: HTTPHead, body: [UInt8]) {
        guard runtime.isServing else {
            return server.respond(to: request, IngressResponder(head).response(.stopping(nil)))
        }
        switch IngressDecision.decide(head, body: body, catalog: runtime.catalog) {
        case .respond(let response):
            server.respond(to: request, response)
        case .invoke(let call, let responder):
            let command = call.request(
                now: Runtime.now,
                waitsForResult: responder.question == .call
            )
            submit(request, on: server, responder) { .invoke(command, $0) }
        case .attach(let id, let responder):
            submit(request, on: server, responder) { .attach(id, $0) }
        case .completeAwakeable(let id, let result, let responder):
            submit(request, on: server, responder) { .completeAwakeable(id, result, $0) }
        case .fetchOutput(let id, let responder):
            submit(request, on: server, responder) { .fetchOutput(id, $0) }
        }
    }

    private func submit(
        _ request: HTTPRequestID,
        on server: HTTPServer,
        _ responder: IngressResponder,
        _ command: (RequestID) -> EngineCommand
    ) {
        waiting[request] = runtime.submit(
            from: .connection(request.connection, of: .ingress),
            command
        ) { [unowned self, unowned server] answer in
            waiting[request] = nil
            server.respond(to: request, responder.response(answer, catalog: runtime.catalog))
        }
    }

    package func httpServer(_ server: HTTPServer, cancelled request: HTTPRequestID) {
        if let waiter = waiting.removeValue(forKey: request) { runtime.forget(waiter) }
    }
}
