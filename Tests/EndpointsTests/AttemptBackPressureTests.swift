import DurableModel
import EventLoop
import ServiceProtocol
import Testing

@testable import Endpoints
@testable import HTTP

/// Attempts that say more than is decided about at the moment.
struct AttemptBackPressureTests {
    /// An endpoint that answers each attempt with these frames and no end.
    private func talker(_ carrier: Carrier, _ frames: [MessageFrame]) throws -> FakeEndpoint {
        try FakeEndpoint.http2(carrier.world) { stream in
            stream.respond(200, [Said.type()])
            stream.write(Said.framed(frames))
        }
    }

    private static func large(_ bytes: Int) -> MessageFrame {
        Command(.output(.value([UInt8](repeating: 1, count: bytes)))).frame()
    }

    @Test func anAttemptIsNotReadOnWhileMuchOfItIsUndecided() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let endpoint = try talker(carrier, (0..<10).map { _ in Self.large(1 << 20) })
        carrier.transport.start(Said.order(endpoint.authority, limit: 2 << 20))
        try carrier.world.run(until: { carrier.frames().count == 1 })
        for _ in 0..<200 { carrier.world.turn() }
        #expect(carrier.frames().count == 1)
        // Another one is read meanwhile.
        let other = try talker(carrier, [Said.output])
        carrier.transport.start(Said.order(other.authority, attempt: 2))
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
            carrier.transport.start(Said.order(endpoint.authority, attempt: attempt, limit: 4 << 20))
        }
        // What is held elsewhere goes down by itself: until then nobody needs to go on.
        carrier.transport.readOn(bytesHeld: 1 << 20) { _ in false }
        for _ in 0..<500 { carrier.world.turn() }
        #expect((1...4).allSatisfy { carrier.frames($0).isEmpty })
        let other = try talker(carrier, [Said.output])
        carrier.transport.start(Said.order(other.authority, attempt: 5))
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
            $0.respond(200, [Said.type()])
        }
        carrier.transport.start(Said.order(endpoint.authority, limit: 20_000))
        try carrier.world.run(until: { !carrier.events().isEmpty })
        for _ in 0..<10 { carrier.transport.send(AttemptID(rawValue: 1), [UInt8](repeating: 0, count: 1 << 20)) }
        let stream = try #require(seen)
        let messages = Said.framed((0..<100).map { _ in Self.large(10_000) })
        stream.write(messages)
        for _ in 0..<200 { carrier.world.turn() }
        #expect(carrier.frames().count < 100)
        stream.connection.session.resumeReading(stream.key)
        try carrier.world.run(until: {
            carrier.transport.readOn(bytesHeld: 0) { _ in false }
            return carrier.frames().count == 100
        })
    }
}
