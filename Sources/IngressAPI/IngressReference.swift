import DurableModel
import Engine
import FoundationEssentials

/// How a caller names an invocation that exists already, to wait for its result, to fetch it or to learn its id.
package enum IngressReference: Sendable, Equatable {
    case invocation(InvocationID)
    /// The run of that workflow.
    case workflow(name: String, key: String)
    /// The call that was made with that idempotency key.
    case idempotent(service: String, key: String?, handler: String, idempotencyKey: String)
}

extension IngressReference {
    /// The id that the invocation has, or would have; nothing needs to exist for it.
    package var id: InvocationID {
        switch self {
        case .invocation(let id): id
        case .workflow(let name, let key): DerivedID.workflow(service: name, key: key)
        case .idempotent(let service, let key, let handler, let idempotencyKey):
            DerivedID.idempotent(
                target: Target(service: service, key: key, handler: handler),
                idempotencyKey: idempotencyKey
            )
        }
    }

    /// The largest body that names an invocation; read on the core's thread, so kept small.
    static let bodyBytesMax = 64 * 1024

    /// Reads the JSON body of the POST forms (ingress.md, section 1). Its content-type is not looked at.
    init(body: [UInt8]) throws(IngressRefusal) {
        guard body.count <= Self.bodyBytesMax else { throw .referenceTooLarge(bytesMax: Self.bodyBytesMax) }
        let wire: Wire
        do {
            wire = try JSONDecoder().decode(Wire.self, from: Data(body))
        } catch let error as DecodingError {
            throw .badReference(Self.reason(error))
        } catch {
            throw .badReference("it is not JSON")
        }
        if wire.scope != nil { throw .scopeUnsupported }
        switch wire.target {
        case "invocation":
            self = .invocation(try Self.invocationID(Self.present(wire.invocationId, "invocationId")))
        case "workflow":
            self = .workflow(
                name: try Self.present(wire.workflowName, "workflowName"),
                key: try Self.present(wire.workflowKey, "workflowKey")
            )
        case "idempotentInvocation":
            self = .idempotent(
                service: try Self.present(wire.service, "service"),
                key: wire.key,
                handler: try Self.present(wire.handler, "handler"),
                idempotencyKey: try Self.present(wire.idempotencyKey, "idempotencyKey")
            )
        default:
            throw .badReference(
                "unknown target '\(wire.target)', expected one of invocation, workflow, idempotentInvocation"
            )
        }
    }

    static func invocationID(_ text: String) throws(IngressRefusal) -> InvocationID {
        do {
            return try InvocationID(parsing: text)
        } catch {
            throw .badInvocationID(text, error)
        }
    }

    private static func present(_ value: String?, _ name: String) throws(IngressRefusal) -> String {
        guard let value else { throw .badReference("field '\(name)' is missing") }
        return value
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "field '\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            context.codingPath.last.map { "field '\($0.stringValue)' must be a string" } ?? "it must be a JSON object"
        case .dataCorrupted: "it is not JSON"
        @unknown default: "it is not JSON"
        }
    }

    /// All fields of all forms, as they are spelled on the wire.
    private struct Wire: Decodable {
        var target: String
        var invocationId: String?
        var workflowName: String?
        var workflowKey: String?
        var service: String?
        var key: String?
        var handler: String?
        var idempotencyKey: String?
        var scope: String?
    }
}
