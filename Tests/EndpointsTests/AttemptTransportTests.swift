import DurableModel
import EventLoop
import ServiceProtocol
import Testing

@testable import Endpoints
@testable import HTTP

/// A transport in a world, and what it told.
private final class Carrier {
    let world: World
    private(set) lazy var transport = AttemptTransport(
        loop: world.loop,
        client: world.client,
        messageBytesInFlightMax: bytesMax,
        drainMilliseconds: drainMilliseconds
    ) { [unowned self] attempt, event in
        events[attempt, default: []].append(event)
    }
    private let bytesMax: Int
    private let drainMilliseconds: UInt64
    private(set) var events: [AttemptID: [AttemptEvent]] = [:]

    init(bytesMax: Int = .max, drainMilliseconds: UInt64 = AttemptTransport.drainMilliseconds) throws {
        world = try World()
        self.bytesMax = bytesMax
        self.drainMilliseconds = drainMilliseconds
    }

    func events(_ number: UInt64 = 1) -> [AttemptEvent] { events[AttemptID(rawValue: number)] ?? [] }

    func isOver(_ number: UInt64 = 1) -> Bool {
        switch events(number).last {
        case .ended, .failed: true
        case .responded, .received, nil: false
        }
    }

    /// All frames told of, whatever the batches were.
    func frames(_ number: UInt64 = 1) -> [MessageFrame] {
        events(number).flatMap { event in
            if case .received(let frames) = event { frames } else { [MessageFrame]() }
        }
    }

    /// What the network did, when that was the only event.
    func networkFailure(_ number: UInt64 = 1) -> String? {
        let events = events(number)
        guard events.count == 1, case .failed(.network(let text))? = events.first else { return nil }
        return text
    }

    func close() {
        transport.close()
        world.close()
    }
}

struct AttemptTransportTests {
    private static let invocation = InvocationID(partitionKey: 1, high: 2, low: 3)
    private static let output = outputFrame(.value(Array("hi".utf8)))
    private static let end = ServiceMessage.end.frame(version: 7)
    private static let opening = framed([inputFrame(headers: [], value: [1, 2, 3])])

    private static func framed(_ frames: [MessageFrame]) -> [UInt8] {
        frames.reduce(into: []) { $1.encode(into: &$0) }
    }

    private func order(
        _ authority: String,
        attempt: UInt64 = 1,
        path: String = "/",
        query: String? = nil,
        version: Int = 6,
        http: DurableModel.HTTPVersion = .http2,
        keepsInputOpen: Bool = true,
        key: String? = nil,
        headers: [AdditionalHeader] = [],
        limit: Int = 1000
    ) -> AttemptOrder {
        AttemptOrder(
            attempt: AttemptID(rawValue: attempt),
            invocation: Self.invocation,
            deployment: DeploymentID(high: 1, low: 1),
            address: DeploymentAddress(scheme: "http", authority: authority, pathAsWritten: path, query: query),
            httpVersion: http,
            additionalHeaders: headers,
            keepsInputOpen: keepsInputOpen,
            protocolVersion: version,
            service: "S",
            handler: "h",
            key: key,
            opening: Self.opening,
            messageBytesMax: limit
        )
    }

    private static func type(_ version: Int = 6) -> (String, String) {
        ("content-type", "application/vnd.restate.invocation.v\(version)")
    }

    // MARK: Back-pressure

    /// An endpoint that answers each attempt with these frames and no end.
    private func talker(_ carrier: Carrier, _ frames: [MessageFrame]) throws -> FakeEndpoint {
        try FakeEndpoint.http2(carrier.world) { stream in
            stream.respond(200, [Self.type()])
            stream.write(Self.framed(frames))
        }
    }

    private static func large(_ bytes: Int) -> MessageFrame {
        outputFrame(.value([UInt8](repeating: 1, count: bytes)))
    }

    @Test func anAttemptIsNotReadOnWhileMuchOfItIsUndecided() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try talker(carrier, (0..<10).map { _ in Self.large(1 << 20) })
        carrier.transport.start(order(endpoint.authority, limit: 2 << 20))
        try carrier.world.run(until: { carrier.frames().count == 1 })
        for _ in 0..<200 { carrier.world.turn() }
        #expect(carrier.frames().count == 1)
        // Another one is read meanwhile.
        let other = try talker(carrier, [Self.output])
        carrier.transport.start(order(other.authority, attempt: 2))
        try carrier.world.run(until: { carrier.frames(2).count == 1 })
        carrier.transport.readOn(bytesHeld: 0) { _ in true }
        for _ in 0..<200 { carrier.world.turn() }
        #expect(carrier.frames().count == 1)
        try carrier.world.run(until: {
            carrier.transport.readOn(bytesHeld: 0) { _ in false }
            return carrier.frames().count == 10
        })
    }

    @Test func atTheLimitOneLongMessageGoesOnAndShortOnesDo() throws {
        let carrier = try Carrier(bytesMax: 1 << 20)
        defer { carrier.close() }
        let endpoint = try talker(carrier, [Self.large(3 << 20)])
        for attempt in 1...4 as ClosedRange<UInt64> {
            carrier.transport.start(order(endpoint.authority, attempt: attempt, limit: 4 << 20))
        }
        // What is held elsewhere goes down by itself: until then nobody needs to go on.
        carrier.transport.readOn(bytesHeld: 1 << 20) { _ in false }
        for _ in 0..<500 { carrier.world.turn() }
        #expect((1...4).allSatisfy { carrier.frames($0).isEmpty })
        let other = try talker(carrier, [Self.output])
        carrier.transport.start(order(other.authority, attempt: 5))
        try carrier.world.run(until: { carrier.frames(5).count == 1 })
        carrier.transport.readOn(bytesHeld: 0) { _ in false }
        try carrier.world.run(until: { (1...4).allSatisfy { carrier.frames($0).count == 1 } })
    }

    @Test func anAttemptThatTakesNothingIsNotReadOn() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) {
            seen = $0
            $0.connection.session.pauseReading($0.key)
            $0.respond(200, [Self.type()])
        }
        carrier.transport.start(order(endpoint.authority, limit: 20_000))
        try carrier.world.run(until: { !carrier.events().isEmpty })
        for _ in 0..<10 { carrier.transport.send(AttemptID(rawValue: 1), [UInt8](repeating: 0, count: 1 << 20)) }
        let stream = try #require(seen)
        let messages = Self.framed((0..<100).map { _ in Self.large(10_000) })
        stream.write(messages)
        for _ in 0..<200 { carrier.world.turn() }
        #expect(carrier.frames().count < 100)
        stream.connection.session.resumeReading(stream.key)
        try carrier.world.run(until: {
            carrier.transport.readOn(bytesHeld: 0) { _ in false }
            return carrier.frames().count == 100
        })
    }

    // MARK: The request

    @Test(arguments: [5, 6, 7])
    func theRequestIsAsTheProtocolSays(version: Int) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { seen = $0 }
        carrier.transport.start(
            order(
                endpoint.authority,
                path: "/base/p/",
                query: "x=1",
                version: version,
                key: "k/ä b%c-._~",
                headers: [AdditionalHeader(name: "x-a", value: "1")]
            )
        )
        try carrier.world.run(until: { seen?.body.count == Self.opening.count })
        let stream = try #require(seen)
        #expect(stream.head.method == .post)
        #expect(stream.target == "/base/p/invoke/S/h?x=1")
        #expect(String(decoding: stream.head.authority, as: UTF8.self) == endpoint.authority)
        #expect(
            stream.fields == [
                "content-type: application/vnd.restate.invocation.v\(version)",
                "accept: application/vnd.restate.invocation.v\(version)",
                "x-restate-invocation-id: \(Self.invocation)",
                "x-restate-service-key: k%2F%C3%A4%20b%25c-._~",
                "x-a: 1",
            ]
        )
        #expect(stream.body == Self.opening && !stream.isInputEnded)
    }

    @Test func requestResponseEndsItsInputAfterTheOpening() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { seen = $0 }
        carrier.transport.start(order(endpoint.authority, keepsInputOpen: false))
        try carrier.world.run(until: { seen?.isInputEnded == true })
        #expect(seen?.body == Self.opening)
        #expect(seen?.fields.count == 3)
    }

    @Test func notificationsGoOutBeforeTheResponseHasBegun() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { seen = $0 }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { seen?.body.count == Self.opening.count })
        carrier.transport.send(AttemptID(rawValue: 1), [9, 9])
        carrier.transport.endInput(AttemptID(rawValue: 1))
        carrier.transport.send(AttemptID(rawValue: 1), [8])
        try carrier.world.run(until: { seen?.isInputEnded == true })
        #expect(seen?.body == Self.opening + [9, 9])
        #expect(carrier.events() == [])
    }

    @Test func overHTTP1ItIsChunked() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let body = Self.framed([Self.output, Self.end])
        let head = "HTTP/1.1 200 OK\r\ncontent-type: \(Self.type().1)\r\ncontent-length: \(body.count)\r\n\r\n"
        let endpoint = try FakeEndpoint.raw(carrier.world, Array(head.utf8) + body)
        carrier.transport.start(order(endpoint.authority, http: .http1, keepsInputOpen: false))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events() == [.responded(server: nil), .received([Self.output, Self.end]), .ended])
        let request = String(decoding: endpoint.connections[0].received, as: UTF8.self)
        #expect(request.hasPrefix("POST /invoke/S/h HTTP/1.1\r\nhost: \(endpoint.authority)\r\n"))
        #expect(request.contains("transfer-encoding: chunked\r\n") && request.hasSuffix("\r\n0\r\n\r\n"))
        #expect(!request.contains("content-length") && !request.contains("user-agent"))
    }

    // MARK: The response

    @Test func framesComeWholeHoweverTheyAreSplit() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            seen = stream
            stream.respond(200, [Self.type(), ("x-restate-server", "fake/1.0")])
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { seen != nil })
        let run = Command(.run(completionID: 1), name: "a").frame()
        let proposal = ServiceMessage.proposeRunCompletion(
            completionID: 1,
            result: .value(Array("12345".utf8)),
            requestedAck: true
        ).frame(version: 7)
        let bytes = Self.framed([run, proposal, Self.output, Self.end])
        for start in stride(from: 0, to: bytes.count, by: 3) {
            seen?.write(Array(bytes[start..<min(start + 3, bytes.count)]))
            carrier.world.turn()
        }
        seen?.end()
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events().first == .responded(server: "fake/1.0"))
        #expect(carrier.events().last == .ended)
        #expect(carrier.frames() == [run, proposal, Self.output, Self.end])
    }

    @Test func framesOfOneReadAreOneBatchAndWhatFollowsTheTerminalMessageIsIgnored() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let suspension = ServiceMessage.suspension(.flat([.completion(1)])).frame(version: 6)
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            stream.respond(200, [Self.type()])
            stream.write(Self.framed([Self.output, suspension, Self.output]) + [1, 2, 3])
            stream.end()
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events() == [.responded(server: nil), .received([Self.output, suspension]), .ended])
        #expect(carrier.transport.attemptCount == 0)
    }

    @Test func anSDKThatEndsOnlyAfterItsInputHasEnded() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            seen = stream
            stream.respond(200, [Self.type()])
            stream.write(Self.framed([Self.output, Self.end]))
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.frames().count == 2 })
        #expect(!carrier.isOver())
        carrier.transport.endInput(AttemptID(rawValue: 1))
        try carrier.world.run(until: { seen?.isInputEnded == true })
        seen?.end()
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events().last == .ended)
    }

    @Test func aResponseWithoutEndIsCutAfterItsTerminalMessage() throws {
        let carrier = try Carrier(drainMilliseconds: 50)
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            seen = stream
            stream.respond(200, [Self.type()])
            stream.write(Self.framed([Self.output, Self.end]))
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.isOver() && seen?.closedWith != nil })
        #expect(carrier.events() == [.responded(server: nil), .received([Self.output, Self.end]), .ended])
        #expect(seen?.closedWith == .cancel)
    }

    @Test func aResetAfterTheTerminalMessageIsAnEnd() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            seen = stream
            stream.respond(200, [Self.type()])
            stream.write(Self.framed([Self.output, Self.end]))
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.frames().count == 2 })
        seen?.reset(.internalError)
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events().last == .ended)
    }

    @Test(
        arguments: [
            (200, [], AttemptTransportFailure.contentType(nil)),
            (200, [("content-type", "application/json")], .contentType("application/json")),
            (
                201, [("content-type", "application/vnd.restate.invocation.v7")],
                .contentType("application/vnd.restate.invocation.v7")
            ),
            (
                200, [("content-type", "application/vnd.restate.invocation.v6; a=b")],
                .contentType("application/vnd.restate.invocation.v6; a=b")
            ),
            (
                200, [("content-type", "application/vnd.restate.invocation.v6"), ("content-encoding", "gzip")],
                .contentEncoding("gzip")
            ),
            (302, [], .status(302, retryAfter: nil)), (404, [], .status(404, retryAfter: nil)),
            (413, [], .status(413, retryAfter: nil)), (415, [], .status(415, retryAfter: nil)),
            (429, [("retry-after", "7")], .status(429, retryAfter: .seconds(7))),
            (429, [("retry-after", "soon")], .status(429, retryAfter: nil)), (429, [], .status(429, retryAfter: nil)),
            (503, [("retry-after", "1")], .status(503, retryAfter: .seconds(1))),
            (503, [("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], .status(503, retryAfter: nil)),
            (500, [("retry-after", "1")], .status(500, retryAfter: nil)), (502, [], .status(502, retryAfter: nil)),
            (504, [], .status(504, retryAfter: nil)), (571, [], .status(571, retryAfter: nil)),
        ] as [(Int, [(String, String)], AttemptTransportFailure)]
    )
    func otherHeadsAreFailures(status: Int, fields: [(String, String)], failure: AttemptTransportFailure) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            stream.respond(status, fields)
            stream.write(Array("some body".utf8))
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events() == [.failed(failure)])
        #expect(carrier.transport.attemptCount == 0)
    }

    @Test(
        arguments: [
            (
                [0x04, 0x01, 0, 0, 0, 0, 0x03, 0xe9],
                AttemptTransportFailure.messageTooLarge(type: 0x0401, bytes: 1001, limit: 1000)
            ),
            ([0x03, 0x00, 0, 0, 0, 0, 0, 0], nil), (Array("nonsense".utf8), nil), ([0x04, 0x01, 0, 0], nil),
        ] as [([UInt8], AttemptTransportFailure?)]
    )
    func bytesThatAreNoFramesFailAfterTheFramesBefore(bytes: [UInt8], failure: AttemptTransportFailure?) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            stream.respond(200, [Self.type()])
            stream.write(Self.framed([Self.output]) + bytes)
            stream.end()
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.frames() == [Self.output])
        switch carrier.events().last {
        case .failed(.malformedFrame(let text)): #expect(failure == nil && !text.isEmpty)
        case .failed(let found): #expect(found == failure)
        default: Issue.record("expected a failure")
        }
    }

    @Test func anEarlyEndIsAnEnd() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.http2(carrier.world) { $0.respond(200, [Self.type()], isEnd: true) }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events() == [.responded(server: nil), .ended])
    }

    // MARK: The network

    @Test(arguments: [HTTP2ErrorCode.noError, .internalError, .refusedStream, .cancel])
    func aResetIsAFailureAndTheConnectionLivesOn(code: HTTP2ErrorCode) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.http2(carrier.world) { $0.reset(code) }
        for attempt: UInt64 in 1...2 {
            carrier.transport.start(order(endpoint.authority, attempt: attempt))
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
        carrier.transport.start(order(endpoint.authority))
        #expect(carrier.events() == [])
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.networkFailure()?.contains("refused") == true)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n\r\n", "garbage garbage garbage garbage"])
    func whatIsNoHTTP2IsAFailure(text: String) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try FakeEndpoint.raw(carrier.world, Array(text.utf8), hangsUp: true)
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.networkFailure() != nil)
    }

    @Test func tlsIsAFailureUntilItExists() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var order = order("127.0.0.1:1")
        order.address.scheme = "https"
        carrier.transport.start(order)
        #expect(carrier.events() == [])
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.networkFailure()?.contains("https") == true)
    }

    @Test func anAbortResetsTheStreamAndNothingMoreIsTold() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        let endpoint = try FakeEndpoint.http2(carrier.world) { stream in
            seen = stream
            stream.respond(200, [Self.type()])
        }
        carrier.transport.start(order(endpoint.authority))
        try carrier.world.run(until: { carrier.events().count == 1 })
        carrier.transport.abort(AttemptID(rawValue: 1))
        seen?.write(Self.framed([Self.output]))
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
            stream.respond(200, [Self.type()])
            stream.write(Self.framed([Self.output, Self.end]))
            stream.end()
        }
        for attempt: UInt64 in 1...300 { carrier.transport.start(order(endpoint.authority, attempt: attempt)) }
        #expect(carrier.transport.attemptCount == 300)
        try carrier.world.run(until: { (1...300).allSatisfy { carrier.isOver($0) } })
        for attempt: UInt64 in 1...300 {
            #expect(carrier.frames(attempt) == [Self.output, Self.end])
            #expect(carrier.events(attempt).last == .ended)
        }
        #expect(endpoint.connections.count <= 4)
    }
}

struct RetryAfterTests {
    private static let now = Timestamp(milliseconds: 784_111_777_000)  // 1994-11-06T08:49:37Z

    @Test(
        arguments: [
            ("0", 0), ("7", 7000), ("120", 120_000), ("9223372036854775", 9_223_372_036_854_775_000),
            ("9223372036854776", .max), ("99999999999999999999999999", .max),
            ("Sun, 06 Nov 1994 08:49:47 GMT", 10_000), ("Sunday, 06-Nov-94 08:49:47 GMT", 10_000),
            ("Sun Nov  6 08:49:47 1994", 10_000), ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400_000),
            ("Thu, 29 Feb 1996 00:00:00 GMT", 41_440_223_000),
        ] as [(String, Int64)]
    )
    func secondsAndDatesAreRead(text: String, milliseconds: Int64) {
        #expect(RetryAfter.parse(text.utf8, now: Self.now) == Interval(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", " ", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1993 08:49:38 GMT",
        "Sun, 32 Nov 2994 08:49:37 GMT", "Sun, 06 Foo 2994 08:49:37 GMT", "Sun, 06 Nov 2994 25:49:37 GMT",
        "Sun, 06 Nov 2994 08:49 GMT", "Sun, 06 Nov 2994 08:49:37 CET", "Sun, 06 Nov 99999 08:49:37 GMT", "a b c d e f",
    ])
    func everythingElseSaysNothing(text: String) {
        #expect(RetryAfter.parse(text.utf8, now: Self.now) == nil)
    }
}
