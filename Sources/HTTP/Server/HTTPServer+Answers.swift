import EventLoop

/// Answering. All of it does nothing when the client is gone or the request was answered already.
extension HTTPServer {
    /// The whole answer at once.
    package func respond(to request: HTTPRequestID, _ response: HTTPResponse) {
        connection(of: request)?.respond(to: request, response)
    }

    /// Begins an answer whose body comes in pieces, of a length not known yet.
    package func beginResponse(to request: HTTPRequestID, _ head: HTTPHead) {
        connection(of: request)?.beginResponse(to: request, head)
    }

    /// A piece of the body. False when so much waits for the client that the handler should hold back until it is told
    /// `writable`; what was written is kept in any case.
    @discardableResult
    package func write(to request: HTTPRequestID, _ bytes: [UInt8]) -> Bool {
        connection(of: request)?.write(to: request, bytes) ?? true
    }

    /// The body is complete.
    package func endResponse(to request: HTTPRequestID) {
        connection(of: request)?.endResponse(to: request)
    }

    /// Breaks an answer off that cannot be completed, so that the client does not take it for complete.
    package func abort(_ request: HTTPRequestID) {
        connection(of: request)?.abort(request)
    }

    /// Where the client is, nil when it is gone.
    package func peerAddress(of request: HTTPRequestID) -> SocketAddress? {
        connection(of: request)?.stream.peerAddress
    }
}
