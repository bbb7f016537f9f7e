import EventLoop
import Testing

@testable import HTTP

/// Exchanges over TLS, with an endpoint that may end them in any way.
@Suite struct TLSClientTests {
    private func request() -> HTTPHead { HTTPHead(method: .get, target: "/a".utf8, authority: "localhost".utf8) }

    private func open(_ world: LoopWorld, _ origin: TLSOrigin, _ version: HTTPEndpoint.Version) -> ExchangeRecorder {
        let recorder = ExchangeRecorder()
        _ = world.client.open(request(), to: origin.endpoint(version), hasBody: false, delegate: recorder)
        return recorder
    }

    @Test(arguments: ["http/1.1", nil] as [StaticString?])
    func aBodyThatTheConnectionEndsIsWholeOnlyIfTheSessionSaysSo(application: StaticString?) throws {
        let world = try LoopWorld(tls: TLSOrigin.trust())
        let origin = try TLSOrigin(world.loop, chooses: application)
        for (connections, isCut) in [(1, false), (2, true)] {
            let recorder = open(world, origin, .http1)
            world.run {
                origin.peers.count == connections && origin.peers.last?.text.hasSuffix("\r\n\r\n") == true
            }
            let peer = try #require(origin.peers.last)
            #expect(peer.text.hasPrefix("GET /a HTTP/1.1\r\nhost: localhost\r\n"))
            peer.send(Array("HTTP/1.1 200 OK\r\n\r\nso much".utf8))
            if isCut { peer.cut() } else { peer.finish() }
            world.run { recorder.isOver }
            #expect(recorder.body == Array("so much".utf8))
            #expect(recorder.isEnded == !isCut)
            if isCut {
                #expect(
                    recorder.failure == .connectionLost("the endpoint closed it without ending its TLS session")
                )
            }
            world.run { peer.isToldOfTheEnd }
        }
    }

    @Test func largeBodiesAndNewKeysInBetween() throws {
        let world = try LoopWorld(tls: TLSOrigin.trust())
        let origin = try TLSOrigin(world.loop, chooses: "http/1.1")
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let recorder = ExchangeRecorder()
        let exchange = world.client.open(
            HTTPHead(method: .post, target: "/a".utf8, authority: "localhost".utf8),
            to: origin.endpoint(.http1),
            hasBody: true,
            delegate: recorder
        )
        exchange.write(body)
        world.run { (origin.peers.last?.received.count ?? 0) > body.count }
        let peer = try #require(origin.peers.last)
        peer.changeKeys()
        peer.send(Array("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n".utf8))
        world.run { recorder.head != nil }
        exchange.write(Array("behind the new keys".utf8))
        exchange.endBody()
        world.run { peer.text.hasSuffix("behind the new keys\r\n0\r\n\r\n") }
        peer.send(body)
        world.run { recorder.isOver }
        // A difference of so many bytes is not to be printed.
        let isWhole = recorder.isEnded && recorder.body == body
        #expect(isWhole)
        #expect(world.client.connectionCount(to: origin.endpoint(.http1)) == 1)
    }

    @Test(arguments: ["http/1.1", nil] as [StaticString?])
    func anEndpointThatDoesNotChooseHTTP2SpeaksTheOlderVersion(application: StaticString?) throws {
        let world = try LoopWorld(tls: TLSOrigin.trust())
        let origin = try TLSOrigin(world.loop, chooses: application)
        let recorder = open(world, origin, .http2)
        world.run { recorder.isOver }
        #expect(recorder.failure == .http1Peer)
    }

    @Test func theFirstFramesMayComeWithTheEndOfTheHandshake() throws {
        let world = try LoopWorld(tls: TLSOrigin.trust())
        let origin = try TLSOrigin(world.loop, chooses: "h2")
        let recorder = open(world, origin, .http2)
        world.run { (origin.peers.last?.received.count ?? 0) > 24 }
        let peer = try #require(origin.peers.last)
        #expect(peer.text.hasPrefix("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
        // SETTINGS, then the head of stream 1 with status 200 and the end of the stream.
        peer.send([0, 0, 0, 4, 0, 0, 0, 0, 0] + [0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88])
        world.run { recorder.isOver }
        #expect(recorder.isEnded && recorder.head?.status == 200)
    }

    @Test func aStrangersCertificateGetsNoRequest() throws {
        let world = try LoopWorld()
        let origin = try TLSOrigin(world.loop, chooses: "h2")
        let recorder = open(world, origin, .http2)
        world.run { recorder.isOver }
        guard case .tls(let reason)? = recorder.failure else {
            Issue.record("\(String(describing: recorder.failure))")
            return
        }
        #expect(reason.contains("not trusted here (/CN=perdure test endpoint)"))
        #expect(origin.peers.allSatisfy { $0.received.isEmpty })
    }
}
