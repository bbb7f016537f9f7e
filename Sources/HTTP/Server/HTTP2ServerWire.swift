/// HTTP/2 on one connection: a request per stream.
final class HTTP2ServerWire {
    private enum Phase {
        case free
        case collecting(head: HTTPHead, bytesMax: Int)
        /// Handed over; the answer is awaited or under way.
        case awaiting(isHead: Bool)
        case streaming(isHead: Bool)
        case answered
    }

    /// What belongs to a stream of the session, at the same place of its table.
    private struct Request {
        var phase = Phase.free
        var body: [UInt8] = []
        /// The handler takes the body in parts.
        var isStreamed = false
    }

    private unowned let connection: HTTPServerConnection
    private let session = HTTP2Session(.server, settings: .server)
    /// Unchecked as the session's table is, and for the same reason.
    @exclusivity(unchecked) private var requests: [Request] = []
    private var idleSince: UInt64

    init(_ connection: HTTPServerConnection) {
        self.connection = connection
        idleSince = connection.server.nowMilliseconds
        session.delegate = self
    }

    private var server: HTTPServer { connection.server }

    func received(_ bytes: UnsafeRawBufferPointer) {
        session.receive(bytes, now: server.nowMilliseconds)
        connection.markDirty()
    }

    /// Frames what is to leave, up to what the socket should hold.
    func flush() {
        while !connection.isFull(), let piece = session.nextOutput() { connection.write(piece) }
        switch session.condition {
        case .open: break
        case .finished: connection.linger()
        case .broken: connection.close()
        }
    }

    func drain() {
        session.goAway()
        connection.markDirty()
    }

    func tick(_ now: UInt64, isHeld: Bool) {
        let limits = server.limits
        if session.activeStreams > 0 {
            idleSince = now
            guard !isHeld else { return }
            session.resetStalled(
                now: now,
                receiveMilliseconds: limits.bodyMilliseconds,
                sendMilliseconds: limits.sendMilliseconds
            )
        } else if now &- idleSince > limits.idleMilliseconds {
            session.terminate(.noError)
        }
        if session.wantsFlush { connection.markDirty() }
    }

    /// The connection is over: the session with all its streams goes.
    func left() {
        session.delegate = nil
        for slot in requests.indices {
            drop(slot)
        }
    }

    // MARK: Answers

    private func key(_ request: HTTPRequestID) -> HTTP2StreamKey {
        HTTP2StreamKey(slot: request.first, generation: request.second)
    }

    private func id(_ key: HTTP2StreamKey) -> HTTPRequestID { connection.id(key.slot, key.generation) }

    /// The place of a request that is still there.
    private func place(_ request: HTTPRequestID) -> Int? {
        session.slot(key(request))
    }

    func respond(to request: HTTPRequestID, _ response: HTTPResponse) {
        guard let slot = place(request), case .awaiting(let isHead) = requests[slot].phase else { return }
        answer(key(request), response, isHead: isHead)
    }

    private func answer(_ key: HTTP2StreamKey, _ response: HTTPResponse, isHead: Bool) {
        requests[Int(key.slot)].phase = .answered
        let hasBody = !isHead && !response.body.isEmpty && !HTTPStatus.forbidsBody(response.head.status)
        let length = HTTPStatus.forbidsBody(response.head.status) ? nil : response.body.count
        session.respond(response.head, to: key, contentLength: length, isEnd: !hasBody)
        if hasBody {
            session.write(response.body, to: key)
            session.end(key)
        }
        connection.markDirty()
    }

    func beginResponse(to request: HTTPRequestID, _ head: HTTPHead) {
        guard let slot = place(request), case .awaiting(let isHead) = requests[slot].phase else { return }
        requests[slot].phase = .streaming(isHead: isHead)
        session.respond(head, to: key(request), isEnd: isHead || HTTPStatus.forbidsBody(head.status))
        connection.markDirty()
    }

    func write(to request: HTTPRequestID, _ bytes: [UInt8]) -> Bool {
        guard let slot = place(request), case .streaming(isHead: false) = requests[slot].phase else { return true }
        connection.markDirty()
        return bytes.isEmpty || session.write(bytes, to: key(request))
    }

    func endResponse(to request: HTTPRequestID) {
        guard let slot = place(request), case .streaming = requests[slot].phase else { return }
        requests[slot].phase = .answered
        session.end(key(request))
        connection.markDirty()
    }

    func abort(_ request: HTTPRequestID) {
        guard let slot = place(request) else { return }
        requests[slot].phase = .answered
        session.reset(key(request), .internalError)
        connection.markDirty()
    }
}

// MARK: - What the session tells

extension HTTP2ServerWire: HTTP2SessionDelegate {
    func session(_ session: HTTP2Session, head: HTTPHead, of stream: HTTP2StreamKey, isEnd: Bool) {
        let slot = begin(stream)
        guard let handler = server.handler else { return session.reset(stream, .refusedStream) }
        let isHead = head.method == .head
        switch handler.httpServer(server, head: head, of: id(stream)) {
        case .respond(let response): answer(stream, response, isHead: isHead)
        case .stream:
            requests[slot].phase = .awaiting(isHead: isHead)
            requests[slot].isStreamed = true
            if head.expectsContinue, !isEnd { session.sendContinue(stream) }
            handler.httpServer(server, opened: id(stream), head: head)
            if isEnd { handler.httpServer(server, bodyEnded: id(stream)) }
        case .collect(let bytesMax):
            if let length = head.contentLength, length > bytesMax {
                return answer(stream, handler.httpServer(server, tooLarge: head), isHead: isHead)
            }
            requests[slot].phase = .collecting(head: head, bytesMax: bytesMax)
            if isEnd {
                self.session(session, ended: stream)
            } else if head.expectsContinue {
                session.sendContinue(stream)
            }
        }
    }

    func session(_ session: HTTP2Session, refused refusal: HTTPRefusal, of stream: HTTP2StreamKey) {
        _ = begin(stream)
        answer(stream, HTTPResponse(refusal), isHead: false)
    }

    private func begin(_ stream: HTTP2StreamKey) -> Int {
        let slot = Int(stream.slot)
        while requests.count <= slot { requests.append(Request()) }
        requests[slot] = Request()
        return slot
    }

    func session(_ session: HTTP2Session, body: UnsafeRawBufferPointer, of stream: HTTP2StreamKey) {
        let slot = Int(stream.slot)
        if requests[slot].isStreamed {
            server.handler?.httpServer(server, part: body, of: id(stream))
            return
        }
        guard case .collecting(let head, let bytesMax) = requests[slot].phase else { return }
        guard requests[slot].body.count + body.count <= bytesMax else {
            dropBody(slot)
            let response = server.handler?.httpServer(server, tooLarge: head) ?? HTTPResponse(.bodyTooLarge)
            return answer(stream, response, isHead: head.method == .head)
        }
        requests[slot].body.append(contentsOf: body)
        server.bodyBudget.take(body.count)
        connection.holdForBudget()
    }

    func session(_ session: HTTP2Session, ended stream: HTTP2StreamKey) {
        let slot = Int(stream.slot)
        if requests[slot].isStreamed {
            server.handler?.httpServer(server, bodyEnded: id(stream))
            return
        }
        guard case .collecting(let head, _) = requests[slot].phase else { return }
        requests[slot].phase = .awaiting(isHead: head.method == .head)
        let body = requests[slot].body
        dropBody(slot)
        server.handler?.httpServer(server, request: id(stream), head: head, body: body)
    }

    func session(_ session: HTTP2Session, closed stream: HTTP2StreamKey, code: HTTP2ErrorCode) {
        let slot = Int(stream.slot)
        guard slot < requests.count else { return }
        drop(slot, stream)
    }

    func session(_ session: HTTP2Session, drained stream: HTTP2StreamKey) {
        guard case .streaming = requests[Int(stream.slot)].phase else { return }
        server.handler?.httpServer(server, writable: id(stream))
    }

    func sessionSettingsChanged(_ session: HTTP2Session) {}

    /// The client opens no more streams; it closes when those that are open have ended.
    func session(_ session: HTTP2Session, goAway code: HTTP2ErrorCode) {}

    func sessionPingAcknowledged(_ session: HTTP2Session) {}

    private func dropBody(_ slot: Int) {
        let count = requests[slot].body.count
        requests[slot].body = []
        if count > 0 { connection.give(count) }
    }

    private func drop(_ slot: Int, _ stream: HTTP2StreamKey? = nil) {
        dropBody(slot)
        let phase = requests[slot].phase
        requests[slot].phase = .free
        switch phase {
        case .awaiting, .streaming:
            server.handler?.httpServer(server, cancelled: id(stream ?? session.key(slot)))
        case .free, .collecting, .answered: break
        }
    }
}
