import Testing

@testable import HTTP

@Suite struct HTTP1ParserTests {
    @Test(arguments: hostileRequests)
    func hostileRequestIsRefusedHoweverItIsSplit(_ request: HostileRequest) {
        for size in [request.bytes.count, 1, 2, 7, 1000] {
            let events = parse(request.bytes, pieces: size)
            #expect(events.last == .refused(request.refusal), "in pieces of \(size)")
            // Nothing of a refused head is told; a refused body ends the message without an end.
            #expect(!events.contains(.end))
        }
    }

    @Test func everyRefusalOfTheTableHasStatusAndSentence() {
        #expect(hostileRequests.count >= 83)
        for refusal in HTTPRefusal.allCases {
            #expect([400, 408, 413, 414, 431, 501, 505].contains(refusal.status))
            #expect(!refusal.sentence.description.isEmpty)
        }
    }

    @Test func refusedConnectionSaysNothingElseEverAfter() {
        var run = ParserRun(.requests)
        run.feed("GET / HTTP/1.1\nHost: h\n\n".utf8)
        run.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        #expect(run.events == [.refused(.bareLineFeed)])
    }

    struct Accepted: Sendable {
        var text: String
        var events: [Parsed]
    }

    static let accepted: [Accepted] = [
        Accepted(
            text: "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            events: [.head("GET /", fields: ["host: h"], .none), .end]
        ),
        Accepted(text: "GET /a?b=%20 HTTP/1.0\r\n\r\n", events: [.head("GET /a?b=%20", fields: [], .none), .end]),
        Accepted(
            text: "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
            events: [.head("OPTIONS *", fields: ["host: "], .none), .end]
        ),
        Accepted(
            text: "GET http://a.b:80 HTTP/1.1\r\nHost: c\r\n\r\n",
            events: [.head("GET /", fields: ["host: c"], .none), .end]
        ),
        Accepted(
            text: "GET HTTPS://[::1]:80/x?y HTTP/1.1\r\nHost: c\r\n\r\n",
            events: [.head("GET /x?y", fields: ["host: c"], .none), .end]
        ),
        Accepted(
            text: "BREW / HTTP/1.1\r\nHost: h\r\nX-A:\t b c \t\r\nx_y.z!: é\r\n\r\n",
            events: [.head("BREW /", fields: ["host: h", "x-a: b c", "x_y.z!: é"], .none), .end]
        ),
        Accepted(
            text: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 005\r\n\r\nhello",
            events: [.head("POST /", fields: ["host: h", "content-length: 005"], .length(5)), .body("hello"), .end]
        ),
        Accepted(
            text: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
            events: [.head("POST /", fields: ["host: h", "content-length: 0"], .length(0)), .end]
        ),
        Accepted(
            text: "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
            events: [
                .head("PUT /", fields: ["host: h", "transfer-encoding: Chunked"], .chunked), .body("abc0123456789"),
                .end,
            ]
        ),
        Accepted(
            text: "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            events: [.head("PUT /", fields: ["host: h", "transfer-encoding: chunked"], .chunked), .end]
        ),
        Accepted(
            text: "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
            events: [
                .head("GET /", fields: ["host: h", "upgrade: h2c", "connection: Upgrade, HTTP2-Settings"], .none), .end,
            ]
        ),
    ]

    @Test(arguments: accepted)
    func requestIsReadAlikeHoweverItIsSplit(_ row: Accepted) {
        let bytes = Array(row.text.utf8)
        for size in 1...bytes.count {
            #expect(parse(bytes, pieces: size, ended: true) == row.events, "in pieces of \(size)")
        }
    }

    @Test func manyRequestsAtOnceAreReadInOrder() {
        let text = Self.accepted.map(\.text).joined()
        let events = Self.accepted.flatMap(\.events)
        for size in [text.utf8.count, 1, 3, 64] {
            #expect(parse(Array(text.utf8), pieces: size) == events)
        }
    }

    @Test func limitsAreMetExactly() {
        let fields = (0..<63).map { "f\($0): v\r\n" }.joined()
        let most = "GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
        #expect(parse(Array(most.utf8), pieces: 100).last == .end)
        let head = "GET / HTTP/1.1\r\nHost: h\r\nA: \r\n\r\n"
        for (surplus, fits) in [(0, true), (1, false)] {
            let value = String(repeating: "v", count: HTTPLimits.headBytesMax - head.utf8.count + surplus)
            let text = "GET / HTTP/1.1\r\nHost: h\r\nA: \(value)\r\n\r\nPOST"
            let events = parse(Array(text.utf8), pieces: 5000)
            #expect(events.last == (fits ? .end : .refused(.headTooLong)))
        }
        let line = "GET / HTTP/1.1\r\n"
        for (surplus, fits) in [(0, true), (1, false)] {
            let path = String(repeating: "a", count: HTTPLimits.startLineBytesMax - line.utf8.count + surplus)
            let events = parse(Array("GET /\(path) HTTP/1.1\r\nHost: h\r\n\r\n".utf8), pieces: 9000)
            #expect(events.last == (fits ? .end : .refused(.startLineTooLong)))
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ])
    func requestCutShortIsNoRequest(_ text: String) {
        #expect(parse(Array(text.utf8), pieces: 10, ended: true).last == .refused(.truncated))
    }

    @Test func connectionThatEndsBetweenMessagesIsFine() {
        #expect(parse([], pieces: 1, ended: true) == [])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", true), ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: a, CLOSE\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false),
    ])
    func connectionFieldDecidesWhetherItLivesOn(_ text: String, _ keepsAlive: Bool) throws {
        let head = try requestHead(text)
        #expect(head.keepsAlive == keepsAlive)
    }

    @Test func headIsLookedUpByBytes() throws {
        let head = try requestHead(
            "POST /S/k/h?delay=1s HTTP/1.1\r\nHost: h:80\r\nX-A: 1\r\nx-a: 2\r\nExpect: 100-Continue\r\n"
                + "Content-Length: 7\r\n\r\n"
        )
        #expect(head.method == .post)
        #expect(head.path.elementsEqual("/S/k/h".utf8))
        #expect(head.query.map { String(decoding: $0, as: UTF8.self) } == "delay=1s")
        #expect(head.authority.elementsEqual("h:80".utf8))
        #expect(head.text(of: "x-a") == "1")
        #expect(head.count(of: "x-a") == 2)
        #expect(head.has("host", "h:80"))
        #expect(!head.has("host", "h"))
        #expect(head.value(of: "x-b") == nil)
        #expect(head.contentLength == 7)
        #expect(head.expectsContinue)
    }

    private func requestHead(_ text: String) throws -> HTTPHead {
        var parser = HTTP1Parser(.requests)
        let head: HTTPHead? = Array(text.utf8).withUnsafeBytes { buffer in
            var offset = 0
            guard case .head(let head, _) = parser.next(buffer, from: &offset) else { return nil }
            return head
        }
        return try #require(head)
    }
}
