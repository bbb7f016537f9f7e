import DurableModel
import Engine
import HTTP
import Registry
import ServiceProtocol

/// What is to be done with a request at the ingress, as far as it can be said without running anything.
package enum IngressDecision: Sendable {
    /// This is the answer.
    case respond(HTTPResponse)
    /// Make an invocation; the responder's question says whether its result or its acceptance is awaited.
    case invoke(IngressCall, IngressResponder)
    /// Wait for the result of an invocation.
    case attach(InvocationID, IngressResponder)
    /// Give its result if it is there.
    case fetchOutput(InvocationID, IngressResponder)
    case completeAwakeable(AwakeableID, CompletionResult, IngressResponder)
}

/// A call or a send that passed every check.
package struct IngressCall: Sendable {
    package var target: Target
    /// Headers and body as the payload of an Input command.
    package var input: [UInt8]
    package var idempotencyKey: String?
    /// How long a send is to wait; also zero if that was said.
    package var delay: Interval?

    /// The request for the engine; `now` is the turn's.
    package func request(now: Timestamp, waitsForResult: Bool) -> InvokeRequest {
        InvokeRequest(
            target: target,
            input: input,
            idempotencyKey: idempotencyKey,
            startAt: delay.map { now.adding($0) },
            waitsForResult: waitsForResult
        )
    }
}

extension IngressDecision {
    /// A body up to here is collected before anything of the request is looked at, since the check comes anyway with
    /// the body; before a longer one, what cannot succeed is refused without reading it.
    private static let uncheckedBytesMax = IngressReference.bodyBytesMax

    /// What to do once the head is there.
    package static func bodyPolicy(_ head: HTTPHead, catalog: Catalog, bodyBytesMax: Int) -> HTTPBodyPolicy {
        guard head.expectsContinue || head.contentLength ?? 0 > uncheckedBytesMax else {
            return .collect(maxBytes: bodyBytesMax)
        }
        let responder = IngressResponder(head)
        do {
            switch try IngressAdmission.admit(head, catalog: catalog) {
            case .invoke, .completeAwakeable, .preflight: return .collect(maxBytes: bodyBytesMax)
            case .health, .attach, .output, .byBody: return .collect(maxBytes: uncheckedBytesMax)
            }
        } catch {
            return .respond(responder.refused(error))
        }
    }

    /// Why the body of a request is too large.
    package static func tooLarge(_ head: HTTPHead, catalog: Catalog) -> IngressRefusal {
        switch try? IngressAdmission.admit(head, catalog: catalog) {
        case .health, .attach, .output, .byBody: .referenceTooLarge(bytesMax: uncheckedBytesMax)
        case .invoke, .completeAwakeable, .preflight, nil: .bodyTooLarge
        }
    }

    /// Decides on a whole request, with the checks in the order of ingress.md, section 2.
    package static func decide(_ head: HTTPHead, body: [UInt8], catalog: Catalog) -> IngressDecision {
        var responder = IngressResponder(head)
        do {
            switch try IngressAdmission.admit(head, catalog: catalog) {
            case .preflight: return .respond(responder.preflight(head))
            case .health: return .respond(responder.health(services: catalog.servicesByName.map(\.name)))
            case .invoke(let admitted):
                responder.question = admitted.isSend ? .send : .call
                responder.output = admitted.route.handler.output
                return .invoke(try call(admitted, head, body), responder)
            case .attach(let reference):
                responder.question = .attach
                return .attach(reference.id, responder)
            case .output(let reference):
                responder.question = .output
                return .fetchOutput(reference.id, responder)
            case .completeAwakeable(let id, let isRejected):
                return .completeAwakeable(id, isRejected ? .rejection(body) : .value(body), responder)
            case .byBody(let purpose):
                return byBody(purpose, try IngressReference(body: body), responder)
            }
        } catch {
            return .respond(responder.refused(error))
        }
    }

    private static func byBody(
        _ purpose: IngressAdmission.Purpose,
        _ reference: IngressReference,
        _ responder: IngressResponder
    ) -> IngressDecision {
        var responder = responder
        switch purpose {
        case .attach:
            responder.question = .attach
            return .attach(reference.id, responder)
        case .output:
            responder.question = .output
            return .fetchOutput(reference.id, responder)
        case .lookup: return .respond(responder.found(reference.id))
        }
    }

    /// The checks that need the body, and those that come after them.
    private static func call(
        _ admitted: IngressAdmission.Invoke,
        _ head: HTTPHead,
        _ body: [UInt8]
    ) throws(IngressRefusal) -> IngressCall {
        do {
            let contentType = head.value(of: "content-type")
            try admitted.route.handler.input.check(contentType: contentType, bodyIsEmpty: body.isEmpty)
        } catch {
            throw .admission(error)
        }
        let query = IngressQuery(head.query)
        let delay = try query.interval()
        if query.hasLimitKey || head.value(of: "x-restate-limit-key") != nil { throw .limitKeyWithoutScope }
        if delay != nil, !admitted.isSend { throw .delayOnCall }
        return IngressCall(
            target: Target(service: admitted.route.service, key: admitted.key, handler: admitted.route.handler.name),
            input: try InputPayload.encode(head: head, body: body),
            idempotencyKey: admitted.idempotencyKey,
            delay: delay
        )
    }
}

extension CompletionResult {
    /// The failure of an awakeable whose message is the text of a body.
    fileprivate static func rejection(_ body: [UInt8]) -> CompletionResult {
        .failure(Failure(code: 500, message: String(decoding: body, as: UTF8.self)))
    }
}
