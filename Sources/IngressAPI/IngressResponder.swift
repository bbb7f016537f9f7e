import DurableModel
import Engine
import HTTP
import Registry
import ServiceProtocol

/// Writes the answers to one request: what it asked and what its caller must be told in every answer. A small value
/// that is kept while the request waits.
package struct IngressResponder: Sendable {
    /// What the caller waits for.
    package enum Question: Sendable {
        case call
        case send
        case attach
        case output
    }

    package var question = Question.call
    /// Of the latest revision of the handler that is called.
    package var output = OutputRules()
    /// The `origin` header, mirrored in the answer.
    private var origin: [UInt8]?

    package init(_ head: HTTPHead) {
        origin = head.value(of: "origin").map { Array($0) }
    }

    /// The answer to what the engine says. The output rules of whoever asks for the result of an invocation that exists
    /// already are those of its handler, as for a call.
    package func response(_ answer: Answer, catalog: Catalog) -> HTTPResponse {
        switch answer {
        case .result(let id, .success(let value), let target, let expiresAt) where question != .call:
            let route = try? catalog.resolveForStart(service: target.service, handler: target.handler)
            return success(id, value, route?.handler.output ?? OutputRules(), expiresAt: expiresAt)
        default:
            return response(answer)
        }
    }

    /// The answer to what the engine says about a call or send.
    package func response(_ answer: Answer) -> HTTPResponse {
        switch answer {
        case .awakeableCompleted: HTTPResponse(head(202))
        case .accepted(let id, let isNew, let executionTime): accepted(id, isNew: isNew, executionTime: executionTime)
        case .result(let id, .success(let value), _, let expiresAt): success(id, value, output, expiresAt: expiresAt)
        case .result(let id, .failure(let failure), _, let expiresAt): failed(id, failure, expiresAt: expiresAt)
        case .refused(.invocationNotFound(let id)) where question == .attach:
            failed(id, Failure(code: 404, message: "not found"), expiresAt: nil)
        case .refused(let refusal): refused(IngressRefusal(refusal))
        case .stopping(let id): stopping(id)
        case .registered, .removed, .updated, .configured, .pruned, .operated, .bulk, .statePatched:
            refused(.failed("the answer does not fit the request"))
        }
    }

    /// A refusal of the ingress itself.
    package func refused(_ refusal: IngressRefusal) -> HTTPResponse {
        var head = head(refusal.status, source: "ingress")
        head.add("content-type", "application/json")
        var body = JSONWriter()
        body.beginObject()
        body.member("code", refusal.status)
        body.member("message", refusal.description)
        body.member("source", "ingress")
        body.endObject()
        return HTTPResponse(head, body: body.bytes)
    }

    // MARK: Results

    private func success(
        _ id: InvocationID,
        _ value: [UInt8],
        _ output: OutputRules,
        expiresAt: Timestamp?
    ) -> HTTPResponse {
        var head = head(200)
        add(id, to: &head)
        add(expiresAt: expiresAt, to: &head)
        if let contentType = output.contentType, !value.isEmpty || output.setContentTypeIfEmpty {
            head.add("content-type", contentType.utf8)
        }
        return HTTPResponse(head, body: value)
    }

    private func failed(_ id: InvocationID, _ failure: Failure, expiresAt: Timestamp?) -> HTTPResponse {
        var head = head(Self.status(of: failure), source: "invocation")
        add(id, to: &head)
        add(expiresAt: expiresAt, to: &head)
        head.add("content-type", "application/json")
        var body = JSONWriter()
        body.beginObject()
        body.member("code", failure.code)
        body.member("message", failure.message)
        if !failure.metadata.isEmpty {
            body.member("metadata", Dictionary(failure.metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
        }
        body.member("source", "invocation")
        body.endObject()
        return HTTPResponse(head, body: body.bytes)
    }

    /// The failure's code where it is a status that says so; a handler's 200 or 204 would make a failure look like
    /// success, so that such codes are left to the body.
    private static func status(of failure: Failure) -> Int {
        (400...999).contains(failure.code) ? Int(failure.code) : 500
    }

    private func accepted(_ id: InvocationID, isNew: Bool, executionTime: Timestamp?) -> HTTPResponse {
        var head = head(202)
        head.add("content-type", "application/json")
        let idText = add(id, to: &head)
        var body = JSONWriter()
        body.beginObject()
        body.member("invocationId", idText)
        body.optionalMember("executionTime", executionTime?.text(.nanoseconds))
        body.member("status", isNew ? "Accepted" : "PreviouslyAccepted")
        body.endObject()
        return HTTPResponse(head, body: body.bytes)
    }

    func found(_ id: InvocationID) -> HTTPResponse {
        var head = head(200)
        head.add("content-type", "application/json")
        var body = JSONWriter()
        body.beginObject()
        body.member("invocationId", id.description)
        body.endObject()
        return HTTPResponse(head, body: body.bytes)
    }

    /// The daemon stops while the caller waits. With an id the work is safe and only the waiting ends.
    private func stopping(_ id: InvocationID?) -> HTTPResponse {
        guard let id else { return refused(.unavailable("the server is stopping: send the request again")) }
        var response = refused(
            .unavailable(
                "the server is stopping: the invocation '\(id)' is accepted and goes on after the next start; its "
                    + "result is at /restate/attach/\(id)"
            )
        )
        add(id, to: &response.head)
        return response
    }

    // MARK: What needs no invocation

    func health(services: [String]) -> HTTPResponse {
        var head = head(200)
        head.add("content-type", "application/json")
        var body = JSONWriter()
        body.beginObject()
        body.name("services")
        body.beginArray()
        for service in services { body.string(service) }
        body.endArray()
        body.endObject()
        return HTTPResponse(head, body: body.bytes)
    }

    /// Whatever a browser asks leave for, it gets; the ingress is for everybody who reaches it.
    func preflight(_ request: HTTPHead) -> HTTPResponse {
        var head = head(200)
        if let methods = request.value(of: "access-control-request-method") {
            head.add("access-control-allow-methods", methods)
        }
        if let headers = request.value(of: "access-control-request-headers") {
            head.add("access-control-allow-headers", headers)
        }
        return HTTPResponse(head)
    }

    // MARK: Heads

    /// With what every answer has (ingress.md, section 4).
    private func head(_ status: Int, source: StaticString? = nil) -> HTTPHead {
        var head = HTTPHead(status: status)
        if let source { head.add("x-restate-error-source", source) }
        if let origin { head.add("access-control-allow-origin", origin) }
        head.add("access-control-allow-credentials", "true")
        head.add("vary", "origin, access-control-request-method, access-control-request-headers")
        return head
    }

    @discardableResult
    private func add(_ id: InvocationID, to head: inout HTTPHead) -> String {
        let text = id.description
        head.add("x-restate-id", text: text, unique: true)
        return text
    }

    private func add(expiresAt: Timestamp?, to head: inout HTTPHead) {
        guard let expiresAt else { return }
        head.add("idempotency-expires", text: expiresAt.text(.numericZone), unique: true)
    }
}

extension IngressRefusal {
    /// What the engine refused, as callers of the ingress know it.
    init(_ refusal: Refusal) {
        switch refusal {
        case .routing(.unknownService(let service)): self = .admission(.unknownService(service))
        case .routing(.unknownHandler(let service, let handler)):
            self = .admission(.unknownHandler(service: service, handler: handler))
        case .invocationNotFound: self = .invocationNotFound
        case .notYetCompleted: self = .notCompletedYet
        case .inboxFull: self = .tooMany(refusal.sentence)
        case .storageFull, .shuttingDown: self = .unavailable(refusal.sentence)
        case .misfit, .storage, .registry, .operation, .stateConflict, .tooManyPatches,
            .statelessService:
            self = .failed(refusal.sentence)
        }
    }
}
