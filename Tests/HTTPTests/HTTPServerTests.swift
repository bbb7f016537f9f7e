import EventLoop
import Glibc
import Testing

@testable import HTTP

@Suite struct HTTPServerTests {
    private static let get = "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func requestIsAnsweredAndTheConnectionKept() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        for count in 1...3 {
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
            let answer = "HTTP/1.1 200 OK\r\nx-path: /echo\r\ncontent-length: 2\r\n\r\nhi"
            world.run { peer.text == String(repeating: answer, count: count) }
        }
        #expect(!peer.isOver)
        #expect(Set(world.handler.seen.map(\.id)).count == 3)
        #expect(Set(world.handler.seen.map(\.id.connection)).count == 1)
        #expect(world.server.peerAddress(of: world.handler.seen[0].id)?.isLoopback == true)
    }

    @Test(arguments: [
        ("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "connection: close\r\n"),
        ("GET /a HTTP/1.0\r\n\r\n", "connection: close\r\n"),
    ])
    func connectionEndsWhereTheClientWantsItTo(_ request: String, _ field: String) throws {
        let world = try LoopWorld()
        let answer = world.converse(request)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains(field))
    }

    @Test func oldClientThatAsksKeepsItsConnection() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        world.run { peer.text.contains("connection: keep-alive\r\n") }
        peer.send("GET /b HTTP/1.0\r\n\r\n")
        world.run { peer.isOver }
        #expect(world.handler.seen.map(\.path) == ["/a", "/b"])
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        let paths = (0..<40).map { "/p\($0)" } + ["/last"]
        peer.send(paths.map { "POST \($0) HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx" }.joined())
        world.run { peer.text.contains("/last") }
        let answered = peer.text.split(separator: "\r\n").filter { $0.hasPrefix("x-path: ") }.map { $0.dropFirst(8) }
        #expect(answered.map(String.init) == paths)
    }

    @Test func laterRequestWaitsForTheAnswerOfTheFirst() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n" + Self.get)
        world.run { world.handler.seen.count == 1 }
        world.settle()
        #expect(world.handler.seen.count == 1 && peer.text.isEmpty)
        world.server.respond(to: world.handler.seen[0].id, HTTPResponse(status: 202))
        world.run { peer.text.contains("HTTP/1.1 202 Accepted\r\n") && peer.text.contains("x-path: /echo") }
    }

    @Test func chunkedBodyIsCollected() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        world.settle()
        peer.send("2\r\nde\r\n0\r\n\r\n")
        world.run { peer.text.hasSuffix("content-length: 5\r\n\r\nabcde") }
    }

    @Test func headsAnswerHasNoBodyButItsLength() throws {
        let world = try LoopWorld()
        let answer = world.converse(
            "HEAD /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
        )
        #expect(answer.contains("content-length: 2\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test func answerWithoutContentSaysNoLength() throws {
        let world = try LoopWorld()
        let answer = world.converse("GET /empty HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(answer == "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
    }

    @Test func clientThatAsksMaySendItsBody() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        world.run { peer.text == "HTTP/1.1 100 Continue\r\n\r\n" }
        peer.send("hi")
        world.run { peer.text.hasSuffix("\r\n\r\nhi") }
    }

    @Test func bodyAnnouncedTooLargeIsRefusedUnread() throws {
        let world = try LoopWorld()
        world.handler.bytesMax = 10
        let answer = world.converse("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(answer.hasSuffix(#"{"code":413,"message":"length limit exceeded"}"#))
        #expect(world.handler.seen.isEmpty)
    }

    @Test func chunkedBodyOverTheLimitCutsTheConnection() throws {
        let world = try LoopWorld()
        world.handler.bytesMax = 10
        let chunk = "8\r\n01234567\r\n"
        let answer = world.converse("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk)
        #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(answer.contains("connection: close\r\n"))
        #expect(world.handler.seen.isEmpty && world.server.bodyBudget.bytes == 0)
    }

    @Test func earlyAnswerDropsAShortBodyAndKeepsTheConnection() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
        world.run { peer.text.hasSuffix("early") }
        peer.send("hello" + Self.get)
        world.run { peer.text.contains("x-path: /echo") }
        #expect(world.handler.seen.map(\.path) == ["/echo"])
    }

    @Test func earlyAnswerEndsTheConnectionOfALongBody() throws {
        let world = try LoopWorld()
        let answer = world.converse("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n")
        #expect(answer.contains("connection: close\r\n") && answer.hasSuffix("early"))
    }

    /// All of the table but the one that begins HTTP/2, and those too long to be sent before the answer closes.
    @Test(arguments: hostileRequests.filter { $0.bytes.count < 3000 && !$0.bytes.starts(with: Frames.preface) })
    func hostileRequestGetsItsStatusAndAClose(_ request: HostileRequest) throws {
        let world = try LoopWorld()
        let answer = world.converse(request.bytes)
        #expect(answer.hasPrefix("HTTP/1.1 \(request.refusal.status) "))
        #expect(answer.contains("\r\ncontent-type: application/json\r\n"))
        #expect(answer.contains("\r\nconnection: close\r\n"))
        let body = #"{"code":\#(request.refusal.status),"message":"\#(request.refusal.sentence)"}"#
        #expect(answer.hasSuffix(body))
    }

    @Test func hostileClientDoesNotDisturbOthers() throws {
        let world = try LoopWorld()
        let good = world.connect()
        good.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n")
        world.run { world.handler.seen.count == 1 }
        _ = world.converse("GET / HTTP/1.1\nHost: h\n\n")
        let flood = world.connect()
        flood.send(Frames.start + (0..<100).flatMap { _ in Frames.ping })
        world.run { flood.isOver }
        #expect(Frames.goAwayCode(in: flood.received) == 11)
        world.server.respond(to: world.handler.seen[0].id, HTTPResponse(status: 200))
        world.run { good.text.hasPrefix("HTTP/1.1 200 OK") }
    }

    @Test func clientThatGoesAwayCancelsItsRequest() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send(Frames.start + Frames.headers(1, [0x82, 0x86, 0x01, 0x01, 0x68, 0x04, 0x06] + Array("/later".utf8)))
        world.run { world.handler.seen.count == 1 }
        peer.close()
        world.run { !world.handler.cancelled.isEmpty }
        #expect(world.handler.cancelled == [world.handler.seen[0].id])
        #expect(world.server.connectionCount == 0)
        // The answer comes too late and goes nowhere.
        world.server.respond(to: world.handler.seen[0].id, HTTPResponse(status: 200))
        world.settle()
    }

    @Test func clientThatHalfClosesStillGetsItsAnswer() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n")
        peer.stream?.shutdownWrite()
        world.run { world.handler.seen.count == 1 }
        world.settle()
        world.server.respond(to: world.handler.seen[0].id, HTTPResponse(status: 200))
        world.run { peer.isOver }
        #expect(peer.text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
    }

    @Test func oldClientThatHalfClosesGetsItsAnswerAlone() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("GET /later HTTP/1.0\r\n\r\n")
        peer.stream?.shutdownWrite()
        world.run { world.handler.seen.count == 1 }
        world.settle()
        world.server.respond(to: world.handler.seen[0].id, HTTPResponse(status: 200))
        world.run { peer.isOver }
        #expect(peer.text.contains(" 200 OK") && !peer.text.contains("100 Continue"))
    }

    @Test func clientThatClosesWhileItWaitsIsFoundOut() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n")
        world.run { world.handler.seen.count == 1 }
        peer.close()
        world.run { !world.handler.cancelled.isEmpty }
        #expect(world.handler.cancelled == [world.handler.seen[0].id])
        #expect(world.server.connectionCount == 0)
    }

    @Test func clientThatHalfClosesAndIsThenResetCancelsItsRequest() throws {
        let world = try LoopWorld()
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = try #require(world.address.port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        let request = Array("GET /later HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        #expect(send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
        shutdown(descriptor, Int32(SHUT_WR))
        world.run { world.handler.seen.count == 1 }
        world.settle()
        #expect(world.handler.cancelled.isEmpty)
        var reset = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
        world.run { !world.handler.cancelled.isEmpty }
        #expect(world.handler.cancelled == [world.handler.seen[0].id])
        #expect(world.server.connectionCount == 0)
    }

    @Test func streamedAnswerIsChunked() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
        world.run { world.handler.seen.count == 1 }
        let id = world.handler.seen[0].id
        world.server.write(to: id, Array("hello, world. 1234".utf8))
        world.server.endResponse(to: id)
        world.run { peer.text.hasSuffix("0\r\n\r\n") }
        #expect(peer.text.contains("transfer-encoding: chunked\r\n\r\n12\r\nhello, world. 1234\r\n0\r\n\r\n"))
    }

    @Test func streamedAnswerWithoutContentIsItsHeadAlone() throws {
        let world = try LoopWorld()
        let peer = world.connect()
        peer.send("GET /later HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        world.run { world.handler.seen.count == 1 }
        let id = world.handler.seen[0].id
        world.server.beginResponse(to: id, HTTPHead(status: 204))
        world.server.write(to: id, [1, 2])
        world.server.endResponse(to: id)
        world.run { peer.isOver }
        #expect(peer.text == "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
    }

    @Test(arguments: [1, 2])
    func slowReaderHoldsTheWriterBackUntilItReads(_ version: Int) throws {
        let world = try LoopWorld()
        let recorder = ExchangeRecorder()
        let exchange = world.client.open(
            request("/stream", method: .get),
            to: world.endpoint(version == 1 ? .http1 : .http2),
            hasBody: false,
            delegate: recorder
        )
        world.run { world.handler.seen.count == 1 }
        exchange.pauseReading()
        let id = world.handler.seen[0].id
        let piece = [UInt8](repeating: 7, count: 100_000)
        var written = 0
        while world.server.write(to: id, piece) {
            written += piece.count
            world.settle()
            guard written < 100_000_000 else { break }
        }
        written += piece.count
        #expect(written < 100_000_000)
        #expect(world.handler.writable.isEmpty)
        exchange.resumeReading()
        world.run { world.handler.writable == [id] }
        world.server.endResponse(to: id)
        world.run { recorder.isOver }
        #expect(recorder.isEnded && recorder.body.count == written)
    }

    @Test func abortedAnswerIsNotTakenForComplete() throws {
        let world = try LoopWorld()
        for version in [HTTPEndpoint.Version.http1, .http2] {
            let recorder = ExchangeRecorder()
            _ = world.client.open(
                request("/stream", method: .get),
                to: world.endpoint(version),
                hasBody: false,
                delegate: recorder
            )
            world.run { recorder.head != nil }
            world.server.abort(world.handler.seen[world.handler.seen.count - 1].id)
            world.run { recorder.isOver }
            #expect(recorder.failure != nil)
        }
    }

    @Test func drainEndsIdleConnectionsAndWaitsForBusyOnes() throws {
        let world = try LoopWorld()
        let idle = world.connect()
        idle.send(Self.get)
        world.run { !idle.text.isEmpty }
        let busy = world.connect()
        busy.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n")
        let modern = ExchangeRecorder()
        _ = world.client.open(
            request("/later", method: .get),
            to: world.endpoint(.http2),
            hasBody: false,
            delegate: modern
        )
        world.run { world.handler.seen.count == 3 }
        var isDrained = false
        world.server.drain { isDrained = true }
        world.run { idle.isOver }
        idle.close()
        #expect(!isDrained && !busy.isOver)
        for seen in world.handler.seen.dropFirst() { world.server.respond(to: seen.id, HTTPResponse(status: 503)) }
        world.run { busy.isOver && modern.isOver }
        busy.close()
        #expect(busy.text.contains("connection: close\r\n"))
        #expect(modern.head?.status == 503)
        world.run { isDrained }
        #expect(world.server.connectionCount == 0)
    }

    @Test func connectionsBeyondTheLimitAreClosed() throws {
        var limits = HTTPServerLimits()
        limits.connectionsMax = 1
        let world = try LoopWorld(limits: limits)
        let first = world.connect()
        world.run { world.server.connectionCount == 1 }
        let second = world.connect()
        world.run { second.isOver }
        first.send(Self.get)
        world.run { !first.text.isEmpty }
    }

    @Test func slowAndIdleClientsLoseTheirConnections() throws {
        var limits = HTTPServerLimits()
        limits.headMilliseconds = 1
        limits.bodyMilliseconds = 1
        limits.idleMilliseconds = 1
        let world = try LoopWorld(limits: limits)
        let head = world.connect()
        head.send("GET / HTTP/1.1\r\nHo")
        let body = world.connect()
        body.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe")
        let idle = world.connect()
        idle.send(Self.get)
        let silent = world.connect()
        let preface = world.connect()
        preface.send(Array(Frames.preface.prefix(10)))
        let modern = world.connect()
        modern.send(Frames.start)
        world.run { [head, body, idle, silent, preface, modern].allSatisfy(\.isOver) }
        #expect(head.text.hasPrefix("HTTP/1.1 408 "))
        #expect(body.text.hasPrefix("HTTP/1.1 408 "))
        #expect(idle.text.hasPrefix("HTTP/1.1 200 "))
        #expect(silent.text.isEmpty)
        #expect(Frames.goAwayCode(in: modern.received) == 0)
    }

    @Test func bodiesBeyondTheBudgetWaitAndAllComplete() throws {
        var limits = HTTPServerLimits()
        limits.bodyBytesMax = 50_000
        let world = try LoopWorld(limits: limits)
        let body = [UInt8](repeating: 9, count: 200_000)
        let recorders = (0..<12).map { _ in ExchangeRecorder() }
        for (index, recorder) in recorders.enumerated() {
            let exchange = world.client.open(
                request("/echo"),
                to: world.endpoint(index.isMultiple(of: 3) ? .http2 : .http1),
                hasBody: true,
                delegate: recorder
            )
            exchange.write(body)
            exchange.endBody()
        }
        world.run { recorders.allSatisfy(\.isOver) }
        #expect(recorders.allSatisfy { $0.body == body })
        #expect(world.server.bodyBudget.bytes == 0)
    }
}
