import EventLoop

/// Asks once whether the ingress serves.
final class HealthProbe: ByteStreamDelegate {
    private var answer: Bool?

    private init() {}

    static func isServing(_ address: SocketAddress, on loop: EventLoop) -> Bool {
        let probe = HealthProbe()
        var stream: ByteStream?
        ByteStream.connect(loop: loop, to: address, timeoutMilliseconds: 1000) { result in
            guard case .success(let connected) = result else {
                probe.answer = false
                return
            }
            stream = connected
            connected.delegate = probe
            connected.write(Array("GET /restate/health HTTP/1.1\r\nhost: \(address)\r\n\r\n".utf8))
        }
        while probe.answer == nil {
            loop.flushDirtyStreams()
            loop.runOnce(wait: true)
        }
        stream?.close()
        return probe.answer ?? false
    }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        answer = bytes.starts(with: "HTTP/1.1 200 ".utf8)
    }

    func byteStreamEnded(_ stream: ByteStream) { answer = answer ?? false }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { answer = answer ?? false }

    func byteStreamDrained(_ stream: ByteStream) {}
}
