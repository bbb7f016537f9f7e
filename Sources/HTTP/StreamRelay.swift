import EventLoop

/// Stands between a stream, which holds its delegate weakly, and a connection. An object that was ever held weakly pays for
/// it with every later retain and release, and a connection has many of those in each request; the relay has one.
final class StreamRelay: ByteStreamDelegate {
    private unowned let owner: any ByteStreamDelegate

    /// The owner keeps the relay, so neither outlives the other.
    init(_ owner: any ByteStreamDelegate) {
        self.owner = owner
    }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        owner.byteStream(stream, received: bytes)
    }

    func byteStreamEnded(_ stream: ByteStream) { owner.byteStreamEnded(stream) }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { owner.byteStreamFailed(stream, error) }

    func byteStreamDrained(_ stream: ByteStream) { owner.byteStreamDrained(stream) }
}
