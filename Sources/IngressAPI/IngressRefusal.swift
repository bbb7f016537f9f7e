import DurableModel
import Registry

/// Why the ingress does not do what a request asks, decided without running anything. Statuses are those that clients
/// of this protocol know (ingress.md, section 3), and so are the texts that they may look at.
package enum IngressRefusal: Error, Equatable, Sendable {
    /// Too few or too many segments to be anything.
    case badPath(String)
    /// A path below `/restate/` with a segment too few or too many.
    case badRestatePath
    case badAwakeablePath
    /// The key's escapes do not spell UTF-8.
    case badKey
    /// A word that names nothing.
    case notFound
    case methodNotAllowed
    case admission(AdmissionRefusal)
    /// The header's value is not visible ASCII.
    case badHeader(String)
    case scopeUnsupported
    case limitKeyWithoutScope
    case badDelay(DurationTextError)
    case delayOnCall
    case badInvocationID(String, IdentifierError)
    case badAwakeableID(String, IdentifierError)
    /// The JSON body that names what to attach to is not understood.
    case badReference(String)
    /// No such invocation, or its result is no longer kept.
    case invocationNotFound
    /// It exists, but has no result yet.
    case notCompletedYet
    case bodyTooLarge
    /// The body that names what to attach to is longer than any such name.
    case referenceTooLarge(bytesMax: Int)
    /// Too many wait for the same already; says for what.
    case tooMany(String)
    /// Nothing new is accepted now; says why.
    case unavailable(String)
    /// What was accepted could not be done; says why.
    case failed(String)

    /// The HTTP status, which is also the `code` of the body.
    package var status: Int {
        switch self {
        case .admission(let refusal): refusal.httpStatus
        case .badPath, .badRestatePath, .badAwakeablePath, .badKey, .badHeader, .scopeUnsupported,
            .limitKeyWithoutScope, .badDelay, .delayOnCall, .badInvocationID, .badAwakeableID, .badReference:
            400
        case .notFound, .invocationNotFound: 404
        case .methodNotAllowed: 405
        case .bodyTooLarge, .referenceTooLarge: 413
        case .tooMany: 429
        case .notCompletedYet: 470
        case .failed: 500
        case .unavailable: 503
        }
    }
}

extension IngressRefusal: CustomStringConvertible {
    /// The `message` of the body.
    package var description: String {
        switch self {
        case .badPath(let path): "bad path: \(path)"
        case .badRestatePath:
            "bad path, expected /restate/call/:service/:handler, /restate/send/:service/:handler, "
                + "/restate/scope/:scope/call/:service/:handler, /restate/attach/:invocation_id, "
                + "/restate/output/:invocation_id, or /restate/lookup"
        case .badAwakeablePath:
            "bad path, expected either /restate/awakeables/:id/resolve or /restate/awakeables/:id/reject"
        case .badKey: "bad path, cannot decode key: its percent-encoded bytes are not UTF-8"
        case .notFound: "not found"
        case .methodNotAllowed: "method not allowed"
        case .admission(let refusal): refusal.description
        case .badHeader(let name): "bad header \(name): its value must be visible ASCII"
        case .scopeUnsupported: "scoped invocations require vqueues to be enabled"
        case .limitKeyWithoutScope: "limit-key requires a scope to be set"
        case .badDelay(let error): "bad delay query parameter, must be a ISO8601 duration: \(error)"
        case .delayOnCall:
            "cannot use the delay query parameter with calls. The delay is supported only with sends"
        case .badInvocationID(let text, let error): "bad invocation id '\(text)': \(Self.reason(error))"
        case .badAwakeableID(let text, let error): "bad awakeable id '\(text)': \(Self.awakeableReason(error))"
        case .badReference(let reason): "cannot read body: \(reason)"
        case .invocationNotFound: "invocation not found"
        case .notCompletedYet: "the invocation exists but has not completed yet"
        case .bodyTooLarge: "cannot read body: it is larger than this server accepts (request-size-limit)"
        case .referenceTooLarge(let bytesMax):
            "cannot read body: one that names an invocation may have \(bytesMax) bytes"
        case .tooMany(let reason), .unavailable(let reason), .failed(let reason): reason
        }
    }

    private static func awakeableReason(_ error: IdentifierError) -> String {
        switch error {
        case .badFormat: "bad format"
        case .reservedIndex: "its index is one of the protocol's own signals, which no awakeable has"
        case .wrongKind, .unknownVersion, .badDigits: "id doesn't match the expected type"
        }
    }

    private static func reason(_ error: IdentifierError) -> String {
        switch error {
        case .badFormat: "bad format"
        case .wrongKind: "id doesn't match the expected type"
        case .unknownVersion: "unrecognized codec version"
        case .badDigits, .reservedIndex: "bad length or digits"
        }
    }
}
