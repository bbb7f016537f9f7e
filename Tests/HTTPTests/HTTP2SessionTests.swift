import Testing

@testable import HTTP

@Suite struct HTTP2SessionTests {
    @Test func requestAndAnswerGoBothWays() throws {
        let pair = SessionPair()
        var head = request("/S/h?x=1")
        head.add("content-type", "application/json")
        head.add("x-id", Array("inv_1".utf8), unique: true)
        let stream = try #require(pair.client.request(head, isEnd: false))
        pair.client.write(Array("hello".utf8), to: stream)
        pair.client.end(stream)
        pair.exchange()
        #expect(pair.serverSide.events == ["settings", "head /S/h?x=1", "ended"])
        let seen = try #require(pair.serverSide.heads.first)
        #expect(seen.method == .post && seen.version == .http2)
        #expect(seen.authority.elementsEqual("h:1".utf8))
        #expect(seen.has("content-type", "application/json") && seen.has("x-id", "inv_1"))

        let asked = try #require(pair.serverSide.streams.first)
        #expect(pair.serverSide.received[asked] == Array("hello".utf8))
        pair.server.respond(HTTPHead(status: 571), to: asked, contentLength: 3, isEnd: false)
        pair.server.write(Array("bye".utf8), to: asked)
        pair.server.end(asked)
        pair.exchange()
        #expect(pair.clientSide.events == ["settings", "head 571", "ended", "closed NO_ERROR"])
        #expect(pair.clientSide.heads.first?.has("content-length", "3") == true)
        #expect(pair.clientSide.received[stream] == Array("bye".utf8))
        #expect(pair.client.activeStreams == 0 && pair.server.activeStreams == 0)
    }

    @Test func bodyBytesMayFollowAfterTheOutputRanDry() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request(request("/"), isEnd: false))
        pair.exchange()
        for piece in ["a", "bc", "d"] {
            pair.client.write(Array(piece.utf8), to: stream)
            pair.exchange()
        }
        let asked = try #require(pair.serverSide.streams.first)
        #expect(pair.serverSide.received[asked] == Array("abcd".utf8))
        pair.client.end(stream)
        pair.exchange()
        #expect(pair.serverSide.events.last == "ended")
    }

    @Test func closedStreamFreesItsPlaceAndItsKeyIsDead() throws {
        let pair = SessionPair()
        let first = try #require(pair.client.request(request("/1"), isEnd: true))
        pair.exchange()
        pair.server.respond(HTTPHead(status: 200), to: pair.serverSide.streams[0], isEnd: true)
        pair.exchange()
        let second = try #require(pair.client.request(request("/2"), isEnd: false))
        #expect(second.slot == first.slot && second.generation != first.generation)
        pair.client.write([1], to: first)
        pair.client.reset(first, .cancel)
        pair.exchange()
        // The old key touches nothing: the new stream is alive on both sides.
        #expect(pair.serverSide.events.suffix(2) == ["closed NO_ERROR", "head /2"])
        #expect(pair.server.activeStreams == 1)
    }

    @Test func largeBodyPassesBothWindows() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request(request("/"), isEnd: false))
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(!pair.client.write(body, to: stream))
        pair.client.end(stream)
        pair.exchange()
        #expect(pair.serverSide.received[pair.serverSide.streams[0]] == body)
        #expect(pair.clientSide.events.contains("drained"))
    }

    @Test func pausedStreamStopsThePeerAndNotTheOthers() throws {
        let pair = SessionPair()
        pair.serverSide.onHead = { session, stream in
            if pair.serverSide.streams.count == 1 { session.pauseReading(stream) }
        }
        let slow = try #require(pair.client.request(request("/slow"), isEnd: false))
        let quick = try #require(pair.client.request(request("/quick"), isEnd: false))
        let body = [UInt8](repeating: 1, count: 2_000_000)
        for stream in [slow, quick] {
            pair.client.write(body, to: stream)
            pair.client.end(stream)
        }
        pair.exchange()
        let (paused, other) = (pair.serverSide.streams[0], pair.serverSide.streams[1])
        #expect(pair.serverSide.received[paused]?.count == Int(HTTP2Settings.server.streamWindow))
        #expect(pair.serverSide.received[other]?.count == body.count)
        pair.server.resumeReading(paused)
        pair.exchange()
        #expect(pair.serverSide.received[paused]?.count == body.count)
    }

    @Test func peersLimitOfStreamsIsRespected() throws {
        let pair = SessionPair(concurrentStreams: 2)
        #expect(pair.client.availableStreams == 100)
        pair.exchange()
        #expect(pair.client.availableStreams == 2)
        for _ in 0..<2 { _ = try #require(pair.client.request(request("/"), isEnd: true)) }
        #expect(pair.client.request(request("/"), isEnd: true) == nil)
        pair.exchange()
        pair.server.respond(HTTPHead(status: 200), to: pair.serverSide.streams[0], isEnd: true)
        pair.exchange()
        #expect(pair.client.availableStreams == 1)
    }

    @Test func goAwayLetsOpenStreamsEndAndTakesNoNewOnes() throws {
        let pair = SessionPair()
        _ = try #require(pair.client.request(request("/"), isEnd: true))
        pair.exchange()
        pair.server.goAway()
        pair.exchange()
        #expect(pair.clientSide.events.last == "goaway NO_ERROR")
        #expect(pair.client.availableStreams == 0)
        #expect(pair.server.condition == .open)
        pair.server.respond(HTTPHead(status: 200), to: pair.serverSide.streams[0], isEnd: true)
        pair.exchange()
        #expect(pair.clientSide.events.suffix(2) == ["head 200 end", "closed NO_ERROR"])
        #expect(pair.server.condition == .finished)
    }

    @Test func requestCrossingGoAwayIsToldAsRefused() throws {
        let pair = SessionPair()
        pair.exchange()
        _ = try #require(pair.client.request(request("/"), isEnd: true))
        pair.server.goAway()
        let farewell = output(of: pair.server)
        _ = output(of: pair.client)
        farewell.withUnsafeBytes { pair.client.receive($0, now: 0) }
        #expect(pair.clientSide.events.suffix(2) == ["goaway NO_ERROR", "closed REFUSED_STREAM"])
    }

    @Test func requestNotYetSentWhenThePeerGoesAwayIsToldAsRefused() throws {
        let pair = SessionPair()
        pair.exchange()
        pair.server.goAway()
        let stream = try #require(pair.client.request(request("/"), isEnd: true))
        output(of: pair.server).withUnsafeBytes { pair.client.receive($0, now: 0) }
        _ = output(of: pair.client)
        #expect(pair.clientSide.events.suffix(2) == ["goaway NO_ERROR", "closed REFUSED_STREAM"])
        #expect(pair.client.slot(stream) == nil)
    }

    @Test func requestCancelledBeforeItLeftIsNeverSeen() throws {
        let pair = SessionPair()
        pair.exchange()
        let stream = try #require(pair.client.request(request("/"), isEnd: true))
        pair.client.reset(stream, .cancel)
        pair.exchange()
        #expect(pair.serverSide.events == ["settings"])
        #expect(pair.client.activeStreams == 0)
    }

    @Test func resetReachesTheOtherSideAndOthersGoOn() throws {
        let pair = SessionPair()
        let first = try #require(pair.client.request(request("/1"), isEnd: false))
        let second = try #require(pair.client.request(request("/2"), isEnd: false))
        pair.exchange()
        pair.client.reset(first, .cancel)
        pair.client.write([1, 2], to: second)
        pair.exchange()
        #expect(pair.serverSide.events.last == "closed CANCEL")
        #expect(pair.serverSide.received[pair.serverSide.streams[1]] == [1, 2])
    }

    @Test func pingIsAcknowledged() {
        let pair = SessionPair()
        pair.client.ping()
        pair.exchange()
        #expect(pair.clientSide.events == ["settings", "pong"])
    }

    @Test func informationalHeadIsPassedOver() throws {
        let pair = SessionPair()
        _ = try #require(pair.client.request(request("/"), isEnd: false))
        pair.exchange()
        pair.server.sendContinue(pair.serverSide.streams[0])
        pair.exchange()
        pair.server.respond(HTTPHead(status: 204), to: pair.serverSide.streams[0], isEnd: true)
        pair.exchange()
        #expect(pair.clientSide.events == ["settings", "head 204", "ended", "closed NO_ERROR"])
    }

    @Test func trailersAreAcceptedAndIgnored() {
        let pair = SessionPair()
        let trailers = Frames.headers(1, Frames.literal("x-t", "v"), flags: 0x5)
        pair.feed(Frames.start + Frames.headers(1, Frames.postFields, flags: 0x4) + Frames.data(1, [7]) + trailers)
        #expect(pair.serverSide.events == ["settings", "head /", "ended"])
        #expect(pair.serverSide.heads[0].value(of: "x-t") == nil)
    }

    @Test func answerBeforeTheBodyStopsTheClient() throws {
        let pair = SessionPair()
        let stream = try #require(pair.client.request(request("/"), isEnd: false))
        pair.exchange()
        pair.server.respond(HTTPHead(status: 413), to: pair.serverSide.streams[0], isEnd: false)
        pair.server.write([1], to: pair.serverSide.streams[0])
        pair.server.end(pair.serverSide.streams[0])
        pair.exchange()
        #expect(pair.clientSide.events == ["settings", "head 413", "ended", "closed NO_ERROR"])
        #expect(pair.clientSide.received[stream] == [1])
        #expect(pair.server.activeStreams == 0)
    }

    @Test func stalledStreamsAreResetAndBusyOnesAreNot() throws {
        var pair = SessionPair()
        _ = try #require(pair.client.request(request("/stalls"), isEnd: false))
        let busy = try #require(pair.client.request(request("/moves"), isEnd: false))
        pair.exchange()
        pair.now += 30_000
        pair.client.write([1], to: busy)
        pair.exchange()
        pair.now += 5_000
        pair.server.resetStalled(now: pair.now, receiveMilliseconds: 30_000, sendMilliseconds: 60_000)
        pair.exchange()
        #expect(pair.clientSide.events == ["settings", "closed CANCEL"])
        #expect(pair.server.activeStreams == 1)
    }

    @Test func peerThatTakesNothingLosesItsStream() throws {
        var pair = SessionPair()
        let stream = try #require(pair.client.request(request("/"), isEnd: true))
        pair.client.pauseReading(stream)
        pair.exchange()
        pair.server.respond(HTTPHead(status: 200), to: pair.serverSide.streams[0], isEnd: false)
        pair.server.write([UInt8](repeating: 0, count: 4_000_000), to: pair.serverSide.streams[0])
        pair.exchange()
        pair.now += 61_000
        pair.server.resetStalled(now: pair.now, receiveMilliseconds: 30_000, sendMilliseconds: 60_000)
        pair.exchange()
        #expect(pair.clientSide.events.last == "closed CANCEL")
        #expect(pair.server.activeStreams == 0)
    }

    @Test func bytesMayComeOneByOne() {
        let pair = SessionPair()
        let bytes = Frames.start + Frames.headers(1, Frames.postFields, flags: 0x4) + Frames.data(1, [1, 2], flags: 1)
        for byte in bytes { pair.feed([byte]) }
        #expect(pair.serverSide.events == ["settings", "head /", "ended"])
        #expect(pair.serverSide.received.values.first == [1, 2])
    }
}
