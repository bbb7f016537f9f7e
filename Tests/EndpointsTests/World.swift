import EventLoop
import Testing

@testable import Endpoints
@testable import HTTP

/// One loop with our client and any number of made-up endpoints on it, turned by hand until something has happened.
final class World {
    let loop: EventLoop
    let client: HTTPClient
    private var endpoints: [FakeEndpoint] = []
    private var isOverdue = false

    init(connectMilliseconds: Int = 2_000) throws {
        loop = try EventLoop()
        var limits = HTTPClientLimits()
        limits.connectMilliseconds = connectMilliseconds
        client = HTTPClient(loop: loop, limits: limits)
    }

    func add(_ endpoint: FakeEndpoint) { endpoints.append(endpoint) }

    func turn(wait: Bool = false) {
        loop.runOnce(wait: wait && !client.wantsFlush)
        client.flush()
        for endpoint in endpoints { endpoint.flush() }
        loop.flushDirtyStreams()
    }

    /// Turns until `isDone`; a test that waits for what never happens fails instead of hanging.
    func run(until isDone: () -> Bool) throws {
        isOverdue = false
        let guardian = LoopTimer(loop: loop) { [unowned self] in isOverdue = true }
        guardian.schedule(afterMilliseconds: 20_000)
        while !isDone(), !isOverdue { turn(wait: true) }
        guardian.close()
        try #require(!isOverdue, "what was waited for did not happen")
    }

    func close() {
        client.close()
        for endpoint in endpoints { endpoint.close() }
        loop.close()
    }
}

/// A listener on loopback whose connections do what a test says.
class FakeEndpoint {
    let listener: Listener
    unowned let world: World
    private(set) var connections: [FakeConnection] = []

    init(_ world: World, _ make: @escaping (ByteStream) -> FakeConnection) throws {
        self.world = world
        listener = try Listener(loop: world.loop, address: SocketAddress(parsing: "127.0.0.1:0"))
        world.add(self)
        listener.start { [unowned self] stream in
            let connection = make(stream)
            stream.delegate = connection
            connections.append(connection)
        }
    }

    var authority: String { listener.localAddress.description }

    func flush() {
        for connection in connections { connection.flush() }
    }

    func close() {
        listener.close()
        for connection in connections { connection.stream.close() }
    }
}

/// One connection of a made-up endpoint.
class FakeConnection: ByteStreamDelegate {
    let stream: ByteStream
    private(set) var received: [UInt8] = []
    private(set) var hasEnded = false

    init(_ stream: ByteStream) { self.stream = stream }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) { received.append(contentsOf: bytes) }
    func byteStreamEnded(_ stream: ByteStream) { hasEnded = true }
    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { hasEnded = true }
    func byteStreamDrained(_ stream: ByteStream) {}
    func flush() {}
}

/// Says the same bytes to whatever comes, and hangs up after them if told so.
final class RawConnection: FakeConnection {
    private let answer: [UInt8]
    private let hangsUp: Bool

    init(_ stream: ByteStream, answer: [UInt8], hangsUp: Bool) {
        self.answer = answer
        self.hangsUp = hangsUp
        super.init(stream)
    }

    override func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        let isFirst = received.isEmpty
        super.byteStream(stream, received: bytes)
        guard isFirst else { return }
        stream.write(answer)
        if hangsUp { stream.shutdownWrite() }
    }
}

/// Speaks HTTP/2; what it answers is the test's to say, stream by stream.
final class HTTP2Connection: FakeConnection, HTTP2SessionDelegate {
    let session = HTTP2Session(.server, settings: .server)
    private let onRequest: (FakeStream) -> Void
    private(set) var streams: [HTTP2StreamKey: FakeStream] = [:]

    init(_ stream: ByteStream, onRequest: @escaping (FakeStream) -> Void) {
        self.onRequest = onRequest
        super.init(stream)
        session.delegate = self
    }

    override func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        session.receive(bytes, now: 0)
    }

    override func flush() {
        while let piece = session.nextOutput() { stream.write(piece) }
    }

    func session(_ session: HTTP2Session, head: HTTPHead, of stream: HTTP2StreamKey, isEnd: Bool) {
        let request = FakeStream(self, stream, head)
        request.isInputEnded = isEnd
        streams[stream] = request
        onRequest(request)
    }

    func session(_ session: HTTP2Session, refused refusal: HTTPRefusal, of stream: HTTP2StreamKey) {
        Issue.record("a request was refused: \(refusal)")
    }

    func session(_ session: HTTP2Session, body: UnsafeRawBufferPointer, of stream: HTTP2StreamKey) {
        streams[stream]?.body.append(contentsOf: body)
    }

    func session(_ session: HTTP2Session, ended stream: HTTP2StreamKey) { streams[stream]?.isInputEnded = true }

    func session(_ session: HTTP2Session, closed stream: HTTP2StreamKey, code: HTTP2ErrorCode) {
        streams[stream]?.closedWith = code
    }

    func session(_ session: HTTP2Session, drained stream: HTTP2StreamKey) {}
    func sessionSettingsChanged(_ session: HTTP2Session) {}
    func session(_ session: HTTP2Session, goAway code: HTTP2ErrorCode) {}
    func sessionPingAcknowledged(_ session: HTTP2Session) {}
}

/// A request at a made-up endpoint over HTTP/2.
final class FakeStream {
    unowned let connection: HTTP2Connection
    let key: HTTP2StreamKey
    let head: HTTPHead
    var body: [UInt8] = []
    var isInputEnded = false
    var closedWith: HTTP2ErrorCode?

    init(_ connection: HTTP2Connection, _ key: HTTP2StreamKey, _ head: HTTPHead) {
        self.connection = connection
        self.key = key
        self.head = head
    }

    func respond(_ status: Int, _ fields: [(String, String)] = [], isEnd: Bool = false) {
        var response = HTTPHead(status: status)
        for (name, value) in fields { response.add(name: name.utf8, value: value.utf8) }
        connection.session.respond(response, to: key, isEnd: isEnd)
    }

    func write(_ bytes: [UInt8]) { connection.session.write(bytes, to: key) }
    func end() { connection.session.end(key) }
    func reset(_ code: HTTP2ErrorCode) { connection.session.reset(key, code) }

    var target: String { String(decoding: head.target, as: UTF8.self) }

    /// All fields in their order, as `name: value`.
    var fields: [String] {
        (0..<head.fieldCount).map {
            String(decoding: head.name(at: $0), as: UTF8.self) + ": "
                + String(decoding: head.value(at: $0), as: UTF8.self)
        }
    }
}

extension FakeEndpoint {
    /// Speaks HTTP/2 and does this with every request.
    static func http2(_ world: World, onRequest: @escaping (FakeStream) -> Void) throws -> FakeEndpoint {
        try FakeEndpoint(world) { HTTP2Connection($0, onRequest: onRequest) }
    }

    /// Says these bytes to every connection.
    static func raw(_ world: World, _ answer: [UInt8], hangsUp: Bool = false) throws -> FakeEndpoint {
        try FakeEndpoint(world) { RawConnection($0, answer: answer, hangsUp: hangsUp) }
    }
}
