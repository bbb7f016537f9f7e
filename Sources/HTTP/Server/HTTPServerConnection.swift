import EventLoop

/// One client's connection: the socket's side. It finds out which version is spoken and hands over to that.
final class HTTPServerConnection: IntakeReader {
    enum Wire {
        /// Not enough came to tell the versions apart.
        case undecided([UInt8])
        case http1(HTTP1ServerWire)
        case http2(HTTP2ServerWire)
        /// The last output leaves; what still comes in is dropped until the peer or the time is at its end.
        case lingering(since: UInt64, dropped: Int)
        case closed
    }

    /// Bytes of a peer that does not stop sending although it has its last answer.
    private static let lingerBytesMax = 4 * 1024 * 1024
    /// Output waiting in the socket's buffer above which no more is framed or generated for it.
    static let outputBytesMax = 512 * 1024

    unowned let server: HTTPServer
    let stream: ByteStream
    let slot: UInt32
    let generation: UInt32
    private(set) var wire = Wire.undecided([])
    private(set) var isDirty = false
    private(set) var isPeerDone = false
    private let acceptedAt: UInt64
    private var relay: StreamRelay?

    // How the peer takes what we send.
    private var written = 0
    private var taken = 0
    private var takenAt: UInt64

    // Why reading may be paused; each reason by itself.
    private var isHeldByBudget = false
    private var isHeldByBacklog = false

    init(server: HTTPServer, stream: ByteStream, slot: UInt32, generation: UInt32) {
        self.server = server
        self.stream = stream
        self.slot = slot
        self.generation = generation
        acceptedAt = server.nowMilliseconds
        takenAt = acceptedAt
        let relay = StreamRelay(self)
        self.relay = relay
        stream.delegate = relay
    }

    func id(_ first: UInt32, _ second: UInt32) -> HTTPRequestID {
        HTTPRequestID(connectionSlot: slot, connectionGeneration: generation, first: first, second: second)
    }

    // MARK: Output

    func write(_ bytes: UnsafeRawBufferPointer) {
        written += bytes.count
        stream.write(bytes)
    }

    func write(reserving count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        stream.withOutputBuffer(reserving: count) { room in
            let used = body(room)
            written += used
            return used
        }
    }

    /// More waits for the peer than should. What can be sent now is, so that a full buffer always means a short send, after
    /// which the stream tells that it has drained.
    func isFull() -> Bool {
        guard stream.pendingOutputBytes >= Self.outputBytesMax else { return false }
        stream.flush()
        return stream.pendingOutputBytes >= Self.outputBytesMax
    }

    /// Asks for `flush` at the end of this turn.
    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        server.markDirty(self)
    }

    func flush() {
        isDirty = false
        switch wire {
        case .http1(let http1): http1.resume()
        case .http2(let http2): http2.flush()
        case .undecided, .lingering, .closed: break
        }
    }

    // MARK: Reading

    var isClosed: Bool {
        if case .closed = wire { return true }
        return false
    }

    func holdForBudget() {
        guard !isHeldByBudget, !server.bodyBudget.mayRead(self) else { return }
        isHeldByBudget = true
        stream.pauseReading()
    }

    func give(_ bytes: Int) {
        for connection in server.bodyBudget.give(bytes, self) { connection.releaseFromBudget() }
    }

    func releaseFromBudget() {
        isHeldByBudget = false
        if !isHeldByBacklog { stream.resumeReading() }
    }

    func setBacklog(_ isLong: Bool) {
        guard isLong != isHeldByBacklog else { return }
        isHeldByBacklog = isLong
        if isLong { stream.pauseReading() } else if !isHeldByBudget { stream.resumeReading() }
    }

    // MARK: The end

    /// Ends after the output that is pending has left.
    func linger() {
        if case .closed = wire { return }
        leaveWire()
        wire = .lingering(since: server.nowMilliseconds, dropped: 0)
        stream.shutdownWrite()
        isHeldByBudget = false
        isHeldByBacklog = false
        stream.resumeReading()
    }

    /// Ends at once.
    func close() {
        if case .closed = wire { return }
        leaveWire()
        wire = .closed
        stream.close()
        server.released(self)
    }

    private func leaveWire() {
        let left = wire
        wire = .lingering(since: 0, dropped: 0)
        switch left {
        case .http1(let http1): http1.left()
        case .http2(let http2): http2.left()
        case .undecided, .lingering, .closed: break
        }
    }

    func drain() {
        switch wire {
        case .undecided: close()
        case .http1(let http1): http1.drain()
        case .http2(let http2): http2.drain()
        case .lingering, .closed: break
        }
    }

    func tick(_ now: UInt64) {
        let limits = server.limits
        let takenNow = written - stream.pendingOutputBytes
        if takenNow != taken || stream.pendingOutputBytes == 0 {
            taken = takenNow
            takenAt = now
        } else if now &- takenAt > limits.sendMilliseconds {
            return close()
        }
        switch wire {
        case .undecided:
            if now &- acceptedAt > limits.headMilliseconds { close() }
        case .http1(let http1): http1.tick(now, isHeld: isHeldByBudget)
        case .http2(let http2): http2.tick(now, isHeld: isHeldByBudget)
        case .lingering(let since, _):
            let isOver = now &- since > limits.lingerMilliseconds || isPeerDone
            if isOver && stream.pendingOutputBytes == 0 { close() }
        case .closed: break
        }
    }
}

// MARK: - The version

extension HTTPServerConnection {
    /// What a client of HTTP/2 says first (RFC 9113, section 3.4). `Upgrade: h2c` is ignored, as later versions of that
    /// document ask for.
    private static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    private func decide(_ gathered: [UInt8], _ bytes: UnsafeRawBufferPointer) {
        guard gathered.isEmpty else {
            return (gathered + bytes).withUnsafeBytes { decide($0) }
        }
        decide(bytes)
    }

    private func decide(_ bytes: UnsafeRawBufferPointer) {
        let preface = UnsafeRawBufferPointer(
            start: Self.preface.utf8Start,
            count: Self.preface.utf8CodeUnitCount
        )
        let common = min(bytes.count, preface.count)
        guard bytes[..<common].elementsEqual(preface[..<common]) else {
            let http1 = HTTP1ServerWire(self, since: acceptedAt)
            wire = .http1(http1)
            return http1.received(bytes)
        }
        guard common == preface.count else {
            wire = .undecided(Array(bytes))
            return
        }
        let http2 = HTTP2ServerWire(self)
        wire = .http2(http2)
        http2.received(bytes)
    }
}

// MARK: - What the socket tells

extension HTTPServerConnection: ByteStreamDelegate {
    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        switch wire {
        case .undecided(let gathered): decide(gathered, bytes)
        case .http1(let http1): http1.received(bytes)
        case .http2(let http2): http2.received(bytes)
        case .lingering(let since, let dropped):
            guard dropped + bytes.count <= Self.lingerBytesMax else { return close() }
            wire = .lingering(since: since, dropped: dropped + bytes.count)
        case .closed: break
        }
    }

    func byteStreamEnded(_ stream: ByteStream) {
        isPeerDone = true
        switch wire {
        case .http1(let http1): http1.peerEnded()
        case .lingering where stream.pendingOutputBytes > 0: break
        case .undecided, .http2, .lingering, .closed: close()
        }
    }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { close() }

    func byteStreamDrained(_ stream: ByteStream) {
        switch wire {
        case .http1(let http1): http1.drained()
        case .http2: markDirty()
        case .lingering where isPeerDone: close()
        case .undecided, .lingering, .closed: break
        }
    }
}

// MARK: - Answers

extension HTTPServerConnection {
    func respond(to request: HTTPRequestID, _ response: HTTPResponse) {
        switch wire {
        case .http1(let http1): http1.respond(to: request.first, response)
        case .http2(let http2): http2.respond(to: request, response)
        case .undecided, .lingering, .closed: break
        }
    }

    func beginResponse(to request: HTTPRequestID, _ head: HTTPHead) {
        switch wire {
        case .http1(let http1): http1.beginResponse(to: request.first, head)
        case .http2(let http2): http2.beginResponse(to: request, head)
        case .undecided, .lingering, .closed: break
        }
    }

    func write(to request: HTTPRequestID, _ bytes: [UInt8]) -> Bool {
        switch wire {
        case .http1(let http1): http1.write(to: request.first, bytes)
        case .http2(let http2): http2.write(to: request, bytes)
        case .undecided, .lingering, .closed: true
        }
    }

    func endResponse(to request: HTTPRequestID) {
        switch wire {
        case .http1(let http1): http1.endResponse(to: request.first)
        case .http2(let http2): http2.endResponse(to: request)
        case .undecided, .lingering, .closed: break
        }
    }

    func abort(_ request: HTTPRequestID) {
        switch wire {
        case .http1(let http1): http1.abort(request.first)
        case .http2(let http2): http2.abort(request)
        case .undecided, .lingering, .closed: break
        }
    }
}
