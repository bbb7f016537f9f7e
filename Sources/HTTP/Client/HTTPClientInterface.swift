import EventLoop

/// Where requests go, and in which version: each endpoint has its own pool of connections.
package struct HTTPEndpoint: Sendable, Hashable {
    /// How a socket is found.
    package enum Place: Sendable, Hashable {
        /// A name or a numeric address (without brackets), and a port.
        case host(String, port: UInt16)
        case unix(path: String)
    }

    /// What is spoken on it. Over TLS it is what the endpoint must agree to.
    package enum Version: Sendable, Hashable {
        case http1
        /// HTTP/2; in cleartext with prior knowledge: the first bytes are its preface.
        case http2
    }

    /// Where it listens.
    package var place: Place
    /// What it speaks.
    package var version: Version
    /// Whether over TLS, with a certificate that holds for the host.
    package var isSecure: Bool

    /// Not connected to before an exchange is opened.
    package init(_ place: Place, _ version: Version, isSecure: Bool = false) {
        self.place = place
        self.version = version
        self.isSecure = isSecure
    }
}

extension HTTPEndpoint: CustomStringConvertible {
    /// `host:port`, `[::1]:port` or `unix:/path`.
    package var description: String {
        switch place {
        case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// Why an exchange came to no good end. The endpoint is known to whoever opened the exchange and is not repeated.
package enum HTTPClientFailure: Error, Sendable, Hashable {
    case nameNotResolved(String)
    /// Nobody listens there.
    case refused
    case unreachable(String)
    case connectTimedOut(milliseconds: Int)
    /// There is no TLS session with it: why, to follow its name in a sentence.
    case tls(String)
    case handshakeTimedOut(milliseconds: Int)
    /// The connection was lost in the middle of the exchange.
    case connectionLost(String)
    /// A connection kept from earlier exchanges died before a byte of the answer came, and part of the body was gone
    /// already: the endpoint had most likely closed it, and has not seen the request.
    case staleConnection
    /// The endpoint reset the stream, or ended it without an answer.
    case streamReset(HTTP2ErrorCode)
    /// The endpoint goes away and has not looked at the request.
    case goAway
    /// The endpoint answers HTTP/1.1 to the preface of HTTP/2.
    case http1Peer
    /// What it sent is not HTTP as we know it.
    case protocolViolation(String)
    /// A PING was not acknowledged in time.
    case noSignOfLife(milliseconds: Int)
    /// This client was closed.
    case closed
}

extension HTTPClientFailure: CustomStringConvertible {
    /// What the endpoint (`it`) did, to follow its name in a sentence.
    package var description: String {
        switch self {
        case .nameNotResolved(let reason): "its name cannot be resolved: \(reason)"
        case .refused: "the connection was refused; check that it is running and listens there"
        case .unreachable(let reason): "it cannot be reached: \(reason)"
        case .connectTimedOut(let milliseconds): "it did not answer the connection within \(milliseconds) ms"
        case .tls(let reason): reason
        case .handshakeTimedOut(let milliseconds): "it did not end the TLS handshake within \(milliseconds) ms"
        case .connectionLost(let reason): "the connection was lost: \(reason)"
        case .staleConnection: "it closed a connection that was kept from earlier requests"
        case .streamReset(let code): "it reset the stream with \(code)"
        case .goAway: "it is going away and did not take the request"
        case .http1Peer: "it speaks HTTP/1.1 and not HTTP/2; register it for HTTP/1.1"
        case .protocolViolation(let reason): "it broke the protocol: \(reason)"
        case .noSignOfLife(let milliseconds): "it did not acknowledge a PING within \(milliseconds) ms"
        case .closed: "this end is stopping"
        }
    }
}

/// What an exchange tells. All calls come inside `EventLoop.runOnce` or `HTTPClient.flush`, never inside a call of the
/// exchange; after `ended` or `failed` nothing more comes, and after `cancel` nothing at all.
package protocol HTTPExchangeDelegate: AnyObject {
    /// The head of the response; informational ones are passed over.
    func exchange(_ exchange: HTTPExchange, head: HTTPHead)
    /// Bytes of the response's body, never none; valid during the call.
    func exchange(_ exchange: HTTPExchange, body: UnsafeRawBufferPointer)
    /// The response is complete. A request body that has not ended yet ends here.
    func exchangeEnded(_ exchange: HTTPExchange)
    func exchange(_ exchange: HTTPExchange, failed failure: HTTPClientFailure)
    /// A body that `write` had said false to can go on.
    func exchangeWritable(_ exchange: HTTPExchange)
}

extension HTTPExchangeDelegate {
    /// Only those that stream much need it.
    package func exchangeWritable(_ exchange: HTTPExchange) {}
}

/// Times and numbers of a client's connections.
package struct HTTPClientLimits: Sendable {
    /// For a connection, all addresses of a name and the TLS handshake together.
    package var connectMilliseconds = 10_000
    /// HTTP/2: a PING after so long on every connection.
    package var pingMilliseconds: UInt64 = 40_000
    /// How long its acknowledgement may take before the connection is given up.
    package var pingAnswerMilliseconds: UInt64 = 20_000
    /// How long a connection without exchanges is kept. Servers of HTTP/1.1 often close theirs after 5 s; closing before them
    /// spares the requests that would cross their close.
    package var idleHTTP1Milliseconds: UInt64 = 4_000
    /// The same for HTTP/2, whose PINGs show that a connection still lives.
    package var idleHTTP2Milliseconds: UInt64 = 300_000
    /// Connections to one endpoint. Exchanges beyond what they carry wait.
    package var connectionsPerEndpointMax = 256

    /// The defaults.
    package init() {}
}
