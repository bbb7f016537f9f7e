import EventLoop
import TLS

/// The beginning of a TLS session on a socket that has just connected.
final class TLSHandshake {
    private let stream: ByteStream
    private let session: TLSSession
    private let milliseconds: Int
    private var timer: LoopTimer?
    private var then: ((Result<HTTPClientChannel, HTTPClientFailure>) -> Void)?

    /// `timeoutMilliseconds` is what the whole connection may take, as it is told of.
    init(_ stream: ByteStream, _ session: TLSSession, timeoutMilliseconds: Int) {
        self.stream = stream
        self.session = session
        milliseconds = timeoutMilliseconds
    }

    /// To be called inside `runOnce`; `then` is called once, at once or in a later `runOnce`, unless `cancel` comes before.
    func start(
        _ loop: EventLoop,
        millisecondsLeft: Int,
        then: @escaping (Result<HTTPClientChannel, HTTPClientFailure>) -> Void
    ) {
        self.then = then
        stream.delegate = self
        let timer = LoopTimer(loop: loop) { [unowned self] in
            finish(.failure(.handshakeTimedOut(milliseconds: milliseconds)))
        }
        timer.schedule(afterMilliseconds: UInt64(clamping: millisecondsLeft))
        self.timer = timer
        advance()
    }

    func cancel() {
        then = nil
        timer?.close()
        stream.close()
    }

    private func advance() {
        guard then != nil else { return }
        do throws(TLSError) {
            let isDone = try session.handshake()
            send()
            if isDone { finish(.success(HTTPClientChannel(stream, session))) }
        } catch {
            // An alert tells the peer what was wrong with it.
            send()
            finish(.failure(.tls(error.description)))
        }
    }

    private func send() {
        guard session.outputBytes > 0 else { return }
        stream.withOutputBuffer(reserving: session.outputBytes) { session.takeOutput(into: $0) }
        stream.flush()
    }

    private func finish(_ result: Result<HTTPClientChannel, HTTPClientFailure>) {
        let body = then
        then = nil
        timer?.close()
        stream.delegate = nil
        if case .failure = result { stream.close() }
        body?(result)
    }
}

extension TLSHandshake: ByteStreamDelegate {
    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        do throws(TLSError) { try session.receive(bytes) } catch {
            return finish(.failure(.tls(error.description)))
        }
        advance()
    }

    func byteStreamEnded(_ stream: ByteStream) {
        finish(.failure(.tls("it closed the connection in the middle of the TLS handshake")))
    }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) {
        finish(.failure(.tls("the connection broke in the TLS handshake: \(HTTPConnector.reason(error))")))
    }

    func byteStreamDrained(_ stream: ByteStream) {}
}
