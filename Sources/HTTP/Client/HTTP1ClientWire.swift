/// HTTP/1.1 to an endpoint: one exchange at a time. The response may begin, and end, before the request's body has.
final class HTTP1ClientWire: HTTPClientWire {
    private enum Phase {
        case idle(since: UInt64)
        case busy(HTTPExchange, Response)
        case closing
    }

    private enum Response {
        /// No byte of it came yet.
        case awaited
        case begun(keepsAlive: Bool)
    }

    private unowned let connection: HTTPClientConnection
    private var parser = HTTP1Parser(.responses)
    private var phase: Phase
    private var exchangesDone = 0
    private var hasSentBody = false
    private var wantsWritable = false

    init(_ connection: HTTPClientConnection) {
        self.connection = connection
        phase = .idle(since: connection.now)
    }

    var streamsMax: Int? { 1 }

    func canTake(_ exchange: HTTPExchange) -> Bool {
        guard case .idle = phase else { return false }
        return !exchange.needsFreshConnection || exchangesDone == 0
    }

    func start(_ exchange: HTTPExchange) -> Bool {
        let head = exchange.head
        let framing: HTTP1Writer.Framing =
            if exchange.hasBody { .chunked } else if head.method == .get || head.method == .head { .none } else {
                .length(0)
            }
        connection.channel.withOutputBuffer(reserving: HTTP1Writer.bytesMax(head)) { room in
            HTTP1Writer.write(request: head, framing: framing, into: room)
        }
        parser.nextResponseHasNoBody = head.method == .head
        phase = .busy(exchange, .awaited)
        hasSentBody = false
        exchange.opened(self, HTTP2StreamKey(slot: 0, generation: 0))
        return true
    }

    // MARK: What its exchange does

    func write(_ bytes: UnsafeRawBufferPointer, to key: HTTP2StreamKey) -> Bool {
        hasSentBody = true
        connection.channel.withOutputBuffer(reserving: bytes.count + 20) { room in
            var count = HTTP1Writer.write(chunkOf: bytes.count, into: room)
            UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: bytes)
            count += bytes.count
            room[count] = HTTPBytes.carriageReturn
            room[count + 1] = HTTPBytes.lineFeed
            return count + 2
        }
        wantsWritable = connection.isFull()
        return !wantsWritable
    }

    func end(_ key: HTTP2StreamKey) {
        let text: StaticString = "0\r\n\r\n"
        connection.channel.write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func cancel(_ key: HTTP2StreamKey) {
        phase = .closing
        connection.markDirty()
    }

    func pauseReading(_ key: HTTP2StreamKey) { connection.channel.stream.pauseReading() }

    func resumeReading(_ key: HTTP2StreamKey) { connection.channel.stream.resumeReading() }

    // MARK: What happens to the connection

    func received(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while case .busy(let exchange, _) = phase {
            switch parser.next(bytes, from: &offset) {
            case .needsInput:
                if case .busy(let exchange, .awaited) = phase { phase = .busy(exchange, .begun(keepsAlive: false)) }
                return
            case .head(let head, _): received(head, exchange)
            case .body(let piece): exchange.delegate?.exchange(exchange, body: piece)
            case .end: completed(exchange)
            case .refused(let refusal):
                return connection.close(.protocolViolation(refusal.sentence.description))
            }
        }
        // Bytes that nobody asked for make what comes next unreadable.
        if case .idle = phase, offset < bytes.count { connection.close(.closed) }
    }

    private func received(_ head: HTTPHead, _ exchange: HTTPExchange) {
        phase = .busy(exchange, .begun(keepsAlive: head.keepsAlive))
        if head.status >= 200 { exchange.delegate?.exchange(exchange, head: head) }
    }

    private func completed(_ exchange: HTTPExchange) {
        guard case .busy(_, .begun(let keepsAlive)) = phase else { return }
        exchangesDone += 1
        let isReusable = keepsAlive && exchange.isBodyEnded
        phase = isReusable ? .idle(since: connection.now) : .closing
        connection.channel.stream.resumeReading()
        connection.markDirty()
        exchange.ended()
    }

    /// Between two exchanges, and at the end of a body that the connection's end tells, it is no failure.
    func peerEnded() -> Bool {
        guard case .busy(let exchange, _) = phase else { return true }
        guard case .end = parser.inputEnded() else { return false }
        completed(exchange)
        return true
    }

    func drained() {
        guard wantsWritable, case .busy(let exchange, _) = phase else { return }
        wantsWritable = false
        exchange.delegate?.exchangeWritable(exchange)
    }

    func flush() {
        switch phase {
        case .closing: connection.close(.closed)
        case .idle: connection.pool.serveWaiting()
        case .busy: break
        }
    }

    func tick(_ now: UInt64) {
        guard case .idle(let since) = phase, now &- since > connection.limits.idleHTTP1Milliseconds else { return }
        connection.close(.closed)
    }

    func left(_ failure: HTTPClientFailure) {
        guard case .busy(let exchange, let response) = phase, !exchange.isOver else { return }
        phase = .closing
        guard case .awaited = response, exchangesDone > 0, case .connectionLost = failure else {
            return exchange.failed(failure)
        }
        if hasSentBody { exchange.failed(.staleConnection) } else { connection.pool.reopen(exchange) }
    }
}
