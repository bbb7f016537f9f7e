/// How attempts talk to a deployment: with both directions open at once, or one request and one response.
package enum ProtocolMode: String, Sendable, Hashable {
    case bidiStream
    case requestResponse
}

/// The HTTP version that discovery found at a deployment, kept for its attempts.
package enum HTTPVersion: String, Sendable, Hashable {
    case http1 = "HTTP/1.1"
    case http2 = "HTTP/2.0"
}

/// Where a deployment is, as the operator wrote it and as a client needs it.
package struct DeploymentAddress: Sendable, Hashable {
    /// `http`, `https` or `unix`, lower-cased.
    package var scheme: String
    /// `host[:port]` as written, without user information; of a Unix socket its path, percent-encoded in the one way
    /// that `Endpoints` writes it.
    package var authority: String
    /// The path without a trailing slash, `""` for the root, or as written for comparing (see `pathAsWritten`).
    package var path: String
    /// The path as written, at least `/`: `/x` and `/x/` are two deployments (registry.md, section 1). Always `/` at a
    /// Unix socket, whose address has no room for one.
    package var pathAsWritten: String
    /// Without the `?`.
    package var query: String?

    package init(scheme: String, authority: String, pathAsWritten: String, query: String?) {
        self.scheme = scheme
        self.authority = authority
        self.pathAsWritten = pathAsWritten.isEmpty ? "/" : pathAsWritten
        var trimmed = Substring(pathAsWritten)
        while trimmed.last == "/" { trimmed.removeLast() }
        self.path = String(trimmed)
        self.query = query
    }

    /// The whole address as text.
    package var uri: String {
        let place = scheme == Self.unixScheme ? "unix:" + authority : scheme + "://" + authority + pathAsWritten
        return place + (query.map { "?" + $0 } ?? "")
    }

    /// Of an address that is the path of a Unix socket.
    package static let unixScheme = "unix"
}

/// What the code of an edited revision had said before an operator changed its options.
package enum ServiceEdit: Sendable, Hashable {
    /// The service is for callers from outside, too.
    case publicByItsCode
    /// Only handlers may call it.
    case privateByItsCode
}

/// A revision of a service: one deployment's version of it, numbered for the service.
package struct ServiceRevision: Sendable, Hashable {
    package var service: Service
    /// One above the highest ever given for the service's name; never reused.
    package var revision: Int
    /// Set once an operator has changed its options: the next revision does not take them over.
    package var edit: ServiceEdit?

    package init(service: Service, revision: Int, edit: ServiceEdit? = nil) {
        self.service = service
        self.revision = revision
        self.edit = edit
    }

    /// Whether an operator changed its options after its registration.
    package var isEdited: Bool { edit != nil }
}

/// A header that attempts and discovery send along, as the operator gave it; the name is lower-cased.
package struct AdditionalHeader: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// One immutable version of a user's code at an address.
package struct Deployment: Sendable, Hashable {
    package var id: DeploymentID
    package var address: DeploymentAddress
    package var mode: ProtocolMode
    package var httpVersion: HTTPVersion
    package var additionalHeaders: [AdditionalHeader]
    package var metadata: [String: String]
    package var createdAt: Timestamp
    /// The lowest and highest service protocol version that the SDK announced.
    package var protocolVersions: ClosedRange<Int>
    /// The `x-restate-server` header of discovery.
    package var sdkVersion: String?
    /// Sorted by name, each name once.
    package var services: [ServiceRevision]

    package init(
        id: DeploymentID,
        address: DeploymentAddress,
        mode: ProtocolMode,
        httpVersion: HTTPVersion,
        additionalHeaders: [AdditionalHeader] = [],
        metadata: [String: String] = [:],
        createdAt: Timestamp,
        protocolVersions: ClosedRange<Int>,
        sdkVersion: String? = nil,
        services: [ServiceRevision]
    ) {
        self.id = id
        self.address = address
        self.mode = mode
        self.httpVersion = httpVersion
        self.additionalHeaders = additionalHeaders
        self.metadata = metadata
        self.createdAt = createdAt
        self.protocolVersions = protocolVersions
        self.sdkVersion = sdkVersion
        self.services = services
    }

    /// The revision of that service that lives here.
    package func service(named name: String) -> ServiceRevision? {
        services.first { $0.service.name.hasSameBytes(as: name) }
    }
}

/// What discovery learnt of an endpoint: everything of a deployment but its id, its time and its revisions.
package struct DiscoveredDeployment: Sendable, Hashable {
    package var address: DeploymentAddress
    package var mode: ProtocolMode
    package var httpVersion: HTTPVersion
    package var additionalHeaders: [AdditionalHeader]
    package var metadata: [String: String]
    package var protocolVersions: ClosedRange<Int>
    package var sdkVersion: String?
    package var services: [Service]

    package init(
        address: DeploymentAddress,
        mode: ProtocolMode,
        httpVersion: HTTPVersion,
        additionalHeaders: [AdditionalHeader] = [],
        metadata: [String: String] = [:],
        protocolVersions: ClosedRange<Int>,
        sdkVersion: String? = nil,
        services: [Service]
    ) {
        self.address = address
        self.mode = mode
        self.httpVersion = httpVersion
        self.additionalHeaders = additionalHeaders
        self.metadata = metadata
        self.protocolVersions = protocolVersions
        self.sdkVersion = sdkVersion
        self.services = services
    }
}
