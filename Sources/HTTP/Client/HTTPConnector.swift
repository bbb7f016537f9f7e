import EventLoop
import Glibc

/// One connection under way: resolves the name, then tries its addresses one after the other within the time for all.
final class HTTPConnector {
    private let loop: EventLoop
    private let endpoint: HTTPEndpoint
    private let milliseconds: Int
    private let deadline: UInt64
    private var pending: PendingConnection?
    private var then: ((HTTPConnector, Result<ByteStream, HTTPClientFailure>) -> Void)?

    init(_ loop: EventLoop, _ endpoint: HTTPEndpoint, milliseconds: Int) {
        self.loop = loop
        self.endpoint = endpoint
        self.milliseconds = milliseconds
        deadline = loop.monotonicNanoseconds / 1_000_000 &+ UInt64(clamping: milliseconds)
    }

    /// `then` is called once, in a later `runOnce`.
    func start(then: @escaping (HTTPConnector, Result<ByteStream, HTTPClientFailure>) -> Void) {
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
            case .success(let stream): finish(.success(stream))
            case .failure where addresses.count > 1: attempt(addresses.dropFirst())
            case .failure(let error): finish(.failure(failure(error)))
            }
        }
    }

    private func finish(_ result: Result<ByteStream, HTTPClientFailure>) {
        let body = then
        then = nil
        guard let body else {
            if case .success(let stream) = result { stream.close() }
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
