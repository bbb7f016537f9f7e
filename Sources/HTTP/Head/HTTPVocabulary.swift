/// The version a message came in, or will leave in.
package enum HTTPVersion: UInt8, Sendable, Hashable {
    case http1_0
    case http1_1
    case http2
}

/// The request methods the faces tell apart; any other token is `other` and keeps its bytes in the head.
package enum HTTPMethod: UInt8, Sendable, Hashable, CaseIterable {
    case get
    case head
    case post
    case put
    case patch
    case delete
    case options
    case trace
    case connect
    case other

    /// The token on the wire; empty for `other`, whose token only the head knows.
    package var token: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other: ""
        }
    }

    /// Methods are case-sensitive (RFC 9110, section 9.1): `get` is `other`.
    init(token: Span<UInt8>) {
        switch token.count {
        case 3 where token.equals("GET"): self = .get
        case 3 where token.equals("PUT"): self = .put
        case 4 where token.equals("POST"): self = .post
        case 4 where token.equals("HEAD"): self = .head
        case 5 where token.equals("PATCH"): self = .patch
        case 5 where token.equals("TRACE"): self = .trace
        case 6 where token.equals("DELETE"): self = .delete
        case 7 where token.equals("OPTIONS"): self = .options
        case 7 where token.equals("CONNECT"): self = .connect
        default: self = .other
        }
    }
}

/// How the end of a message's body is told (RFC 9112, section 6.3).
package enum HTTPBodyFraming: Sendable, Hashable {
    case none
    case length(Int)
    case chunked
    /// Responses only: the connection's end is the body's end.
    case untilClose
}
