import DurableModel
import EventLoop
import HTTP
import ServiceProtocol
import Testing

@testable import Endpoints

/// What an endpoint gets of an attempt.
struct AttemptRequestTests {
    @Test(arguments: [5, 6, 7])
    func theRequestIsAsTheProtocolSays(version: Int) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { seen = $0 }
        carrier.transport.start(
            Said.order(
                endpoint.authority,
                path: "/base/p/",
                query: "x=1",
                version: version,
                key: "k/ä b%c-._~",
                headers: [AdditionalHeader(name: "x-a", value: "1")]
            )
        )
        try carrier.world.run(until: { seen?.body.count == Said.opening.count })
        let stream = try #require(seen)
        #expect(stream.head.method == .post)
        #expect(stream.target == "/base/p/invoke/S/h?x=1")
        #expect(String(decoding: stream.head.authority, as: UTF8.self) == endpoint.authority)
        #expect(
            stream.fields == [
                "content-type: application/vnd.restate.invocation.v\(version)",
                "accept: application/vnd.restate.invocation.v\(version)",
                "x-restate-invocation-id: \(Said.invocation)",
                "x-restate-service-key: k%2F%C3%A4%20b%25c-._~",
                "x-a: 1",
            ]
        )
        #expect(stream.body == Said.opening && !stream.isInputEnded)
    }

    @Test func requestResponseEndsItsInputAfterTheOpening() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { seen = $0 }
        carrier.transport.start(Said.order(endpoint.authority, keepsInputOpen: false))
        try carrier.world.run(until: { seen?.isInputEnded == true })
        #expect(seen?.body == Said.opening)
        #expect(seen?.fields.count == 3)
    }

    @Test func notificationsGoOutBeforeTheResponseHasBegun() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { seen = $0 }
        carrier.transport.start(Said.order(endpoint.authority))
        try carrier.world.run(until: { seen?.body.count == Said.opening.count })
        carrier.transport.send(AttemptID(rawValue: 1), [9, 9])
        carrier.transport.endInput(AttemptID(rawValue: 1))
        carrier.transport.send(AttemptID(rawValue: 1), [8])
        try carrier.world.run(until: { seen?.isInputEnded == true })
        #expect(seen?.body == Said.opening + [9, 9])
        #expect(carrier.events() == [])
    }

    @Test func overHTTP1ItIsChunked() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let body = Said.framed([Said.output, Said.end])
        let head = "HTTP/1.1 200 OK\r\ncontent-type: \(Said.type().1)\r\ncontent-length: \(body.count)\r\n\r\n"
        let endpoint = try FakeEndpoint.raw(carrier.world, Array(head.utf8) + body)
        carrier.transport.start(Said.order(endpoint.authority, http: .http1, keepsInputOpen: false))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events() == [.responded(server: nil), .received([Said.output, Said.end]), .ended])
        let request = String(decoding: endpoint.connections[0].received, as: UTF8.self)
        #expect(request.hasPrefix("POST /invoke/S/h HTTP/1.1\r\nhost: \(endpoint.authority)\r\n"))
        #expect(request.contains("transfer-encoding: chunked\r\n") && request.hasSuffix("\r\n0\r\n\r\n"))
        #expect(!request.contains("content-length") && !request.contains("user-agent"))
    }
}
