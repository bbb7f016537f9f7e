import EventLoop
import TLS
import Testing

@testable import HTTP

/// A loop with a server on a port of its own and a client, run in turns as the daemon runs them.
final class LoopWorld {
    let loop: EventLoop
    let handler = ScriptedHandler()
    let server: HTTPServer
    let client: HTTPClient
    let address: SocketAddress
    private var alarm: LoopTimer?
    private var isLate = false

    init(
        limits: HTTPServerLimits = HTTPServerLimits(),
        clientLimits: HTTPClientLimits = HTTPClientLimits(),
        at address: SocketAddress? = nil,
        tls: TLSContext? = nil
    ) throws {
        loop = try EventLoop()
        server = HTTPServer(loop: loop, handler: handler, limits: limits)
        client = HTTPClient(loop: loop, limits: clientLimits, tls: tls)
        let listener = try Listener(loop: loop, address: try address ?? SocketAddress(parsing: "127.0.0.1:0"))
        self.address = listener.localAddress
        server.serve(listener)
    }

    deinit {
        client.close()
        server.close()
        alarm?.close()
        loop.close()
    }

    func endpoint(_ version: HTTPEndpoint.Version) -> HTTPEndpoint {
        if let path = address.unixPath { return HTTPEndpoint(.unix(path: path), version) }
        return HTTPEndpoint(.host("127.0.0.1", port: address.port ?? 0), version)
    }

    /// Turns until `condition` holds; a condition that never comes fails the test after a generous while.
    func run(_ location: SourceLocation = #_sourceLocation, until condition: () -> Bool) {
        isLate = false
        let alarm = LoopTimer(loop: loop) { [unowned self] in isLate = true }
        alarm.schedule(afterMilliseconds: 30_000)
        defer { alarm.close() }
        while !condition() {
            guard !isLate else {
                Issue.record("what was waited for did not come", sourceLocation: location)
                return
            }
            turn()
        }
    }

    /// Turns until nothing moves any more at once: for what must not happen.
    func settle() {
        for _ in 0..<50 { turn(wait: false) }
    }

    private func turn(wait: Bool = true) {
        flush()
        loop.runOnce(wait: wait && !server.wantsFlush && !client.wantsFlush)
        flush()
    }

    private func flush() {
        server.flush()
        client.flush()
        loop.flushDirtyStreams()
    }

    /// A raw connection to the server.
    func connect(_ location: SourceLocation = #_sourceLocation) -> RawPeer {
        let peer = RawPeer()
        ByteStream.connect(loop: loop, to: address, timeoutMilliseconds: 5000) { result in
            if case .success(let stream) = result { peer.adopt(stream) }
        }
        run(location) { peer.stream != nil }
        return peer
    }

    /// Sends bytes on a new connection and returns all that comes until the server closes it.
    func converse(_ text: String, _ location: SourceLocation = #_sourceLocation) -> String {
        converse(Array(text.utf8), location)
    }

    func converse(_ bytes: [UInt8], _ location: SourceLocation = #_sourceLocation) -> String {
        let peer = connect(location)
        peer.send(bytes)
        run(location) { peer.isOver }
        peer.close()
        return peer.text
    }
}

/// One end of a socket without any protocol.
final class RawPeer: ByteStreamDelegate {
    private(set) var stream: ByteStream?
    private(set) var received: [UInt8] = []
    private(set) var isOver = false
    private(set) var isBroken = false

    func adopt(_ stream: ByteStream) {
        self.stream = stream
        stream.delegate = self
    }

    var text: String { String(decoding: received, as: UTF8.self) }

    func send(_ text: String) { stream?.write(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) { stream?.write(bytes) }
    func close() { stream?.close() }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        received.append(contentsOf: bytes)
    }

    func byteStreamEnded(_ stream: ByteStream) { isOver = true }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) {
        isOver = true
        isBroken = true
    }

    func byteStreamDrained(_ stream: ByteStream) {}
}

/// Answers by path: `/echo` the body, `/later` nothing until the test does, `/early` before the body, `/stream` in pieces.
final class ScriptedHandler: HTTPServerHandler {
    struct Seen {
        var id: HTTPRequestID
        var path: String
        var head: HTTPHead
        var body: [UInt8]
    }

    var seen: [Seen] = []
    var cancelled: [HTTPRequestID] = []
    var writable: [HTTPRequestID] = []
    var bytesMax = 1 << 20

    func httpServer(_ server: HTTPServer, head: HTTPHead, of request: HTTPRequestID) -> HTTPBodyPolicy {
        if head.path.elementsEqual("/early".utf8) {
            return .respond(HTTPResponse(status: 404, body: Array("early".utf8)))
        }
        return .collect(maxBytes: bytesMax)
    }

    func httpServer(_ server: HTTPServer, request: HTTPRequestID, head: HTTPHead, body: [UInt8]) {
        let path = String(decoding: head.path, as: UTF8.self)
        seen.append(Seen(id: request, path: path, head: head, body: body))
        switch path {
        case "/later": break
        case "/stream": server.beginResponse(to: request, HTTPHead(status: 200))
        case "/empty": server.respond(to: request, HTTPResponse(status: 204))
        default:
            var response = HTTPResponse(status: 200, body: body)
            response.head.add("x-path", Array(path.utf8))
            server.respond(to: request, response)
        }
    }

    func httpServer(_ server: HTTPServer, cancelled request: HTTPRequestID) { cancelled.append(request) }
    func httpServer(_ server: HTTPServer, writable request: HTTPRequestID) { writable.append(request) }
}

/// Writes down what an exchange tells.
final class ExchangeRecorder: HTTPExchangeDelegate {
    var head: HTTPHead?
    var body: [UInt8] = []
    var isEnded = false
    var failure: HTTPClientFailure?
    var writables = 0
    var onEnd: (() -> Void)?

    var isOver: Bool { isEnded || failure != nil }

    func exchange(_ exchange: HTTPExchange, head: HTTPHead) { self.head = head }
    func exchange(_ exchange: HTTPExchange, body: UnsafeRawBufferPointer) { self.body.append(contentsOf: body) }

    func exchangeEnded(_ exchange: HTTPExchange) {
        isEnded = true
        onEnd?()
    }

    func exchange(_ exchange: HTTPExchange, failed failure: HTTPClientFailure) { self.failure = failure }
    func exchangeWritable(_ exchange: HTTPExchange) { writables += 1 }
}
