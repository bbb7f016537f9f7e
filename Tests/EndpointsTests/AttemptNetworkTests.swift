import DurableModel
import EventLoop
import HTTP
import ServiceProtocol
import Testing

@testable import Endpoints

/// Attempts whose connection breaks, or that are broken off.
struct AttemptNetworkTests {
    @Test(arguments: [HTTP2ErrorCode.noError, .internalError, .refusedStream, .cancel])
    func aResetIsAFailureAndTheConnectionLivesOn(code: HTTP2ErrorCode) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.http2(carrier.world) { $0.reset(code) }
        for attempt: UInt64 in 1...2 {
            carrier.transport.start(Said.order(endpoint.authority, attempt: attempt))
            try carrier.world.run(until: { carrier.isOver(attempt) })
            #expect(carrier.networkFailure(attempt)?.contains(endpoint.authority) == true)
        }
        #expect(endpoint.connections.count == 1)
    }

    @Test func nobodyListening() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.raw(carrier.world, [])
        endpoint.listener.close()
        carrier.transport.start(Said.order(endpoint.authority))
        #expect(carrier.events() == [])
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.networkFailure()?.contains("refused") == true)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n\r\n", "garbage garbage garbage garbage"])
    func whatIsNoHTTP2IsAFailure(text: String) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.raw(carrier.world, Array(text.utf8), hangsUp: true)
        carrier.transport.start(Said.order(endpoint.authority))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.networkFailure() != nil)
    }

    @Test func anAbortResetsTheStreamAndNothingMoreIsTold() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        try carrier.start { stream in
            seen = stream
            stream.respond(200, [Said.type()])
        }
        try carrier.world.run(until: { carrier.events().count == 1 })
        carrier.transport.abort(AttemptID(rawValue: 1))
        seen?.write(Said.framed([Said.output]))
        try carrier.world.run(until: { seen?.closedWith == .cancel })
        #expect(carrier.events() == [.responded(server: nil)])
        #expect(carrier.transport.attemptCount == 0)
        carrier.transport.send(AttemptID(rawValue: 1), [1])
        carrier.transport.endInput(AttemptID(rawValue: 1))
        carrier.transport.abort(AttemptID(rawValue: 1))
    }

    @Test func manyAttemptsShareAConnectionAndKeepApart() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            stream.respond(200, [Said.type()])
            stream.write(Said.framed([Said.output, Said.end]))
            stream.end()
        }
        for attempt: UInt64 in 1...300 { carrier.transport.start(Said.order(endpoint.authority, attempt: attempt)) }
        #expect(carrier.transport.attemptCount == 300)
        try carrier.world.run(until: { (1...300).allSatisfy { carrier.isOver($0) } })
        for attempt: UInt64 in 1...300 {
            #expect(carrier.frames(attempt) == [Said.output, Said.end])
            #expect(carrier.events(attempt).last == .ended)
        }
        #expect(endpoint.connections.count <= 4)
    }
}
