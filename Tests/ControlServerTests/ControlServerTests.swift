import ControlProtocol
import ControlServer
import EventLoop
import Glibc
import Logging
import Testing

@Suite struct ControlServerTests {
    // MARK: Conversations

    @Test func `hello says who both are and what the peer may do`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.connect()
        peer.send(id: 1, .hello, Hello.Parameters(protocolVersion: 99, programVersion: "x"))
        try world.run("answered") { !peer.answers.isEmpty }
        guard case .result(.number(1), let payload) = try #require(peer.answers.first) else {
            Issue.record("no result")
            return
        }
        let hello = Hello.Result(protocolVersion: ControlVersion.current, privilege: .administer)
        #expect(try payload.result(Hello.Result.self) == hello)
    }

    @Test func `requests in one piece with the hello are answered in order`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.connect()
        peer.send(id: 1, .hello, Hello.Parameters())
        for id in 2...4 { peer.send(id: Int64(id), .deploymentsRemove, IdentifierParameters(id: "inv_\(id)")) }
        try world.run("answered") { peer.answers.count == 4 }
        #expect(peer.ids == [.number(1), .number(2), .number(3), .number(4)])
        #expect(peer.errors.isEmpty)
    }

    @Test func `a request that arrives byte by byte is answered`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        let parameters = IdentifierParameters(id: "inv_1")
        let frame = try ControlCodec.request(id: .number(1), method: "deployments.remove", parameters)
        for byte in frame {
            peer.send([byte])
            peer.stream.flush()
            world.loop.runOnce(wait: false)
        }
        try world.run("answered") { peer.answers.count == 1 }
        #expect(peer.errors.isEmpty)
    }

    @Test func `answers come when they are ready, in any order, with what happens on the way`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(id: 1, .status, NoParameters())
        peer.send(id: 2, .sqlQuery, RunQuery.Parameters(sql: "SELECT 1"))
        try world.run("asked") { world.handler.calls.count == 2 }
        let (first, second) = (world.handler.calls[0].reply, world.handler.calls[1].reply)
        world.server.notify(second, method: "progress", ["done": 1])
        world.server.reply(second, result: RunQuery.Result(columns: [], rows: [], isTruncated: false), isLong: true)
        try world.run("the second is answered") { peer.answers.count == 2 }
        world.server.reply(first, error: ControlError(.notReady))
        world.server.reply(first, error: ControlError(.internalError))
        world.server.notify(first, method: "progress", ["done": 2])
        try world.run("the first is answered") { peer.answers.count == 3 }
        #expect(peer.ids == [nil, .number(2), .number(1)])
    }

    @Test func `an answer to a connection that is gone is dropped`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(id: 1, .status, NoParameters())
        try world.run("asked") { world.handler.calls.count == 1 }
        peer.stream.close()
        world.server.reply(world.handler.calls[0].reply, error: ControlError(.notReady))
        let next = try world.greeted()
        next.send(id: 1, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        try world.run("others are served") { next.answers.count == 1 }
        try world.run("it is forgotten") { world.server.connections == 1 }
    }

    @Test func `a peer that sends no more still gets its answers, and then the end`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(id: 1, .status, NoParameters())
        peer.stream.shutdownWrite()
        try world.run("asked") { world.handler.calls.count == 1 }
        world.loop.runOnce(wait: false)
        world.server.reply(world.handler.calls[0].reply, error: ControlError(.notReady))
        try world.run("ended") { peer.hasEnded }
        #expect(peer.errors.map(\.code) == [ControlErrorCode.notReady.rawValue])
        #expect(world.server.connections == 0)
    }

    @Test func `a notification is carried out and not answered`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(text: #"{"jsonrpc":"2.0","method":"status"}"#)
        peer.send(id: 2, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        try world.run("answered") { peer.answers.count == 1 }
        #expect(world.handler.calls.map(\.method) == [.status])
        for isLong in [true, false] {
            world.server.reply(
                world.handler.calls[0].reply,
                result: IdentifierParameters(id: "x"),
                isLong: isLong
            )
        }
        #expect(peer.ids == [.number(2)])
    }

    @Test func `long requests keep their place among the others`() throws {
        var limits = ControlLimits()
        limits.inlineFrameBytesMax = 100
        let world = try ControlWorld(limits: limits)
        defer { world.close() }
        let peer = try world.connect()
        let long = String(repeating: "x", count: 200_000)
        peer.send(id: 0, .hello, Hello.Parameters(programVersion: long))
        peer.send(id: 1, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        peer.send(id: 2, .deploymentsRemove, IdentifierParameters(id: long))
        peer.send(id: 3, .deploymentsRemove, ["nonsense": long])
        peer.send(id: 4, .deploymentsRemove, IdentifierParameters(id: "inv_4"))
        peer.stream.shutdownWrite()
        try world.run("answered to the end") { peer.hasEnded }
        #expect(peer.ids == (0...4).map { .number($0) })
        #expect(peer.errors.map(\.code) == [ControlErrorCode.invalidParameters.rawValue])
    }

    // MARK: Requests that are refused, on a connection that lives on

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"frobnicate"}"#, ControlErrorCode.methodNotFound),
        (#"{"jsonrpc":"2.0","id":1,"method":"Hello"}"#, .methodNotFound),
        (#"{"jsonrpc":"2.0","id":1,"method":"deployments.remove"}"#, .invalidParameters),
        (#"{"jsonrpc":"2.0","id":1,"method":"deployments.remove","params":[]}"#, .invalidParameters),
        (#"{"jsonrpc":"2.0","id":1,"method":"deployments.remove","params":{"id":"a","x":1}}"#, .invalidParameters),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocolVersion":0,"programVersion":"x"}}"#,
            .unsupportedProtocolVersion
        ),
    ])
    func `a wrong request gets its error and the next one its answer`(text: String, code: ControlErrorCode) throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(text: text)
        peer.send(id: 2, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        try world.run("answered") { peer.answers.count == 2 }
        #expect(peer.ids == [.number(1), .number(2)])
        #expect(peer.errors.map(\.code) == [code.rawValue])
    }

    @Test func `more requests than may be in flight are refused one by one`() throws {
        var limits = ControlLimits()
        limits.requestsInFlightMax = 2
        let world = try ControlWorld(limits: limits)
        defer { world.close() }
        let peer = try world.greeted()
        for id in 1...3 { peer.send(id: Int64(id), .status, NoParameters()) }
        try world.run("refused") { peer.answers.count == 1 }
        #expect(peer.ids == [.number(3)])
        #expect(peer.errors.map(\.code) == [ControlErrorCode.tooManyRequests.rawValue])
        world.server.reply(world.handler.calls[0].reply, error: ControlError(.notReady))
        peer.send(id: 4, .status, NoParameters())
        try world.run("taken again") { world.handler.calls.count == 3 }
    }

    @Test func `a stopping server answers what is under way and begins nothing`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(id: 1, .status, NoParameters())
        try world.run("asked") { world.handler.calls.count == 1 }
        world.server.stop()
        peer.send(id: 2, .status, NoParameters())
        try world.run("refused") { peer.answers.count == 1 }
        #expect(peer.errors.map(\.code) == [ControlErrorCode.stopping.rawValue])
        world.server.reply(world.handler.calls[0].reply, result: IdentifierParameters(id: "x"))
        try world.run("answered") { peer.answers.count == 2 }
        world.server.close()
        try world.run("ended") { peer.hasEnded }
        #expect(world.server.connections == 0)
    }

    @Test func `without a handler the daemon is not ready`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        world.server.handler = nil
        let peer = try world.greeted()
        peer.send(id: 1, .status, NoParameters())
        try world.run("answered") { peer.answers.count == 1 }
        #expect(peer.errors.map(\.code) == [ControlErrorCode.notReady.rawValue])
    }
}
