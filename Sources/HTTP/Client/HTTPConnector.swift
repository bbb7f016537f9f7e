import EventLoop
import Glibc
import TLS

/// One connection under way: resolves the name, then tries its addresses one after the other within the time for all.
final class HTTPConnector {
    private unowned let client: HTTPClient
    private let loop: EventLoop
    private let endpoint: HTTPEndpoint
    private let milliseconds: Int
    private let deadline: UInt64
    private var pending: PendingConnection?
    private var handshake: TLSHandshake?
    private var then: ((HTTPConnector, Result<HTTPClientChannel, HTTPClientFailure>) -> Void)?

    init(_ client: HTTPClient, _ endpoint: HTTPEndpoint) {
        self.client = client
        self.endpoint = endpoint
        loop = client.loop
        milliseconds = client.limits.connectMilliseconds
        deadline = loop.monotonicNanoseconds / 1_000_000 &+ UInt64(clamping: milliseconds)
    }

    /// `then` is called once, in a later `runOnce`.
    func start(then: @escaping (HTTPConnector, Result<HTTPClientChannel, HTTPClientFailure>) -> Void) {
        self.then = then
        switch endpoint.place {
        case .unix(let path): attempt([.unix(path: path)])
        case .host(let host, let port):
            loop.resolve(host: host, port: port) { [self] result in
                switch result {
                case .success(let addresses): attempt(addresses[...])
                case .failure(let error): finish(.failure(.nameNotResolved(Self.reason(error))))
                }
            }
        }
    }

    func cancel() {
        then = nil
        pending?.cancel()
        pending = nil
        handshake?.cancel()
        handshake = nil
    }

    private func attempt(_ addresses: ArraySlice<SocketAddress>) {
        guard then != nil else { return }
        let now = loop.monotonicNanoseconds / 1_000_000
        guard now < deadline else { return finish(.failure(.connectTimedOut(milliseconds: milliseconds))) }
        guard let address = addresses.first else { return finish(.failure(.nameNotResolved("it has no address"))) }
        pending = ByteStream.connect(
            loop: loop,
            to: address,
            timeoutMilliseconds: Int(clamping: deadline - now)
        ) { [self] result in
            pending = nil
            switch result {
            case .success(let stream): connected(stream)
            case .failure where addresses.count > 1: attempt(addresses.dropFirst())
            case .failure(let error): finish(.failure(failure(error)))
            }
        }
    }

    private func connected(_ stream: ByteStream) {
        guard endpoint.isSecure, case .host(let host, _) = endpoint.place else {
            return finish(.success(HTTPClientChannel(stream)))
        }
        do throws(TLSError) {
            let session = try TLSSession(
                client.trust(),
                peerName: host,
                isNumeric: SocketAddress(numericHost: host, port: 0) != nil,
                applications: endpoint.version == .http2 ? [.http2, .http1] : [.http1]
            )
            shakeHands(stream, session)
        } catch {
            stream.close()
            finish(.failure(.tls(error.description)))
        }
    }

    private func shakeHands(_ stream: ByteStream, _ session: TLSSession) {
        let now = loop.monotonicNanoseconds / 1_000_000
        let left = Int(clamping: deadline > now ? deadline - now : 1)
        let handshake = TLSHandshake(stream, session, timeoutMilliseconds: milliseconds)
        self.handshake = handshake
        handshake.start(loop, millisecondsLeft: left) { [self] result in
            self.handshake = nil
            switch result {
            case .success(let channel) where endpoint.version == .http2 && session.application != .http2:
                channel.close()
                finish(.failure(.http1Peer))
            case .success, .failure: finish(result)
            }
        }
    }

    private func finish(_ result: Result<HTTPClientChannel, HTTPClientFailure>) {
        let body = then
        then = nil
        guard let body else {
            if case .success(let channel) = result { channel.close() }
            return
        }
        body(self, result)
    }

    private func failure(_ error: EventLoopError) -> HTTPClientFailure {
        switch error {
        case .connectTimedOut: .connectTimedOut(milliseconds: milliseconds)
        case .system(.connect, _, ECONNREFUSED): .refused
        default: .unreachable(Self.reason(error))
        }
    }

    /// The cause alone: whoever reports it names the endpoint.
    static func reason(_ error: EventLoopError) -> String {
        switch error {
        case .system(_, _, let code): String(cString: strerror(code))
        case .nameNotResolved(_, let reason): reason
        default: error.description
        }
    }
}
