/// HTTP/2 to an endpoint: an exchange per stream.
final class HTTP2ClientWire: HTTPClientWire {
    private enum Life {
        case quiet(since: UInt64)
        /// A PING is out.
        case asked(at: UInt64)
    }

    /// Requests after which a connection takes no more and ends with its last stream: common servers of Python cut one off
    /// after a thousand (hypercorn's `keep_alive_max_requests`), with all that is under way on it.
    static let requestsMax = 900

    private unowned let connection: HTTPClientConnection
    private let session = HTTP2Session(.client, settings: .client)
    /// At the places of the session's table.
    /// Unchecked as the session's table is, and for the same reason.
    @exclusivity(unchecked) private var exchanges: [HTTPExchange?] = []
    private var life: Life
    private var idleSince: UInt64
    private var hasHeard = false
    private var isGoingAway = false
    private var requestCount = 0

    init(_ connection: HTTPClientConnection) {
        self.connection = connection
        life = .quiet(since: connection.now)
        idleSince = connection.now
        session.delegate = self
        if connection.channel.isSecure { session.scheme = "https" }
    }

    var streamsMax: Int? { isGoingAway ? nil : session.availableStreams + session.activeStreams }

    func canTake(_ exchange: HTTPExchange) -> Bool { !isGoingAway && session.availableStreams > 0 }

    func start(_ exchange: HTTPExchange) -> Bool {
        guard let key = session.request(exchange.head, isEnd: !exchange.hasBody) else { return false }
        let slot = Int(key.slot)
        while exchanges.count <= slot { exchanges.append(nil) }
        exchanges[slot] = exchange
        exchange.opened(self, key)
        requestCount += 1
        if requestCount == Self.requestsMax { isGoingAway = true }
        return true
    }

    // MARK: What an exchange does

    func write(_ bytes: UnsafeRawBufferPointer, to key: HTTP2StreamKey) -> Bool {
        connection.markDirty()
        return session.write(bytes, to: key)
    }

    func end(_ key: HTTP2StreamKey) {
        session.end(key)
        connection.markDirty()
    }

    func cancel(_ key: HTTP2StreamKey) {
        forget(key)
        session.reset(key, .cancel)
        connection.markDirty()
    }

    func pauseReading(_ key: HTTP2StreamKey) { session.pauseReading(key) }

    func resumeReading(_ key: HTTP2StreamKey) {
        session.resumeReading(key)
        connection.markDirty()
    }

    @discardableResult
    private func forget(_ key: HTTP2StreamKey) -> HTTPExchange? {
        let slot = Int(key.slot)
        guard slot < exchanges.count else { return nil }
        defer { exchanges[slot] = nil }
        return exchanges[slot]
    }

    // MARK: What happens to the connection

    func received(_ bytes: UnsafeRawBufferPointer) {
        if !hasHeard {
            hasHeard = true
            if bytes.starts(with: "HTTP/".utf8) { return connection.close(.http1Peer) }
        }
        session.receive(bytes, now: connection.now)
        connection.markDirty()
    }

    func peerEnded() -> Bool { session.activeStreams == 0 }

    func drained() {}

    func flush() {
        while !connection.isFull(), let piece = session.nextOutput() { connection.channel.write(piece) }
        switch session.condition {
        case .open:
            if isGoingAway && session.activeStreams == 0 { connection.close(.goAway) }
        case .finished:
            // A last GOAWAY tells the peer what was wrong with it; it leaves before the socket closes.
            connection.flushNow()
            connection.close(isGoingAway ? .goAway : .protocolViolation("its HTTP/2 frames make no sense"))
        case .broken(let reason):
            connection.close(.protocolViolation(reason))
        }
    }

    func tick(_ now: UInt64) {
        let limits = connection.limits
        if session.activeStreams > 0 {
            idleSince = now
        } else if now &- idleSince > limits.idleHTTP2Milliseconds {
            isGoingAway = true
            session.terminate(.noError)
            return connection.markDirty()
        }
        switch life {
        case .quiet(let since):
            guard now &- since >= limits.pingMilliseconds else { return }
            session.ping()
            life = .asked(at: now)
            connection.markDirty()
        case .asked(let at):
            guard now &- at > limits.pingAnswerMilliseconds else { return }
            connection.close(.noSignOfLife(milliseconds: Int(limits.pingAnswerMilliseconds)))
        }
    }

    func left(_ failure: HTTPClientFailure) {
        session.delegate = nil
        let all = exchanges
        exchanges = []
        for exchange in all { exchange?.failed(failure) }
    }
}

// MARK: - What the session tells

extension HTTP2ClientWire: HTTP2SessionDelegate {
    private func exchange(_ key: HTTP2StreamKey) -> HTTPExchange? {
        let slot = Int(key.slot)
        return slot < exchanges.count ? exchanges[slot] : nil
    }

    func session(_ session: HTTP2Session, head: HTTPHead, of stream: HTTP2StreamKey, isEnd: Bool) {
        guard let exchange = exchange(stream) else { return }
        exchange.delegate?.exchange(exchange, head: head)
        if isEnd { self.session(session, ended: stream) }
    }

    func session(_ session: HTTP2Session, refused refusal: HTTPRefusal, of stream: HTTP2StreamKey) {}

    func session(_ session: HTTP2Session, body: UnsafeRawBufferPointer, of stream: HTTP2StreamKey) {
        guard let exchange = exchange(stream) else { return }
        exchange.delegate?.exchange(exchange, body: body)
    }

    func session(_ session: HTTP2Session, ended stream: HTTP2StreamKey) {
        // Our half ends with the peer's: what is not written by now, nobody reads.
        if session.pendingOutput(of: stream) > 0 { session.reset(stream, .cancel) } else { session.end(stream) }
        forget(stream)?.ended()
    }

    func session(_ session: HTTP2Session, closed stream: HTTP2StreamKey, code: HTTP2ErrorCode) {
        connection.markDirty()
        guard let exchange = forget(stream) else { return }
        let isUnseen = isGoingAway && code == .refusedStream
        exchange.failed(isUnseen ? .goAway : .streamReset(code))
    }

    func session(_ session: HTTP2Session, drained stream: HTTP2StreamKey) {
        guard let exchange = exchange(stream) else { return }
        exchange.delegate?.exchangeWritable(exchange)
    }

    func sessionSettingsChanged(_ session: HTTP2Session) { connection.markDirty() }

    func session(_ session: HTTP2Session, goAway code: HTTP2ErrorCode) {
        isGoingAway = true
        connection.markDirty()
    }

    func sessionPingAcknowledged(_ session: HTTP2Session) { life = .quiet(since: connection.now) }
}
