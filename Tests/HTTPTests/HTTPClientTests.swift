import EventLoop
import Glibc
import Testing

@testable import HTTP

@Suite struct HTTPClientTests {
    @Test(arguments: [HTTPEndpoint.Version.http1, .http2])
    func exchangesWithBodiesAreEchoed(_ version: HTTPEndpoint.Version) throws {
        let world = try LoopWorld()
        let recorders = (0..<50).map { _ in ExchangeRecorder() }
        for (index, recorder) in recorders.enumerated() {
            let exchange = world.client.open(
                request("/r\(index)"),
                to: world.endpoint(version),
                hasBody: true,
                delegate: recorder
            )
            exchange.write(Array("body \(index)".utf8))
            exchange.endBody()
        }
        world.run { recorders.allSatisfy(\.isOver) }
        for (index, recorder) in recorders.enumerated() {
            #expect(recorder.head?.has("x-path", "/r0") == (index == 0))
            #expect(recorder.body == Array("body \(index)".utf8))
        }
        if version == .http2 { #expect(world.client.connectionCount(to: world.endpoint(version)) == 1) }
    }

    @Test(arguments: [HTTPEndpoint.Version.http1, .http2])
    func unixSocketsAreServedToo(_ version: HTTPEndpoint.Version) throws {
        let path = "/tmp/perdure-http-test-\(UInt64.random(in: 0...UInt64.max)).sock"
        let world = try LoopWorld(at: .unix(path: path))
        defer { unlink(path) }
        let recorder = ExchangeRecorder()
        _ = world.client.open(
            request("/a", method: .get),
            to: world.endpoint(version),
            hasBody: false,
            delegate: recorder
        )
        world.run { recorder.isOver }
        #expect(recorder.head?.status == 200)
    }

    @Test func keptConnectionIsUsedAgain() throws {
        let world = try LoopWorld()
        for _ in 0..<3 {
            let recorder = ExchangeRecorder()
            let exchange = world.client.open(
                request("/a"),
                to: world.endpoint(.http1),
                hasBody: true,
                delegate: recorder
            )
            exchange.endBody()
            world.run { recorder.isOver }
        }
        #expect(Set(world.handler.seen.map(\.id.connection)).count == 1)
    }

    @Test func aConnectionTakesNoMoreBeforeTheServersOfPythonCutItOff() throws {
        let world = try LoopWorld()
        func ask() -> ExchangeRecorder {
            let recorder = ExchangeRecorder()
            let head = request("/a", method: .get)
            _ = world.client.open(head, to: world.endpoint(.http2), hasBody: false, delegate: recorder)
            return recorder
        }
        let held = ExchangeRecorder()
        _ = world.client.open(
            request("/later", method: .get),
            to: world.endpoint(.http2),
            hasBody: false,
            delegate: held
        )
        for _ in 0..<HTTP2ClientWire.requestsMax {
            let recorder = ask()
            world.run { recorder.isOver }
            #expect(recorder.head?.status == 200)
        }
        let byConnection = Dictionary(grouping: world.handler.seen, by: \.id.connection).mapValues(\.count)
        #expect(byConnection.values.sorted() == [1, HTTP2ClientWire.requestsMax])
        // What the old one still has goes on to its end.
        let first = try #require(world.handler.seen.first)
        world.server.respond(to: first.id, HTTPResponse(status: 200))
        world.run { held.isOver }
        #expect(held.head?.status == 200)
        world.run { world.client.connectionCount(to: world.endpoint(.http2)) == 1 }
    }

    @Test func moreStreamsThanThePeerAllowsOpenMoreConnections() throws {
        let world = try LoopWorld()
        let recorders = (0..<250).map { _ in ExchangeRecorder() }
        for recorder in recorders {
            _ = world.client.open(
                request("/later", method: .get),
                to: world.endpoint(.http2),
                hasBody: false,
                delegate: recorder
            )
        }
        world.run { world.handler.seen.count == 250 }
        #expect(world.client.connectionCount(to: world.endpoint(.http2)) > 1)
        for seen in world.handler.seen { world.server.respond(to: seen.id, HTTPResponse(status: 200)) }
        world.run { recorders.allSatisfy(\.isEnded) }
    }

    @Test func largeBodiesGoBothWaysWithBackPressure() throws {
        let world = try LoopWorld()
        world.handler.bytesMax = 1 << 25
        let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for version in [HTTPEndpoint.Version.http1, .http2] {
            let recorder = ExchangeRecorder()
            let exchange = world.client.open(
                request("/echo"),
                to: world.endpoint(version),
                hasBody: true,
                delegate: recorder
            )
            #expect(!exchange.write(body))
            world.run { recorder.writables == 1 }
            exchange.endBody()
            world.run { recorder.isOver }
            #expect(recorder.body == body)
        }
    }

    @Test func responseMayComeBeforeTheBodyHasEnded() throws {
        let world = try LoopWorld()
        let origin = try OriginServer(world)
        let recorder = ExchangeRecorder()
        let exchange = world.client.open(request("/a"), to: origin.endpoint(.http1), hasBody: true, delegate: recorder)
        exchange.write(Array("one".utf8))
        world.run { origin.text.hasSuffix("3\r\none\r\n") }
        #expect(origin.text == "POST /a HTTP/1.1\r\nhost: h:1\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        origin.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        world.run { recorder.body == Array("ab".utf8) }
        exchange.write(Array("two".utf8))
        exchange.endBody()
        world.run { origin.text.hasSuffix("3\r\ntwo\r\n0\r\n\r\n") }
        origin.send("0\r\n\r\n")
        world.run { recorder.isEnded }
    }

    @Test func cancelReachesTheServerAndSaysNothingMore() throws {
        let world = try LoopWorld()
        for version in [HTTPEndpoint.Version.http1, .http2] {
            let recorder = ExchangeRecorder()
            let exchange = world.client.open(
                request("/stream", method: .get),
                to: world.endpoint(version),
                hasBody: false,
                delegate: recorder
            )
            let before = world.handler.cancelled.count
            world.run { recorder.head != nil }
            exchange.cancel()
            // HTTP/1.1 says it by closing, which the server takes for a client that may still listen until it writes.
            world.run {
                guard version == .http1, let seen = world.handler.seen.last else {
                    return world.handler.cancelled.count > before
                }
                world.server.write(to: seen.id, [1])
                return world.handler.cancelled.count > before
            }
            #expect(!recorder.isOver)
        }
    }

    @Test func exchangeCancelledWhileConnectingIsNeverSent() throws {
        let world = try LoopWorld()
        let recorder = ExchangeRecorder()
        let exchange = world.client.open(
            request("/a", method: .get),
            to: world.endpoint(.http2),
            hasBody: false,
            delegate: recorder
        )
        exchange.cancel()
        world.run { world.client.connectionCount(to: world.endpoint(.http2)) == 1 }
        world.settle()
        #expect(world.handler.seen.isEmpty && !recorder.isOver)
    }

    // MARK: Failures

    @Test func endpointThatIsNotThereIsRefused() throws {
        let world = try LoopWorld()
        let gone = try Listener(loop: world.loop, address: try SocketAddress(parsing: "127.0.0.1:0"))
        let port = gone.localAddress.port ?? 0
        gone.close()
        let places: [(HTTPEndpoint.Place, HTTPClientFailure)] = [
            (.host("127.0.0.1", port: port), .refused),
            (.unix(path: "/nowhere/at/all"), .unreachable("No such file or directory")),
        ]
        for (place, failure) in places {
            let recorder = ExchangeRecorder()
            _ = world.client.open(request("/"), to: HTTPEndpoint(place, .http2), hasBody: false, delegate: recorder)
            world.run { recorder.isOver }
            #expect(recorder.failure == failure)
        }
    }

    @Test func nameThatDoesNotResolveSaysSo() throws {
        let world = try LoopWorld()
        let recorder = ExchangeRecorder()
        _ = world.client.open(
            request("/"),
            to: HTTPEndpoint(.host("no such host", port: 1), .http1),
            hasBody: false,
            delegate: recorder
        )
        world.run { recorder.isOver }
        guard case .nameNotResolved = recorder.failure else {
            Issue.record("\(String(describing: recorder.failure))")
            return
        }
    }

    struct Misbehaviour: Sendable {
        var version: HTTPEndpoint.Version
        var answer: [UInt8]
        var failure: HTTPClientFailure

        init(_ version: HTTPEndpoint.Version, _ answer: String, _ failure: HTTPClientFailure) {
            (self.version, self.answer, self.failure) = (version, Array(answer.utf8), failure)
        }

        init(_ version: HTTPEndpoint.Version, _ answer: [UInt8], _ failure: HTTPClientFailure) {
            (self.version, self.answer, self.failure) = (version, answer, failure)
        }
    }

    static let misbehaviours: [Misbehaviour] = [
        Misbehaviour(.http2, "HTTP/1.1 400 Bad Request\r\n\r\n", .http1Peer),
        Misbehaviour(.http2, "", .connectionLost("the endpoint closed it")),
        Misbehaviour(.http2, "SSH-2.0-OpenSSH_9.2\r\n", .protocolViolation("its HTTP/2 frames make no sense")),
        Misbehaviour(.http2, Frames.settings + Frames.reset(1), .streamReset(.cancel)),
        Misbehaviour(.http2, Frames.settings + Frames.frame(7, Frames.word(0) + Frames.word(0)), .goAway),
        Misbehaviour(
            .http2,
            Frames.settings + Frames.headers(1, [0x88], flags: 4) + Frames.frame(3, stream: 1, Frames.word(0)),
            .streamReset(.noError)
        ),
        Misbehaviour(.http1, "", .connectionLost("the endpoint closed it")),
        Misbehaviour(
            .http1,
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
            .connectionLost("the endpoint closed it")
        ),
        Misbehaviour(.http1, "SSH-2.0-OpenSSH_9.2\r\n", .protocolViolation(HTTPRefusal.notHTTP.sentence.description)),
        Misbehaviour(.http1, Frames.settings, .protocolViolation(HTTPRefusal.notHTTP.sentence.description)),
        Misbehaviour(
            .http1,
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            .protocolViolation(HTTPRefusal.malformedContentLength.sentence.description)
        ),
    ]

    @Test(arguments: misbehaviours)
    func misbehavingEndpointIsToldByItsFault(_ row: Misbehaviour) throws {
        let world = try LoopWorld()
        let origin = try OriginServer(world)
        let recorder = ExchangeRecorder()
        _ = world.client.open(
            request("/", method: .get),
            to: origin.endpoint(row.version),
            hasBody: false,
            delegate: recorder
        )
        world.run { !origin.received.isEmpty }
        origin.send(row.answer)
        origin.finish()
        world.run { recorder.isOver }
        #expect(recorder.failure == row.failure)
    }

    @Test func goAwayMovesLaterExchangesToANewConnection() throws {
        let world = try LoopWorld()
        let origin = try OriginServer(world)
        let first = ExchangeRecorder()
        _ = world.client.open(request("/", method: .get), to: origin.endpoint(.http2), hasBody: false, delegate: first)
        world.run { !origin.received.isEmpty }
        origin.send(Frames.settings + Frames.frame(7, Frames.word(1) + Frames.word(0)))
        world.settle()
        #expect(!first.isOver)
        let second = ExchangeRecorder()
        _ = world.client.open(request("/", method: .get), to: origin.endpoint(.http2), hasBody: false, delegate: second)
        world.run { origin.peers.count == 2 && !origin.peers[1].received.isEmpty }
        origin.peers[0].send(Frames.headers(1, [0x88]))
        world.run { first.isEnded }
        origin.peers[1].send(Frames.settings + Frames.headers(1, [0x88]))
        world.run { second.isEnded }
        #expect(world.client.connectionCount(to: origin.endpoint(.http2)) == 1)
    }

    @Test func exchangeFailsWhenOnlyADepartingConnectionIsLeft() throws {
        let world = try LoopWorld()
        let origin = try OriginServer(world)
        let first = ExchangeRecorder()
        _ = world.client.open(request("/", method: .get), to: origin.endpoint(.http2), hasBody: false, delegate: first)
        world.run { !origin.received.isEmpty }
        origin.send(Frames.settings + Frames.frame(7, Frames.word(1) + Frames.word(0)))
        world.settle()
        origin.stopListening()
        let second = ExchangeRecorder()
        _ = world.client.open(request("/", method: .get), to: origin.endpoint(.http2), hasBody: false, delegate: second)
        world.run { second.isOver }
        #expect(second.failure == .refused)
        #expect(!first.isOver)
    }

    @Test(arguments: [false, true])
    func keptConnectionThatDiesUnheardIsTriedOnceMoreIfNoBodyWent(_ hasBody: Bool) throws {
        let world = try LoopWorld()
        let origin = try OriginServer(world)
        let first = ExchangeRecorder()
        _ = world.client.open(request("/1", method: .get), to: origin.endpoint(.http1), hasBody: false, delegate: first)
        world.run { !origin.received.isEmpty }
        origin.send("HTTP/1.1 204 No Content\r\n\r\n")
        world.run { first.isEnded }
        let second = ExchangeRecorder()
        let exchange = world.client.open(request("/2"), to: origin.endpoint(.http1), hasBody: hasBody, delegate: second)
        if hasBody { exchange.write([1]) }
        world.run { origin.text.contains("/2") }
        origin.finish()
        guard !hasBody else {
            world.run { second.isOver }
            #expect(second.failure == .staleConnection)
            return
        }
        world.run { origin.peers.count == 2 && origin.text.contains("/2") }
        // On a fresh connection the same is a failure like any other.
        origin.finish()
        world.run { second.isOver }
        #expect(second.failure == .connectionLost("the endpoint closed it"))
    }

    @Test func endpointThatAnswersNoPingIsGivenUp() throws {
        var limits = HTTPClientLimits()
        limits.pingMilliseconds = 1
        limits.pingAnswerMilliseconds = 1
        let world = try LoopWorld(clientLimits: limits)
        let origin = try OriginServer(world)
        let recorder = ExchangeRecorder()
        _ = world.client.open(
            request("/", method: .get),
            to: origin.endpoint(.http2),
            hasBody: false,
            delegate: recorder
        )
        world.run { recorder.isOver }
        #expect(recorder.failure == .noSignOfLife(milliseconds: 1))
    }

    @Test func endpointThatAnswersPingsIsKept() throws {
        var limits = HTTPClientLimits()
        limits.pingMilliseconds = 1
        limits.pingAnswerMilliseconds = 20_000
        let world = try LoopWorld(clientLimits: limits)
        let recorder = ExchangeRecorder()
        _ = world.client.open(
            request("/later", method: .get),
            to: world.endpoint(.http2),
            hasBody: false,
            delegate: recorder
        )
        world.run { world.handler.seen.count == 1 }
        var ticks = 0
        let timer = LoopTimer(loop: world.loop) { ticks += 1 }
        timer.schedule(afterMilliseconds: 2500)
        world.run { ticks == 1 }
        timer.close()
        #expect(!recorder.isOver)
    }

    @Test(arguments: [HTTPEndpoint.Version.http1, .http2])
    func connectionsThatNobodyUsesAreGivenBack(_ version: HTTPEndpoint.Version) throws {
        var limits = HTTPClientLimits()
        limits.idleHTTP1Milliseconds = 1
        limits.idleHTTP2Milliseconds = 1
        let world = try LoopWorld(clientLimits: limits)
        let recorder = ExchangeRecorder()
        _ = world.client.open(
            request("/a", method: .get),
            to: world.endpoint(version),
            hasBody: false,
            delegate: recorder
        )
        world.run { recorder.isOver }
        #expect(world.client.connectionCount(to: world.endpoint(version)) == 1)
        world.run { world.client.connectionCount(to: world.endpoint(version)) == 0 }
        #expect(recorder.failure == nil)
    }

    @Test func closedClientFailsWhatIsUnderWayAndWhatComes() throws {
        let world = try LoopWorld()
        let open = ExchangeRecorder()
        _ = world.client.open(
            request("/later", method: .get),
            to: world.endpoint(.http2),
            hasBody: false,
            delegate: open
        )
        world.run { world.handler.seen.count == 1 }
        world.client.close()
        #expect(open.failure == .closed)
        let late = ExchangeRecorder()
        _ = world.client.open(request("/", method: .get), to: world.endpoint(.http2), hasBody: false, delegate: late)
        #expect(!late.isOver)
        world.run { late.failure == .closed }
    }
}
