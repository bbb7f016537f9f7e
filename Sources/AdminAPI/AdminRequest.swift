import DurableModel
import HTTP

/// A request of the admin face, understood and checked but for what the registry and the engine decide.
package enum AdminRequest: Sendable, Equatable {
    case health
    case version
    case listDeployments
    case register(AdminRegistration)
    case describeDeployment(DeploymentID)
    case removeDeployment(DeploymentID, force: Bool)
    case listServices
    case describeService(String)
    case listHandlers(service: String)
    case describeHandler(service: String, handler: String)
    case cancel(InvocationID)
    case kill(InvocationID)
    /// One SQL statement, for the query worker.
    case query(String)
}

/// The version of the API, which a client names as the first segment of the path.
package enum AdminVersion: Int, Sendable, Comparable {
    case v2 = 2
    case v3 = 3
    /// Also what a path without a version means.
    case v4 = 4

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Whether a known address is registered again when nothing is said of `force` (registry.md, section 1).
    var forcesByDefault: Bool { self == .v2 }
}

extension AdminRequest {
    /// The largest body that is read; SQL with lists of ids in it is the longest of them.
    package static let bodyBytesMax = 256 * 1024

    /// Understands a whole request.
    package init(_ head: HTTPHead, body: [UInt8]) throws(AdminRefusal) {
        let (version, path) = try Self.split(head.path)
        let resource = try AdminResource(path)
        let methods = resource.methods
        // HEAD is a GET whose body the HTTP room leaves out.
        let method = head.method == .head && methods.contains(.get) ? HTTPMethod.get : head.method
        guard methods.contains(method) else { throw .methodNotAllowed(methods) }
        self = try resource.request(method, version: version, head: head, body: body)
    }

    /// The version in front of the path, and the path without it.
    private static func split(
        _ path: ArraySlice<UInt8>
    ) throws(AdminRefusal) -> (version: AdminVersion, path: ArraySlice<UInt8>) {
        let segment = path.dropFirst().prefix { $0 != UInt8(ascii: "/") }
        guard segment.first == UInt8(ascii: "v"), segment.count > 1 else { return (.v4, path) }
        let digits = segment.dropFirst()
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return (.v4, path) }
        let text = String(decoding: digits, as: UTF8.self)
        guard let version = Int(text).flatMap(AdminVersion.init(rawValue:)), text.first != "0" else {
            if text == "1" { throw .unsupportedVersion("V1") }
            throw .notFound
        }
        return (version, path[segment.endIndex...])
    }
}

/// What a path without its version names.
enum AdminResource: Equatable {
    case health
    case version
    case deployments
    case deployment(String)
    case services
    case service(String)
    case handlers(service: String)
    case handler(service: String, handler: String)
    case cancel(String)
    case kill(String)
    case query

    init(_ path: ArraySlice<UInt8>) throws(AdminRefusal) {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard segments.first == "" else { throw .notFound }
        switch Array(segments.dropFirst()) {
        case ["health"]: self = .health
        case ["version"]: self = .version
        case ["deployments"]: self = .deployments
        case let path where path.count == 2 && path[0] == "deployments" && !path[1].isEmpty:
            self = .deployment(path[1])
        case ["services"]: self = .services
        case let path where path.count == 2 && path[0] == "services" && !path[1].isEmpty: self = .service(path[1])
        case let path where path.count == 3 && path[0] == "services" && path[2] == "handlers":
            self = .handlers(service: path[1])
        case let path where path.count == 4 && path[0] == "services" && path[2] == "handlers" && !path[3].isEmpty:
            self = .handler(service: path[1], handler: path[3])
        case let path where path.count == 3 && path[0] == "invocations" && path[2] == "cancel": self = .cancel(path[1])
        case let path where path.count == 3 && path[0] == "invocations" && path[2] == "kill": self = .kill(path[1])
        case ["query"]: self = .query
        default: throw .notFound
        }
    }

    /// In the order of `allow`.
    var methods: [HTTPMethod] {
        switch self {
        case .health, .version, .services, .service, .handlers, .handler: [.get, .head]
        case .deployments: [.get, .head, .post]
        case .deployment: [.delete, .get, .head]
        case .cancel, .kill: [.patch]
        case .query: [.post]
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
        case .version: return .version
        case .deployments:
            guard method == .post else { return .listDeployments }
            return .register(try AdminRegistration(AdminBody(head, body), version: version))
        case .deployment(let text):
            let id = try Self.deploymentID(text)
            guard method == .delete else { return .describeDeployment(id) }
            return .removeDeployment(id, force: try AdminQuery(head.query).flag("force"))
        case .services: return .listServices
        case .service(let name): return .describeService(name)
        case .handlers(let service): return .listHandlers(service: service)
        case .handler(let service, let handler): return .describeHandler(service: service, handler: handler)
        case .cancel(let text): return .cancel(try Self.invocationID(text))
        case .kill(let text): return .kill(try Self.invocationID(text))
        case .query: return .query(try AdminBody(head, body).requiredText("query"))
        }
    }

    private static func deploymentID(_ text: String) throws(AdminRefusal) -> DeploymentID {
        do {
            return try DeploymentID(parsing: text)
        } catch {
            throw .badDeploymentID(text, error)
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

/// The parameters of a query string, as far as this face has any.
struct AdminQuery {
    private let query: ArraySlice<UInt8>

    init(_ query: ArraySlice<UInt8>?) { self.query = query ?? [] }

    /// A switch: absent is false, and what is neither `true` nor `false` is refused. The first one counts.
    func flag(_ name: String) throws(AdminRefusal) -> Bool {
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0].elementsEqual(name.utf8) else { continue }
            switch parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : "" {
            case "true": return true
            case "false": return false
            default: throw .badQuery(name: name, reason: "it is neither `true` nor `false`")
            }
        }
        return false
    }
}
