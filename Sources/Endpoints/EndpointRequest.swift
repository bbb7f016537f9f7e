import DurableModel
import HTTP

/// The heads of the two requests that an endpoint gets.
enum EndpointRequest {
    /// Where the requests for an address go; `nil` for an authority that is none, which no parsed address has.
    static func endpoint(of address: DeploymentAddress, _ version: DurableModel.HTTPVersion) -> HTTPEndpoint? {
        let version: HTTPEndpoint.Version = version == .http1 ? .http1 : .http2
        if let path = address.socketPath { return HTTPEndpoint(.unix(path: path), version) }
        guard let (host, port) = address.hostAndPort else { return nil }
        return HTTPEndpoint(.host(host, port: port), version, isSecure: address.scheme == "https")
    }

    /// What a request names as its host: a socket file has none, and servers want one.
    private static func authority(of address: DeploymentAddress) -> String {
        address.scheme == DeploymentAddress.unixScheme ? "localhost" : address.authority
    }

    /// `GET {path}/discover` (discovery.md, section 1).
    static func discovery(
        at address: DeploymentAddress,
        _ additionalHeaders: [AdditionalHeader],
        signedBy identity: RequestIdentity?
    ) -> HTTPHead {
        let path = "/discover"
        var head = HTTPHead(
            method: .get,
            target: target(address, path).utf8,
            authority: authority(of: address).utf8
        )
        head.add("accept", ManifestContentType.accept)
        add(additionalHeaders, to: &head)
        identity?.sign(&head, path: path, subject: nil)
        return head
    }

    /// `POST {path}/invoke/{service}/{handler}` (service-protocol.md, section 3).
    static func attempt(_ order: AttemptOrder, signedBy identity: RequestIdentity?) -> HTTPHead {
        let path = "/invoke/" + order.service + "/" + order.handler
        let contentType = InvocationContentType.of(version: order.protocolVersion)
        var head = HTTPHead(
            method: .post,
            target: target(order.address, path).utf8,
            authority: authority(of: order.address).utf8
        )
        head.add("content-type", contentType)
        head.add("accept", contentType)
        head.add("x-restate-invocation-id", text: order.invocation.description, unique: true)
        if let key = order.key { head.add("x-restate-service-key", percentEncoded(key), unique: true) }
        add(order.additionalHeaders, to: &head)
        identity?.sign(&head, path: path, subject: order.key)
        return head
    }

    private static func target(_ address: DeploymentAddress, _ suffix: String) -> String {
        address.path + suffix + (address.query.map { "?" + $0 } ?? "")
    }

    private static func add(_ headers: [AdditionalHeader], to head: inout HTTPHead) {
        for header in headers { head.add(name: header.name.utf8, value: header.value.utf8) }
    }

    /// A key as a header carries it: everything but RFC 3986's unreserved characters as `%` and upper-case hexadecimal.
    static func percentEncoded(_ key: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(key.utf8.count)
        for byte in key.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return encoded
    }
}

/// The content types of attempts, one for each version of the protocol.
enum InvocationContentType {
    static func of(version: Int) -> StaticString {
        switch version {
        case ...5: "application/vnd.restate.invocation.v5"
        case 6: "application/vnd.restate.invocation.v6"
        default: "application/vnd.restate.invocation.v7"
        }
    }
}

/// The content types of manifests, one for each version of theirs.
enum ManifestContentType {
    /// All of them: an SDK refuses if an option in use needs a version that is not offered.
    static let accept: StaticString = """
        application/vnd.restate.endpointmanifest.v1+json, application/vnd.restate.endpointmanifest.v2+json, \
        application/vnd.restate.endpointmanifest.v3+json, application/vnd.restate.endpointmanifest.v4+json
        """

    /// Whether a response has one of them, exactly: no SDK sends parameters.
    static func isAccepted(_ head: HTTPHead) -> Bool {
        head.has("content-type", "application/vnd.restate.endpointmanifest.v4+json")
            || head.has("content-type", "application/vnd.restate.endpointmanifest.v3+json")
            || head.has("content-type", "application/vnd.restate.endpointmanifest.v2+json")
            || head.has("content-type", "application/vnd.restate.endpointmanifest.v1+json")
    }
}

extension HTTPHead {
    /// A content coding that nobody asked for; `nil` when the body is as it is.
    var unwantedEncoding: String? {
        guard let encoding = text(of: "content-encoding"), encoding != "identity", !encoding.isEmpty else { return nil }
        return encoding.quotable
    }
}
