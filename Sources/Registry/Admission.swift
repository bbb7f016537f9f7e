import DurableModel

/// Why a caller from outside may not make a call. Statuses and texts are those that its clients know (ingress.md).
package enum AdmissionRefusal: Error, Equatable, Sendable {
    case unknownService(String)
    case unknownHandler(service: String, handler: String)
    /// A key for a plain service, or none for an object or a workflow.
    case wrongKeyArity(service: String)
    /// The service or the handler is private.
    case notPublic
    /// The run of a workflow is identified by its key alone.
    case idempotencyKeyOnWorkflowRun
    /// A body, or a handler that needs one, without a content-type.
    case emptyContentType
    case emptyBody
    case contentTypeMismatch(given: String, expected: String)
    /// The handler takes nothing, but something came.
    case mustBeEmpty(contentType: String?)
    /// The manifest asks for a body and names no content-type that would do.
    case nothingAllowed

    /// The HTTP status of the answer.
    package var httpStatus: Int {
        switch self {
        case .unknownService, .unknownHandler: 404
        case .wrongKeyArity, .notPublic, .idempotencyKeyOnWorkflowRun, .emptyContentType, .emptyBody,
            .contentTypeMismatch, .mustBeEmpty, .nothingAllowed:
            400
        }
    }
}

extension AdmissionRefusal: CustomStringConvertible {
    /// The `message` of the answer, as clients of this protocol know it.
    package var description: String {
        switch self {
        case .unknownService(let service):
            "service '\(service)' not found, make sure to register the service before calling it."
        case .unknownHandler(let service, let handler):
            "the service '\(service)' exists, but the handler '\(handler)' was not found, check that the handler "
                + "exists in the latest registered service version."
        case .wrongKeyArity:
            "bad path, expected either /:service-name/:handler or /:object-name/:object-key/:handler"
        case .notPublic:
            "the invoked service is not public"
        case .idempotencyKeyOnWorkflowRun:
            "cannot use the idempotency key with workflow handlers. The handler invocation will already be "
                + "idempotent by the workflow key itself."
        case .emptyContentType:
            "input validation error: Empty content-type"
        case .emptyBody:
            "input validation error: Empty body not allowed"
        case .contentTypeMismatch(let given, let expected):
            "input validation error: Content-type '\(given)' does not match '\(expected)'"
        case .mustBeEmpty(let contentType):
            "input validation error: Expected body and content-type to be empty, but wasn't with content-type '"
                + (contentType.map { "Some(\"\($0)\")" } ?? "None") + "'"
        case .nothingAllowed:
            "input validation error: the handler asks for a body, but its service names no content-type for it"
        }
    }
}

extension Catalog {
    /// Whether a caller from outside may call the handler, before its body is looked at, in the order of ingress.md,
    /// section 2: service, key, handler, privacy, idempotency key. Allocates nothing when it may.
    package func admit(
        service: String,
        handler: String,
        hasKey: Bool,
        hasIdempotencyKey: Bool
    ) throws(AdmissionRefusal) -> HandlerRoute {
        guard let routed = self.service(named: service) else { throw .unknownService(service) }
        guard routed.type.isKeyed == hasKey else { throw .wrongKeyArity(service: service) }
        return try routed.admit(handler: handler, hasIdempotencyKey: hasIdempotencyKey)
    }
}

extension RoutedService {
    /// The part of admission that comes once the service is known and its key is found to fit.
    package func admit(handler: String, hasIdempotencyKey: Bool) throws(AdmissionRefusal) -> HandlerRoute {
        guard let route = route(to: handler) else { throw .unknownHandler(service: name, handler: handler) }
        guard route.isPublic else { throw .notPublic }
        if hasIdempotencyKey, route.handler.type == .workflowRun { throw .idempotencyKeyOnWorkflowRun }
        return route
    }
}

extension InputRules {
    /// Whether a body passes: if any rule does. A failure is told in terms of the last rule (discovery.md).
    package func check(contentType given: ArraySlice<UInt8>?, bodyIsEmpty: Bool) throws(AdmissionRefusal) {
        if allowsNothing, bodyIsEmpty, given == nil { return }
        guard let pattern = contentType else {
            let given = given.map { String(decoding: $0, as: UTF8.self) }
            throw allowsNothing ? .mustBeEmpty(contentType: given) : .nothingAllowed
        }
        guard let given else { throw .emptyContentType }
        guard pattern.matches(given) else {
            throw .contentTypeMismatch(given: String(decoding: given, as: UTF8.self), expected: pattern.text)
        }
        if mustNotBeEmpty, bodyIsEmpty { throw .emptyBody }
    }
}
