import Testing

@testable import HTTP

/// Frames that no client sends: the connection ends and says why, or the stream alone does.
@Suite struct HTTP2HostilePeerTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// What the GOAWAY says; nil when the connection just breaks.
        var code: HTTP2ErrorCode?

        var testDescription: String { name }
    }

    private static func many(_ count: UInt32, _ frame: (UInt32) -> [UInt8]) -> [UInt8] {
        (0..<count).flatMap(frame)
    }

    static let attacks: [Attack] = [
        Attack(name: "a preface that goes wrong", bytes: Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8), code: nil),
        Attack(name: "no SETTINGS after the preface", bytes: Frames.preface + Frames.ping, code: .protocolError),
        Attack(
            name: "a frame longer than allowed",
            bytes: Frames.start + [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1],
            code: .frameSizeError
        ),
        Attack(name: "DATA on stream 0", bytes: Frames.start + Frames.data(0, [1]), code: .protocolError),
        Attack(name: "DATA on an idle stream", bytes: Frames.start + Frames.data(1, [1]), code: .protocolError),
        Attack(name: "HEADERS on an even stream", bytes: Frames.start + Frames.headers(2), code: .protocolError),
        Attack(name: "RST_STREAM on an idle stream", bytes: Frames.start + Frames.reset(1), code: .protocolError),
        Attack(
            name: "a PING of 7 bytes",
            bytes: Frames.start + Frames.frame(6, [0, 0, 0, 0, 0, 0, 0]),
            code: .frameSizeError
        ),
        Attack(
            name: "SETTINGS of 5 bytes",
            bytes: Frames.start + Frames.frame(4, [0, 0, 0, 0, 0]),
            code: .frameSizeError
        ),
        Attack(
            name: "CONTINUATION without HEADERS",
            bytes: Frames.start + Frames.frame(9, stream: 1),
            code: .protocolError
        ),
        Attack(
            name: "PUSH_PROMISE from a client",
            bytes: Frames.start + Frames.frame(5, flags: 4, stream: 1, Frames.word(2)),
            code: .protocolError
        ),
        Attack(
            name: "a header block that is none",
            bytes: Frames.start + Frames.headers(1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            code: HTTP2ErrorCode(rawValue: 9)
        ),
        Attack(
            name: "a window that overflows",
            bytes: Frames.start + Frames.frame(8, Frames.word(0x7FFF_FFFF)),
            code: .flowControlError
        ),
        Attack(
            name: "floods of SETTINGS",
            bytes: Frames.start + many(33) { _ in Frames.settings },
            code: .enhanceYourCalm
        ),
        Attack(name: "floods of PING", bytes: Frames.start + many(65) { _ in Frames.ping }, code: .enhanceYourCalm),
        Attack(
            name: "rapid resets",
            bytes: Frames.start + many(1001) { Frames.headers(2 * $0 + 1) + Frames.reset(2 * $0 + 1) },
            code: .enhanceYourCalm
        ),
        Attack(
            name: "floods of empty DATA",
            bytes: Frames.start + Frames.headers(1, Frames.postFields, flags: 4) + many(1001) { _ in Frames.data(1) },
            code: .enhanceYourCalm
        ),
        Attack(
            name: "floods of DATA with nothing but padding",
            bytes: Frames.start + Frames.headers(1, Frames.postFields, flags: 4)
                + many(1001) { _ in Frames.data(1, [3, 0, 0, 0], flags: 8) },
            code: .enhanceYourCalm
        ),
        Attack(
            name: "floods of PRIORITY",
            bytes: Frames.start + many(1001) { Frames.frame(2, stream: 2 * $0 + 1, [0, 0, 0, 0, 1]) },
            code: .enhanceYourCalm
        ),
        Attack(
            name: "a header block without end",
            bytes: Frames.start + Frames.headers(1, Frames.getFields, flags: 0)
                + many(70) { _ in Frames.frame(9, stream: 1) },
            code: nil
        ),
        Attack(
            name: "a header bomb: one entry of the table named many times",
            bytes: Frames.start
                + Frames.headers(
                    1,
                    Frames.getFields + [0x40, 1, 0x61, 0x7F, 0xA1, 0x1E] + [UInt8](repeating: 0x62, count: 4000)
                        + [UInt8](repeating: 0xBE, count: 200)
                ),
            code: .enhanceYourCalm
        ),
    ]

    @Test(arguments: attacks)
    func attackEndsTheConnectionWithItsReason(_ attack: Attack) {
        let pair = SessionPair()
        pair.feed(attack.bytes)
        let answer = output(of: pair.server)
        if let code = attack.code {
            #expect(Frames.goAwayCode(in: answer).map { HTTP2ErrorCode(rawValue: $0) } == code)
            #expect(pair.server.condition == .finished)
        } else {
            #expect(pair.server.condition != .open)
        }
        // Whatever else comes is not looked at.
        let before = pair.serverSide.events.count
        pair.feed(Frames.headers(9001))
        #expect(pair.serverSide.events.count == before)
    }

    @Test(arguments: HTTP2FrameBudget.Kind.allCases)
    func allowanceIsSpentAndGrowsBack(_ kind: HTTP2FrameBudget.Kind) {
        var budget = HTTP2FrameBudget()
        let allowance = HTTP2FrameBudget.allowance(kind)
        budget.advance(to: 5_000)
        let burst = (0..<allowance.burst).map { _ in budget.spend(kind) }
        #expect(!burst.contains(false))
        let isSpent = !budget.spend(kind)
        #expect(isSpent)
        budget.advance(to: 5_999)
        let isStillSpent = !budget.spend(kind)
        #expect(isStillSpent)
        budget.advance(to: 5_000 + 1000 * UInt64(allowance.burst))
        let isBack = budget.spend(kind)
        #expect(isBack)
    }

    @Test func clientsThatPingEverySecondAreWelcomeForEver() {
        var pair = SessionPair()
        pair.feed(Frames.start)
        for _ in 0..<3600 {
            pair.now += 1000
            pair.feed(Frames.ping)
            _ = output(of: pair.server)
        }
        #expect(pair.server.condition == .open)
    }

    struct BadHead: Sendable {
        var fields: [UInt8]
        var refusal: HTTPRefusal
    }

    static let badHeads: [BadHead] = [
        BadHead(fields: [0x82, 0x86, 0x01, 0x01, 0x68] + path("/a#b"), refusal: .malformedTarget),
        BadHead(fields: [0x82, 0x84, 0x86, 0x01, 0x03, 0x75, 0x40, 0x68], refusal: .malformedHost),
        BadHead(
            fields: Frames.getFields + (0..<65).flatMap { _ in Frames.literal("a", "b") },
            refusal: .tooManyFields
        ),
        BadHead(
            fields: Frames.getFields
                + (0..<40).flatMap { _ in [0x00, 0x01, 0x61, 0x7F, 0xF1, 0x02] + [UInt8](repeating: 0x62, count: 496) },
            refusal: .headTooLong
        ),
    ]

    private static func path(_ path: String) -> [UInt8] { [0x04, UInt8(path.utf8.count)] + Array(path.utf8) }

    @Test(arguments: badHeads)
    func refusedHeadCostsItsStreamOnly(_ row: BadHead) {
        let pair = SessionPair()
        let block = row.fields
        let first = Array(block.prefix(16_000))
        let rest = Array(block.dropFirst(16_000))
        var frames = Frames.headers(1, first, flags: rest.isEmpty ? 0x5 : 0x1)
        if !rest.isEmpty { frames += Frames.frame(9, flags: 4, stream: 1, rest) }
        pair.feed(Frames.start + frames + Frames.headers(3))
        #expect(pair.serverSide.events == ["settings", "refused \(row.refusal)", "head / end"])
        #expect(pair.server.condition == .open)
    }

    /// What the library refuses by itself (RFC 9113, section 8.2): the stream is reset, nobody is asked.
    @Test(arguments: [
        Frames.getFields + Frames.literal("A", "b"), Frames.getFields + Frames.literal("a", "b\n"),
        Frames.getFields + Frames.literal("connection", "close"), [0x82, 0x84, 0x86],
        [0x82, 0x84, 0x82, 0x86, 0x01, 0x01, 0x68], Frames.literal("a", "b") + Frames.getFields,
        Frames.getFields + Frames.literal("transfer-encoding", "chunked"), Frames.getFields + Frames.literal(":x", "y"),
        Frames.postFields + Frames.literal("content-length", "1x"),
    ])
    func malformedHeadResetsItsStreamOnly(_ fields: [UInt8]) {
        let pair = SessionPair()
        pair.feed(Frames.start + Frames.headers(1, fields) + Frames.headers(3))
        _ = output(of: pair.server)
        #expect(pair.serverSide.events == ["settings", "head / end", "closed PROTOCOL_ERROR"])
        #expect(pair.server.activeStreams == 1)
        #expect(pair.serverSide.heads.count == 1)
        #expect(pair.server.condition == .open)
    }

    @Test func hostileServerEndsOnlyItsConnection() throws {
        let pair = SessionPair()
        _ = try #require(pair.client.request(request("/"), isEnd: true))
        let flood = Frames.settings + Self.many(65) { _ in Frames.ping }
        flood.withUnsafeBytes { pair.client.receive($0, now: 0) }
        #expect(Frames.goAwayCode(in: Array(output(of: pair.client).dropFirst(24))) == 11)
        #expect(pair.client.condition == .finished)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func randomFramesNeverTrap(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let pair = SessionPair()
            pair.serverSide.onHead = { session, stream in
                session.respond(HTTPHead(status: 200), to: stream, isEnd: Bool.random(using: &random))
            }
            var bytes = Frames.start
            for _ in 0..<20 {
                let stream = UInt32.random(in: 0...7, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: bytes += Frames.headers(stream, flags: UInt8.random(in: 0...7, using: &random))
                case 1: bytes += Frames.data(stream, [1, 2], flags: UInt8.random(in: 0...1, using: &random))
                case 2: bytes += Frames.reset(stream)
                case 3: bytes += Frames.frame(8, stream: stream, Frames.word(.random(in: 0...100, using: &random)))
                case 4:
                    bytes += Frames.frame(
                        .random(in: 0...12, using: &random),
                        flags: .random(in: 0...255, using: &random),
                        stream: stream,
                        (0..<Int.random(in: 0...20, using: &random)).map { _ in .random(in: 0...255, using: &random) }
                    )
                default: bytes += Frames.headers(stream, Frames.postFields, flags: 4)
                }
            }
            pair.feed(bytes)
            _ = output(of: pair.server)
        }
    }
}
