import DurableModel
import HTTP

/// What a path without its version names.
enum AdminResource: Equatable {
    case health
    case clusterHealth
    case version
    case openAPI
    case deployments
    case deployment(String)
    case services
    case service(String)
    case handlers(service: String)
    case handler(service: String, handler: String)
    case serviceOpenAPI(String)
    case state(of: String)
    case invocation(String)
    case operation(AdminVerb, String)
    case batch(AdminVerb)
    case query
    case absent(AbsentResource)

    init(_ path: ArraySlice<UInt8>) throws(AdminRefusal) {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard segments.first == "", segments.count > 1 else { throw .notFound }
        let resource: AdminResource? =
            switch (segments[1], segments.count - 1) {
            case ("health", 1): .health
            case ("cluster-health", 1): .clusterHealth
            case ("version", 1): .version
            case ("openapi", 1): .openAPI
            case ("query", 1): .query
            case ("deployments", 1): .deployments
            case ("deployments", 2) where !segments[2].isEmpty: .deployment(segments[2])
            case ("services", _): Self.service(segments.dropFirst(2))
            case ("invocations", 2) where !segments[2].isEmpty: .invocation(segments[2])
            case ("invocations", 3): AdminVerb(rawValue: segments[3]).map { .operation($0, segments[2]) }
            case ("internal", 3) where segments[2] == "invocations_batch_operations":
                AdminVerb(rawValue: segments[3]).map { .batch($0) }
            default: AbsentResource(segments.dropFirst()).map { .absent($0) }
            }
        guard let resource else { throw .notFound }
        self = resource
    }

    private static func service(_ segments: ArraySlice<String>) -> AdminResource? {
        guard let name = segments.first else { return .services }
        if name.isEmpty { return nil }
        let rest = Array(segments.dropFirst())
        switch (rest.first, rest.count) {
        case (nil, _): return .service(name)
        case ("handlers", 1): return .handlers(service: name)
        case ("handlers", 2) where !rest[1].isEmpty: return .handler(service: name, handler: rest[1])
        case ("openapi", 1): return .serviceOpenAPI(name)
        case ("state", 1): return .state(of: name)
        default: return nil
        }
    }

    /// In the order of `allow`.
    var methods: [HTTPMethod] {
        switch self {
        case .health, .clusterHealth, .version, .openAPI, .services, .handlers, .handler, .serviceOpenAPI:
            [.get, .head]
        case .deployments: [.get, .head, .post]
        case .deployment: [.delete, .get, .head, .patch, .put]
        case .service: [.get, .head, .patch]
        case .invocation: [.delete]
        case .operation: [.patch]
        case .state, .batch, .query: [.post]
        case .absent(let resource): resource.methods
        }
    }

    func request(
        _ method: HTTPMethod,
        version: AdminVersion,
        head: HTTPHead,
        body: [UInt8]
    ) throws(AdminRefusal) -> AdminRequest {
        switch self {
        case .health: return .health
        case .clusterHealth: return .clusterHealth
        case .version: return .version
        case .openAPI: return .openAPI
        case .deployments:
            guard method == .post else { return .listDeployments }
            return .register(try AdminRegistration(AdminBody(head, body), version: version))
        case .deployment(let text):
            let id = try Self.deploymentID(text)
            switch method {
            case .patch, .put: return .updateDeployment(id, try AdminBody(head, body).deploymentChange())
            case .delete: return .removeDeployment(id, force: try AdminQuery(head.query).flag("force"))
            default: return .describeDeployment(id)
            }
        case .services: return .listServices
        case .service(let name):
            guard method == .patch else { return .describeService(name) }
            return .configureService(name, try AdminBody(head, body).serviceConfiguration())
        case .handlers(let service): return .listHandlers(service: service)
        case .handler(let service, let handler): return .describeHandler(service: service, handler: handler)
        case .serviceOpenAPI(let service): return .serviceOpenAPI(service)
        case .state(let service): return .patchState(try StateBody.patch(of: service, head, body))
        case .invocation(let text):
            return .dispose(try AdminQuery(head.query).mode(), try Self.invocationID(text))
        case .operation(let verb, let text):
            let id = try Self.invocationID(text)
            return .operate(try verb.operation(AdminQuery(head.query)), id)
        case .batch(let verb): return try AdminBody(head, body).batch(verb)
        case .query: return .query(try AdminBody(head, body).requiredText("query"))
        case .absent(let resource): return .emptyList(try resource.list(method, head, body))
        }
    }

    private static func deploymentID(_ text: String) throws(AdminRefusal) -> DeploymentID {
        do {
            return try DeploymentID(parsing: text)
        } catch {
            throw .badPath(name: "deployment", text, error)
        }
    }

    private static func invocationID(_ text: String) throws(AdminRefusal) -> InvocationID {
        do {
            return try InvocationID(parsing: text)
        } catch {
            throw .badInvocationID(error)
        }
    }
}
