/// A request under way and its response. It lives until it has ended, failed or was cancelled, whether held or not.
///
/// The body may be written before a connection is there, and the response may come before the body has ended.
package final class HTTPExchange {
    enum Phase {
        /// No connection yet: what is written gathers.
        case waiting
        case open(any HTTPClientWire, HTTP2StreamKey)
        case over
    }

    /// Kept until the exchange is over.
    package private(set) var delegate: (any HTTPExchangeDelegate)?
    /// The endpoint the request goes to.
    package let endpoint: HTTPEndpoint

    let head: HTTPHead
    let hasBody: Bool
    private(set) var phase = Phase.waiting
    private var gathered: [UInt8] = []
    /// A `write` said false while no connection was there.
    private var owesWritable = false
    private(set) var isBodyEnded: Bool
    /// Whether `pauseReading` was called last.
    package private(set) var isReadingPaused = false
    /// It failed on a kept connection before: only a fresh one will do now.
    var needsFreshConnection = false

    init(_ endpoint: HTTPEndpoint, _ head: HTTPHead, hasBody: Bool, delegate: any HTTPExchangeDelegate) {
        self.endpoint = endpoint
        self.head = head
        self.hasBody = hasBody
        self.delegate = delegate
        isBodyEnded = !hasBody
    }

    /// Nothing more will be told.
    package var isOver: Bool {
        if case .over = phase { return true }
        return false
    }

    // MARK: What its owner does

    /// A piece of the body. False when so much waits that the owner should hold back until `exchangeWritable`; it was
    /// taken in any case. Does nothing when the exchange is over or the body has ended.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { write($0) }
    }

    /// The same for bytes that lie elsewhere.
    @discardableResult
    package func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !isBodyEnded, !bytes.isEmpty else { return true }
        switch phase {
        case .waiting:
            gathered.append(contentsOf: bytes)
            owesWritable = gathered.count > HTTP2Session.streamOutputMax
            return !owesWritable
        case .open(let wire, let key): return wire.write(bytes, to: key)
        case .over: return true
        }
    }

    /// The body is complete.
    package func endBody() {
        guard !isBodyEnded else { return }
        isBodyEnded = true
        if case .open(let wire, let key) = phase { wire.end(key) }
    }

    /// Gives the exchange up. HTTP/2 resets the stream with CANCEL; HTTP/1.1 closes the connection.
    package func cancel() {
        let left = phase
        _ = over()
        if case .open(let wire, let key) = left { wire.cancel(key) }
    }

    /// Takes no more of the response for now; what has arrived may still be told.
    package func pauseReading() {
        isReadingPaused = true
        if case .open(let wire, let key) = phase { wire.pauseReading(key) }
    }

    /// Undoes `pauseReading`.
    package func resumeReading() {
        isReadingPaused = false
        if case .open(let wire, let key) = phase { wire.resumeReading(key) }
    }

    // MARK: What happens to it

    /// Puts it onto a connection, which has sent the head.
    func opened(_ wire: any HTTPClientWire, _ key: HTTP2StreamKey) {
        guard case .waiting = phase else { return }
        phase = .open(wire, key)
        let body = gathered
        gathered = []
        let hasRoom = body.isEmpty || body.withUnsafeBytes { wire.write($0, to: key) }
        if isBodyEnded && hasBody { wire.end(key) }
        if isReadingPaused { wire.pauseReading(key) }
        guard owesWritable, hasRoom else { return }
        owesWritable = false
        delegate?.exchangeWritable(self)
    }

    /// Takes it off a connection that died without having seen anything of it.
    func returned() {
        phase = .waiting
        needsFreshConnection = true
    }

    func ended() {
        guard !isOver else { return }
        over()?.exchangeEnded(self)
    }

    func failed(_ failure: HTTPClientFailure) {
        guard !isOver else { return }
        over()?.exchange(self, failed: failure)
    }

    private func over() -> (any HTTPExchangeDelegate)? {
        phase = .over
        gathered = []
        defer { delegate = nil }
        return delegate
    }
}
