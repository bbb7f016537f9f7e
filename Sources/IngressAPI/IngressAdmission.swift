import DurableModel
import HTTP
import Registry

/// What passed all checks that a request's head decides.
enum IngressAdmission {
    /// A browser's question; answered on every path.
    case preflight
    case health
    case invoke(Invoke)
    case attach(IngressReference)
    case output(IngressReference)
    /// The value, or the message of the failure, comes in the body.
    case completeAwakeable(AwakeableID, isRejected: Bool)
    /// The reference comes in the body.
    case byBody(Purpose)

    enum Purpose {
        case attach
        case output
        case lookup
    }

    struct Invoke {
        var route: HandlerRoute
        var key: String?
        var idempotencyKey: String?
        var isSend: Bool
    }

    static func admit(_ head: HTTPHead, catalog: Catalog) throws(IngressRefusal) -> IngressAdmission {
        if head.method == .options { return .preflight }
        switch try IngressRoute.parse(head.path, catalog: catalog) {
        case .health:
            try allow(head, .get)
            return .health
        case .invoke(let invoke):
            return .invoke(try admit(invoke, head))
        case .attach(let reference):
            try allow(head, .get)
            return .attach(reference)
        case .output(let reference):
            try allow(head, .get)
            return .output(reference)
        case .attachByBody:
            try allow(head, .post)
            return .byBody(.attach)
        case .outputByBody:
            try allow(head, .post)
            return .byBody(.output)
        case .lookupByBody:
            try allow(head, .post)
            return .byBody(.lookup)
        case .completeAwakeable(let id, let isRejected):
            try allow(head, .post)
            return .completeAwakeable(id, isRejected: isRejected)
        }
    }

    private static func admit(_ invoke: IngressRoute.Invoke, _ head: HTTPHead) throws(IngressRefusal) -> Invoke {
        let idempotencyKey = head.value(of: "idempotency-key")
        let route: HandlerRoute
        do {
            route = try invoke.service.admit(handler: invoke.handler, hasIdempotencyKey: idempotencyKey != nil)
        } catch {
            throw .admission(error)
        }
        if let idempotencyKey, !idempotencyKey.isVisibleASCII { throw .badHeader("idempotency-key") }
        if invoke.hasScope { throw .scopeUnsupported }
        guard head.method == .get || head.method == .post else { throw .methodNotAllowed }
        return Invoke(
            route: route,
            key: invoke.key,
            idempotencyKey: idempotencyKey?.text,
            isSend: invoke.isSend
        )
    }

    private static func allow(_ head: HTTPHead, _ method: HTTPMethod) throws(IngressRefusal) {
        guard head.method == method else { throw .methodNotAllowed }
    }
}
