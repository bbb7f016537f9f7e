import ControlProtocol
import ControlServer
import EventLoop
import Glibc
import Logging
import Testing

/// Bytes that are no request, under a name, as some are too long to print.
struct BadFrame: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let code: ControlErrorCode

    init(_ name: String, _ bytes: [UInt8], _ code: ControlErrorCode) {
        testDescription = name
        self.bytes = bytes
        self.code = code
    }
}

/// Bytes that are no request: one error frame, a close, a record in the log, and everybody else is served on.
@Suite struct ControlServerRefusalTests {
    private static let deepText = #"{"a":"# + String(repeating: "[", count: 500_000)

    private static func frame(_ payload: [UInt8]) -> [UInt8] {
        (try? ControlFrame.encode(payload, bytesMax: ControlFrame.answerBytesMax)) ?? []
    }

    private static let badFrames = [
        BadFrame("oversized by one", [0, 0x10, 0, 1], .frameTooLarge),
        BadFrame("oversized by far", [0xFF, 0xFF, 0xFF, 0xFF], .frameTooLarge),
        BadFrame("HTTP", Array("GET / HTTP/1.1\r\n\r\n".utf8), .frameTooLarge),
        BadFrame("TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], .frameTooLarge),
        BadFrame("empty", [0, 0, 0, 0], .parseError),
        BadFrame("not JSON", frame(Array("hello there".utf8)), .parseError),
        BadFrame("not JSON, though it begins like null", frame(Array("not json".utf8)), .parseError),
        BadFrame("half JSON", frame(Array(#"{"jsonrpc":"2.0""#.utf8)), .parseError),
        BadFrame("two objects", frame(Array("{} {}".utf8)), .parseError),
        BadFrame("not UTF-8", frame([0x7B, 0x22, 0xFF, 0x22, 0x7D]), .parseError),
        BadFrame("UTF-16", frame([0x7B, 0x00, 0x7D, 0x00]), .parseError),
        BadFrame("a bomb of brackets", frame(Array(deepText.utf8)), .parseError),
        BadFrame("an array", frame(Array(#"[{"jsonrpc":"2.0"}]"#.utf8)), .invalidRequest),
        BadFrame("a number", frame(Array("1".utf8)), .invalidRequest),
        BadFrame("an empty object", frame(Array("{}".utf8)), .invalidRequest),
        BadFrame("another version", frame(Array(#"{"jsonrpc":"1.0","id":1,"method":"status"}"#.utf8)), .invalidRequest),
        BadFrame("a response", frame(Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8)), .invalidRequest),
        BadFrame(
            "a fraction as id",
            frame(Array(#"{"jsonrpc":"2.0","id":0.5,"method":"status"}"#.utf8)),
            .invalidRequest
        ),
    ]

    @Test(arguments: badFrames, [false, true])
    func `a bad frame gets one error and a close`(
        bad: BadFrame,
        afterHello: Bool
    ) throws {
        let world = try ControlWorld()
        defer { world.close() }
        let other = try world.greeted()
        let peer = afterHello ? try world.greeted() : try world.connect()
        peer.send(bad.bytes)
        try world.run("closed") { peer.hasEnded }
        #expect(peer.ids == [nil])
        #expect(peer.errors.map(\.code) == [bad.code.rawValue], "\(bad.testDescription)")
        #expect(world.records.records.map(\.id) == [.controlFrameRefused])
        #expect(world.server.connections == 1)
        other.send(id: 1, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        try world.run("others are served") { other.answers.count == 1 }
    }

    @Test(arguments: [[0], [0, 0, 1], [0, 0, 0, 9], [0, 0, 0, 9, 0x7B, 0x22]] as [[UInt8]])
    func `an end inside a frame gets its error`(bytes: [UInt8]) throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(bytes)
        peer.stream.shutdownWrite()
        try world.run("closed") { peer.hasEnded }
        #expect(peer.errors.map(\.code) == [ControlErrorCode.frameTruncated.rawValue])
        #expect(world.records.records.map(\.id) == [.controlFrameRefused])
    }

    @Test func `the longest request passes`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        let empty = try ControlCodec.request(id: .number(1), method: "deployments.remove", IdentifierParameters(id: ""))
        let room = ControlFrame.requestBytesMax - (empty.count - ControlFrame.headerBytes)
        peer.send(id: 1, .deploymentsRemove, IdentifierParameters(id: String(repeating: "x", count: room)))
        try world.run("answered") { peer.answers.count == 1 }
        #expect(peer.errors.isEmpty)
    }

    @Test(arguments: [ControlMethod.status, .deploymentsRemove])
    func `anything before hello is refused`(method: ControlMethod) throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.connect()
        peer.send(id: 7, method, IdentifierParameters(id: "inv_1"))
        try world.run("closed") { peer.hasEnded }
        #expect(peer.ids == [.number(7)])
        #expect(peer.errors.map(\.code) == [ControlErrorCode.helloExpected.rawValue])
        #expect(world.handler.calls.isEmpty)
    }

    // MARK: Time and number

    @Test func `a frame that does not come to its end is given up`() throws {
        var limits = ControlLimits()
        limits.frameMilliseconds = 20
        let world = try ControlWorld(limits: limits)
        defer { world.close() }
        let peer = try world.greeted()
        peer.send([0, 0, 0, 9, 0x7B])
        try world.run("closed") { peer.hasEnded }
        #expect(peer.errors.map(\.code) == [ControlErrorCode.frameTimeout.rawValue])
    }

    @Test func `a peer that says nothing at all is given up`() throws {
        var limits = ControlLimits()
        limits.frameMilliseconds = 20
        let world = try ControlWorld(limits: limits)
        defer { world.close() }
        let peer = try world.connect()
        try world.run("closed") { peer.hasEnded }
        #expect(peer.errors.map(\.code) == [ControlErrorCode.frameTimeout.rawValue])
    }

    @Test func `a peer that has said hello may wait as long as it likes`() throws {
        var limits = ControlLimits()
        limits.frameMilliseconds = 20
        let world = try ControlWorld(limits: limits)
        defer { world.close() }
        let peer = try world.greeted()
        let silent = try world.connect()
        // The silent one came later: when its time is over, the other's would be too.
        try world.run("closed") { silent.hasEnded }
        #expect(!peer.hasEnded)
        peer.send(id: 1, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        try world.run("answered") { peer.answers.count == 1 }
    }

    @Test func `a peer that takes nothing is given up`() throws {
        var limits = ControlLimits()
        limits.stallMilliseconds = 20
        let world = try ControlWorld(limits: limits)
        defer { world.close() }
        let peer = try world.greeted()
        peer.stream.pauseReading()
        peer.send(id: 1, .status, NoParameters())
        try world.run("asked") { world.handler.calls.count == 1 }
        let text = String(repeating: "x", count: 8 << 20)
        world.server.reply(world.handler.calls[0].reply, result: IdentifierParameters(id: text))
        try world.run("given up") { world.server.connections == 0 }
    }

    @Test func `an answer longer than the kernel's buffer arrives whole`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let peer = try world.greeted()
        peer.send(id: 1, .status, NoParameters())
        try world.run("asked") { world.handler.calls.count == 1 }
        let text = String(repeating: "x", count: 8 << 20)
        world.server.reply(world.handler.calls[0].reply, result: IdentifierParameters(id: text))
        // What comes while it leaves is read once there is room again.
        peer.send(id: 2, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        try world.run("answered") { peer.answers.count == 2 }
        #expect(peer.ids == [.number(1), .number(2)])
    }

    @Test func `one connection too many is told so, and there is room again when one ends`() throws {
        var limits = ControlLimits()
        limits.connectionsMax = 2
        let world = try ControlWorld(limits: limits)
        defer { world.close() }
        let first = try world.greeted()
        _ = try world.greeted()
        let third = try world.connect()
        try world.run("closed") { third.hasEnded }
        #expect(third.errors.map(\.code) == [ControlErrorCode.tooManyConnections.rawValue])
        first.stream.close()
        try world.run("room again") { world.server.connections == 1 }
        _ = try world.greeted()
        #expect(world.server.connections == 2)
    }
}
