import EventLoop
import TLS

/// The protocol's side of a client's connection. Keys are HTTP/2's; HTTP/1.1 has one exchange at a time and ignores them.
protocol HTTPClientWire: AnyObject {
    /// Exchanges the endpoint lets it carry at once; nil when that says nothing about the next connection.
    var streamsMax: Int? { get }
    func canTake(_ exchange: HTTPExchange) -> Bool
    func start(_ exchange: HTTPExchange) -> Bool

    func write(_ bytes: UnsafeRawBufferPointer, to key: HTTP2StreamKey) -> Bool
    func end(_ key: HTTP2StreamKey)
    func cancel(_ key: HTTP2StreamKey)
    func pauseReading(_ key: HTTP2StreamKey)
    func resumeReading(_ key: HTTP2StreamKey)

    func received(_ bytes: UnsafeRawBufferPointer)
    /// The peer sends no more. True when that is no failure.
    func peerEnded() -> Bool
    func drained()
    func flush()
    func tick(_ now: UInt64)
    /// The connection is over: every exchange on it fails.
    func left(_ failure: HTTPClientFailure)
}

/// One connection to an endpoint: the socket's side.
final class HTTPClientConnection {
    /// Output waiting in the socket's buffer above which no more is framed for it.
    static let outputBytesMax = 512 * 1024

    unowned let pool: HTTPClientPool
    private unowned let client: HTTPClient
    let channel: HTTPClientChannel
    private(set) var wire: any HTTPClientWire = NoWire()
    private var isDirty = false
    private var relay: StreamRelay?
    private var isClosed = false

    init(_ pool: HTTPClientPool, _ channel: HTTPClientChannel) {
        self.pool = pool
        client = pool.client
        self.channel = channel
        let stream = channel.stream
        stream.quickAcknowledgements = stream.peerAddress.unixPath == nil
        switch pool.endpoint.version {
        case .http1: wire = HTTP1ClientWire(self)
        case .http2: wire = HTTP2ClientWire(self)
        }
        let relay = StreamRelay(self)
        self.relay = relay
        stream.delegate = relay
        channel.onGathered = { [unowned self] in markDirty() }
        markDirty()
    }

    /// Takes what the endpoint said along with the end of a handshake. To be called once exchanges can be told of it.
    func begin() {
        if channel.isSecure { received(UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    var now: UInt64 { client.nowMilliseconds }
    var limits: HTTPClientLimits { client.limits }

    func start(_ exchange: HTTPExchange) -> Bool {
        let isStarted = wire.start(exchange)
        markDirty()
        return isStarted
    }

    func markDirty() {
        guard !isDirty, !isClosed else { return }
        isDirty = true
        client.markDirty(self)
    }

    func flush() {
        isDirty = false
        if !isClosed { wire.flush() }
        encrypt()
    }

    /// Lets what was written leave with the loop's next flush.
    private func encrypt() {
        guard !isClosed else { return }
        do throws(TLSError) { try channel.encrypt() } catch { close(.connectionLost(error.description)) }
    }

    /// Sends what was written at once, as the connection is about to end.
    func flushNow() {
        encrypt()
        channel.stream.flush()
    }

    /// As a server's: after true the stream tells that it has drained.
    func isFull() -> Bool {
        guard channel.pendingOutputBytes >= Self.outputBytesMax else { return false }
        flushNow()
        return channel.pendingOutputBytes >= Self.outputBytesMax
    }

    /// Ends at once; what is still under way on it fails so.
    func close(_ failure: HTTPClientFailure) {
        guard !isClosed else { return }
        isClosed = true
        channel.close()
        let left = wire
        wire = NoWire()
        left.left(failure)
        pool.released(self)
    }
}

extension HTTPClientConnection: ByteStreamDelegate {
    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) { received(bytes) }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        do throws(TLSError) {
            if try channel.receive(bytes, { wire.received($0) }), !isClosed { peerEnded() }
        } catch {
            close(.connectionLost(error.description))
        }
    }

    func byteStreamEnded(_ stream: ByteStream) {
        if channel.isCutOff { return close(.connectionLost("the endpoint closed it without ending its TLS session")) }
        peerEnded()
    }

    private func peerEnded() {
        if wire.peerEnded() { close(.closed) } else { close(.connectionLost("the endpoint closed it")) }
    }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) {
        close(.connectionLost(HTTPConnector.reason(error)))
    }

    func byteStreamDrained(_ stream: ByteStream) {
        wire.drained()
        markDirty()
    }
}

/// A closed connection's: it takes nothing and says nothing.
private final class NoWire: HTTPClientWire {
    var streamsMax: Int? { nil }
    func canTake(_ exchange: HTTPExchange) -> Bool { false }
    func start(_ exchange: HTTPExchange) -> Bool { false }
    func write(_ bytes: UnsafeRawBufferPointer, to key: HTTP2StreamKey) -> Bool { true }
    func end(_ key: HTTP2StreamKey) {}
    func cancel(_ key: HTTP2StreamKey) {}
    func pauseReading(_ key: HTTP2StreamKey) {}
    func resumeReading(_ key: HTTP2StreamKey) {}
    func received(_ bytes: UnsafeRawBufferPointer) {}
    func peerEnded() -> Bool { true }
    func drained() {}
    func flush() {}
    func tick(_ now: UInt64) {}
    func left(_ failure: HTTPClientFailure) {}
}
