import DurableModel
import HTTP
import Operations
import Registry
import Runtime

extension AdminResponses {
    /// The answer to what an operation did not do: the only place that maps its errors to statuses.
    static func refused(_ error: OperationError) -> HTTPResponse {
        switch error {
        case .badAddress(let address): refused(.badField(name: "uri", reason: address.message))
        case .badDeploymentID, .badInvocationID, .badStateVersion, .tooManyIDs:
            Self.error(status: 400, code: nil, message: error.sentence)
        case .badHeader: Self.error(status: 422, code: nil, message: error.sentence)
        case .serviceNotFound(let name): refused(.unknownService(name))
        case .handlerNotFound(let service, let handler): refused(.unknownHandler(service: service, handler: handler))
        case .discovery(let discovery):
            Self.error(status: discovery.httpStatus, code: discovery.code, message: discovery.message)
        case .notDrained(let id, let state, let invocations):
            Self.error(.registry(.notDrained(id, state))) { write(state, invocations, to: &$0) }
        case .refused(let refusal): refused(AdminRefusal(refusal))
        case .query(let query): Self.error(status: query.status, code: nil, message: query.sentence)
        }
    }

    /// What keeps a deployment from being removed: by numbers, and the oldest of the invocations themselves.
    static func write(_ state: DrainState, _ invocations: [BlockingInvocation], to body: inout JSONWriter) {
        body.name("blockers")
        body.beginObject()
        body.name("serving")
        body.beginArray()
        for service in state.serving { body.string(service) }
        body.endArray()
        body.member("pinned_invocations", state.pinned)
        body.name("bound_invocations")
        body.beginArray()
        for work in state.bound {
            body.beginObject()
            body.member("service", work.handler.service)
            body.member("handler", work.handler.handler)
            body.member("count", work.count)
            body.endObject()
        }
        body.endArray()
        body.name("invocations")
        body.beginArray()
        for invocation in invocations {
            body.beginObject()
            body.member("id", invocation.id)
            body.member("target", invocation.target)
            body.member("status", invocation.status)
            body.member("created_at", invocation.createdAt)
            body.optionalMember("waits_for", invocation.waitsFor)
            body.endObject()
        }
        body.endArray()
        body.endObject()
    }
}

extension QueryError {
    /// The status of the admin API for a query without an answer.
    fileprivate var status: Int {
        switch self {
        case .refused, .workerEnded, .deadline, .tooManyRows: 400
        case .busy: 429
        case .unavailable, .stopping: 503
        }
    }
}
