import DurableModel
import Engine
import HTTP
import Operations
import Registry

/// A request of the admin face, understood and checked but for what the registry and the engine decide.
package enum AdminRequest: Sendable, Equatable {
    case health
    case clusterHealth
    case version
    /// This API's own description.
    case openAPI
    case listDeployments
    case register(AdminRegistration)
    case describeDeployment(DeploymentID)
    case updateDeployment(DeploymentID, DeploymentChange)
    case removeDeployment(DeploymentID, force: Bool)
    case listServices
    case describeService(String)
    case configureService(String, ServiceConfiguration)
    case patchState(StatePatch)
    case listHandlers(service: String)
    case describeHandler(service: String, handler: String)
    /// How to call the service over HTTP.
    case serviceOpenAPI(String)
    case operate(InvocationOperation, InvocationID)
    /// Like `operate`, but whatever comes of it is none of the client's business.
    case dispose(InvocationOperation, InvocationID)
    case batch(InvocationOperation, [InvocationID])
    /// One SQL statement, for the query worker.
    case query(String)
    /// A list of things that this release never has.
    case emptyList(AbsentKind)
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
    /// The largest body that is read but for states; SQL with lists of ids in it is the longest of them.
    package static let bodyBytesMax = 256 * 1024

    /// The largest body that is read of a request with this head.
    package static func bodyBytesMax(of head: HTTPHead) -> Int {
        let state = "/state".utf8
        return head.path.suffix(state.count).elementsEqual(state) ? StateBody.bytesMax : bodyBytesMax
    }

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
