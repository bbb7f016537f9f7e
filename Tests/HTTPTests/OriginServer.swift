import EventLoop

@testable import HTTP

/// An endpoint without a protocol: what it receives and sends is up to the test. Its newest connection is the one spoken of.
final class OriginServer {
    private let listener: Listener
    private let port: UInt16
    private(set) var peers: [RawPeer] = []

    init(_ world: LoopWorld) throws {
        listener = try Listener(loop: world.loop, address: try SocketAddress(parsing: "127.0.0.1:0"))
        port = listener.localAddress.port ?? 0
        listener.start { [unowned self] stream in
            let peer = RawPeer()
            peer.adopt(stream)
            peers.append(peer)
        }
    }

    deinit { listener.close() }

    func stopListening() { listener.close() }

    func endpoint(_ version: HTTPEndpoint.Version) -> HTTPEndpoint {
        HTTPEndpoint(.host("127.0.0.1", port: port), version)
    }

    var received: [UInt8] { peers.last?.received ?? [] }
    var text: String { peers.last?.text ?? "" }

    func send(_ text: String) { peers.last?.send(text) }
    func send(_ bytes: [UInt8]) { peers.last?.send(bytes) }

    /// Ends the connection behind what was sent.
    func finish() { peers.last?.stream?.shutdownWrite() }
}
