import EventLoop

/// A request at a server. A small value that can be kept anywhere and sent anywhere; when its client is gone, what is done
/// with it does nothing.
package struct HTTPRequestID: Sendable, Hashable {
    let connectionSlot: UInt32
    let connectionGeneration: UInt32
    /// HTTP/2: the stream's key. HTTP/1: the number of the request on its connection, and 0.
    let first: UInt32
    let second: UInt32

    /// The connection it came over, never the same for two connections of a server: whom fairness counts.
    package var connection: UInt64 { UInt64(connectionGeneration) << 32 | UInt64(connectionSlot) }
}

/// A whole answer. `content-length` and whatever else frames it are added when it is sent.
package struct HTTPResponse: Sendable {
    /// Status and fields.
    package var head: HTTPHead
    /// Empty where there is none.
    package var body: [UInt8]

    /// An answer with a head made before.
    package init(_ head: HTTPHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }

    /// An answer whose fields are still to be added.
    package init(status: Int, body: [UInt8] = []) {
        self.init(HTTPHead(status: status), body: body)
    }

    /// `{"code":…,"message":"…"}` with the refusal's status.
    package init(_ refusal: HTTPRefusal) {
        var body: [UInt8] = []
        body.reserveCapacity(160)
        body.append(contentsOf: #"{"code":"#.utf8)
        body.append(contentsOf: String(refusal.status).utf8)
        body.append(contentsOf: #","message":""#.utf8)
        body.append(
            contentsOf: UnsafeBufferPointer(
                start: refusal.sentence.utf8Start,
                count: refusal.sentence.utf8CodeUnitCount
            )
        )
        body.append(contentsOf: #""}"#.utf8)
        self.init(status: refusal.status, body: body)
        head.add("content-type", "application/json")
    }
}

/// What a handler wants of a request once it has seen the head.
package enum HTTPBodyPolicy: Sendable {
    /// The whole body, please, up to so many bytes; beyond them the server answers 413 itself.
    case collect(maxBytes: Int)
    /// This is the answer; the body is not looked at.
    case respond(HTTPResponse)
    /// HTTP/2: hand the body over in parts, as they come, and take the answer meanwhile. Over HTTP/1 it is collected.
    case stream(maxBytesHTTP1: Int)
}

/// Who answers a server's requests. All calls come on the loop's thread, inside `EventLoop.runOnce` or `HTTPServer.flush`;
/// every method of the server may be called from within them.
package protocol HTTPServerHandler: AnyObject {
    /// The answer to a request whose body is larger than the handler wanted it.
    func httpServer(_ server: HTTPServer, tooLarge head: HTTPHead) -> HTTPResponse
    /// As soon as the head is there, before the body.
    func httpServer(_ server: HTTPServer, head: HTTPHead, of request: HTTPRequestID) -> HTTPBodyPolicy
    /// The request is complete; answer it now or later, exactly once.
    func httpServer(_ server: HTTPServer, request: HTTPRequestID, head: HTTPHead, body: [UInt8])
    /// A request whose body is streamed can be answered from now on.
    func httpServer(_ server: HTTPServer, opened request: HTTPRequestID, head: HTTPHead)
    /// A part of a body that is streamed, never empty; valid during the call.
    func httpServer(_ server: HTTPServer, part: UnsafeRawBufferPointer, of request: HTTPRequestID)
    /// A streamed body is complete.
    func httpServer(_ server: HTTPServer, bodyEnded request: HTTPRequestID)
    /// The client went away before it was answered completely. Told only of requests that were handed over complete.
    func httpServer(_ server: HTTPServer, cancelled request: HTTPRequestID)
    /// A streamed answer that `write` had said false to can go on.
    func httpServer(_ server: HTTPServer, writable request: HTTPRequestID)
}

extension HTTPServerHandler {
    /// Good for all but those whose answers have headers of their own.
    package func httpServer(_ server: HTTPServer, tooLarge head: HTTPHead) -> HTTPResponse {
        HTTPResponse(.bodyTooLarge)
    }

    /// Only handlers that stream need it.
    package func httpServer(_ server: HTTPServer, writable request: HTTPRequestID) {}

    /// Only those that stream bodies need it.
    package func httpServer(_ server: HTTPServer, opened request: HTTPRequestID, head: HTTPHead) {}

    /// Only those that stream bodies need it.
    package func httpServer(_ server: HTTPServer, part: UnsafeRawBufferPointer, of request: HTTPRequestID) {}

    /// Only those that stream bodies need it.
    package func httpServer(_ server: HTTPServer, bodyEnded request: HTTPRequestID) {}
}

/// What a server allows its clients.
package struct HTTPServerLimits: Sendable {
    /// From a connection's beginning, or a head's first byte, to its end.
    package var headMilliseconds: UInt64 = 30_000
    /// What a body may take, with a millisecond more for every byte of it that came: a slow link is welcome, a client
    /// that feeds byte by byte is not.
    package var bodyMilliseconds: UInt64 = 30_000
    /// How long a connection is kept on which nothing happens. Longer than the usual clients and proxies keep theirs (60 s),
    /// so that they close first and no request is lost on the way.
    package var idleMilliseconds: UInt64 = 75_000
    /// How long a peer may take nothing of an answer.
    package var sendMilliseconds: UInt64 = 60_000
    /// A closed connection's last answer is lost when bytes are still coming in, so they are read this long.
    package var lingerMilliseconds: UInt64 = 2_000
    /// Half of what `LimitNOFILE=` gives a service by the usual hard limit leaves enough for everything else.
    package var connectionsMax = 16_384
    /// Bodies that are being collected, of all clients together; at the limit the server reads from one of them at a time.
    package var bodyBytesMax = 256 * 1024 * 1024

    /// The defaults.
    package init() {}
}
