import DurableModel
import Engine
import HTTP
import Registry

/// Why the admin face does not do what a request asks. Each has a status and a sentence; the body is always a JSON object
/// with `message` and `restate_code` (admin-api.md, section 2).
package enum AdminRefusal: Error, Equatable, Sendable {
    /// The `Host` is no name of this machine: a page in a browser may have been made to believe so.
    case foreignHost(String)
    case unsupportedVersion(String)
    case notFound
    case methodNotAllowed([HTTPMethod])
    case contentTypeNotJSON
    case bodyTooLarge(bytesMax: Int)
    case notJSON(String)
    case wrongShape(String)
    /// A part of the path is no id of what it should name.
    case badPath(name: String, String, IdentifierError)
    case badInvocationID(IdentifierError)
    case badQuery(name: String, reason: String)
    /// A parameter of the query string names nothing that it could name.
    case badParameter(name: String, reason: String)
    /// A member of the body names nothing that it could name.
    case badField(name: String, reason: String)
    /// What is to change is of another kind of deployment.
    case deploymentKindMismatch
    case badStateVersion
    case batchTooLarge(Int, idsMax: Int)
    case unknownDeployment(DeploymentID)
    case unknownService(String)
    case unknownHandler(service: String, handler: String)
    case unknownInvocation(InvocationID)
    case unknownSubscription(String)
    case noSubscriptionToRemove(String)
    case badSubscriptionSource(String)
    /// There are no Kafka clusters at all.
    case subscriptionToNowhere(cluster: String)
    case unknownKafkaCluster(String)
    /// A deployment that is not there was to be removed.
    case noDeploymentToRemove(DeploymentID)
    /// The address is registered already, which only the oldest version of the API calls an error.
    case deploymentExists(DeploymentID)
    case registry(RegistryError)
    case operation(OperationRefusal, InvocationOperation, InvocationID)
    /// A state was to be changed and cannot; the status and the sentence.
    case state(status: Int, String)
    /// Not part of this release; says what.
    case unsupported(String)
    case unavailable(String)
    case failed(String)

    /// The HTTP status of the answer.
    package var status: Int {
        switch self {
        case .foreignHost: 403
        case .unsupportedVersion, .notJSON, .badPath, .badInvocationID, .badQuery, .badParameter, .badField,
            .deploymentKindMismatch, .badStateVersion, .batchTooLarge, .badSubscriptionSource, .subscriptionToNowhere:
            400
        case .notFound, .unknownDeployment, .unknownService, .unknownHandler, .unknownInvocation,
            .unknownSubscription, .noSubscriptionToRemove, .unknownKafkaCluster, .noDeploymentToRemove:
            404
        case .methodNotAllowed: 405
        case .deploymentExists: 409
        case .bodyTooLarge: 413
        case .contentTypeNotJSON: 415
        case .wrongShape: 422
        case .registry(let error): error.httpStatus
        case .operation(let reason, _, _): reason.httpStatus
        case .state(let status, _): status
        case .failed: 500
        case .unsupported: 501
        case .unavailable: 503
        }
    }

    /// The documented code, if there is one.
    package var code: String? {
        switch self {
        case .registry(let error): error.code
        case .badSubscriptionSource: "META0009"
        default: nil
        }
    }
}

extension AdminRefusal: CustomStringConvertible {
    /// The sentence without the code.
    package var description: String {
        switch self {
        case .foreignHost(let host):
            "the host '\(host)' is no name of this machine: use 127.0.0.1, [::1] or localhost, or set admin-allow-remote "
                + "to serve under every name"
        case .unsupportedVersion(let version):
            "Unsupported Admin API version \(version). This server supports versions between V2 and V4."
        case .notFound: "there is nothing at this path"
        case .methodNotAllowed(let methods):
            "this path takes only " + methods.map { "\($0.token)" }.joined(separator: ", ")
        case .contentTypeNotJSON: "Expected request with `Content-Type: application/json`"
        case .bodyTooLarge(let bytesMax): "the body is larger than \(bytesMax) bytes"
        case .notJSON(let reason): "Failed to parse the request body as JSON: \(reason)"
        case .wrongShape(let reason): "Failed to deserialize the JSON body into the target type: \(reason)"
        case .badPath(let name, let text, let error):
            "Invalid URL: Cannot parse `\(name)` with value `\(text)`: \(error.reason)"
        case .badInvocationID(let error):
            "The request field 'invocation_id' is invalid. Reason: \(error.reason)"
        case .badQuery(let name, let reason): "Failed to deserialize query string: \(name): \(reason)"
        case .badParameter(let name, let reason): "The query parameter '\(name)' is invalid. Reason: \(reason)"
        case .badField(let name, let reason): "The request field '\(name)' is invalid. Reason: \(reason)"
        case .deploymentKindMismatch:
            "cannot update the deployment, as the deployment type is http while the update options are for type lambda"
        case .badStateVersion:
            "The request field 'version' is invalid. Reason: it is not \(StateVersion.bytes) bytes in base64url without "
                + "padding"
        case .batchTooLarge(let count, let idsMax): "Batch size \(count) exceeds maximum allowed size of \(idsMax)"
        case .unknownDeployment(let id): "The requested deployment '\(id)' does not exist"
        case .unknownService(let name): "The requested service '\(name)' does not exist"
        case .unknownHandler(let service, let handler):
            "The requested handler '\(handler)' on service '\(service)' does not exist"
        case .unknownInvocation(let id): "The requested invocation '\(id)' does not exist"
        case .unknownSubscription(let id): "The requested subscription '\(id)' does not exist"
        case .noSubscriptionToRemove(let id): "not found in the schema registry: subscription with id '\(id)'"
        case .badSubscriptionSource(let source):
            "invalid source URI '\(source)': must have a scheme segment, with supported schemes: [kafka]."
        case .subscriptionToNowhere(let cluster): "Kafka cluster '\(cluster)' not found. Available clusters: []"
        case .unknownKafkaCluster(let name): "The requested Kafka cluster '\(name)' does not exist"
        case .noDeploymentToRemove(let id): "not found in the schema registry: deployment with id '\(id)'"
        case .deploymentExists(let id): "Conflict: deployment \(id) already exists"
        case .registry(let error): error.description
        case .operation(let reason, let operation, let id): reason.sentence(operation, of: id)
        case .state(_, let sentence): sentence
        case .unsupported(let what): "\(what) not supported by this release of perdure"
        case .unavailable(let reason), .failed(let reason): reason
        }
    }
}

extension IdentifierError {
    /// What is wrong with the text, as clients of this API know it.
    var reason: String {
        switch self {
        case .badFormat(let text):
            text.contains("_") ? "unrecognized resource type: \(Self.kind(of: text))" : "bad format"
        case .wrongKind(let text):
            Self.knownKinds.contains(Self.kind(of: text))
                ? "id doesn't match the expected type" : "unrecognized resource type: \(Self.kind(of: text))"
        case .unknownVersion: "unrecognized codec version"
        case .reservedIndex: "id doesn't match the expected type"
        case .badDigits(let text):
            Self.lengths.contains(text.utf8.count) ? "base62 decode error" : "bad length"
        }
    }

    private static let knownKinds = ["inv", "dp", "sub", "prom", "sign"]
    /// Of whole ids of invocations, deployments and subscriptions.
    private static let lengths = [38, 26, 27]

    private static func kind(of text: String) -> String { String(text.prefix { $0 != "_" }) }
}

extension AdminRefusal {
    /// What the engine refused, as clients of the admin API know it.
    package init(_ refusal: Refusal) {
        switch refusal {
        case .routing(.unknownService(let service)): self = .unknownService(service)
        case .routing(.unknownHandler(let service, let handler)):
            self = .unknownHandler(service: service, handler: handler)
        case .invocationNotFound(let id): self = .unknownInvocation(id)
        case .registry(.unknownDeployment(let id)): self = .unknownDeployment(id)
        case .registry(let error): self = .registry(error)
        case .operation(let reason, let operation, let id): self = .operation(reason, operation, id)
        case .stateConflict: self = .state(status: 409, refusal.sentence)
        case .tooManyPatches: self = .state(status: 429, refusal.sentence)
        case .statelessService: self = .state(status: 400, refusal.sentence)
        case .inboxFull, .storageFull, .shuttingDown: self = .unavailable(refusal.sentence)
        case .notYetCompleted, .misfit, .storage: self = .failed(refusal.sentence)
        }
    }
}
