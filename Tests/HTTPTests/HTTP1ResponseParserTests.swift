import Testing

@testable import HTTP

@Suite struct HTTP1ResponseParserTests {
    struct Row: Sendable {
        var text: String
        var events: [Parsed]
    }

    static let rows: [Row] = [
        Row(text: "HTTP/1.1 204 No Content\r\n\r\n", events: [.head("204", fields: [], .none), .end]),
        Row(
            text: "HTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n",
            events: [.head("304", fields: ["content-length: 9"], .none), .end]
        ),
        Row(
            text: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
            events: [.head("200", fields: ["content-length: 2"], .length(2)), .body("ok"), .end]
        ),
        Row(
            text:
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            events: [
                .head("100", fields: [], .none), .head("200", fields: ["transfer-encoding: chunked"], .chunked),
                .body("ok"), .end,
            ]
        ),
        Row(
            text: "HTTP/1.0 200 OK\r\n\r\nuntil the end",
            events: [.head("200", fields: [], .untilClose), .body("until the end"), .end]
        ),
        Row(
            text: "HTTP/1.1 571 \u{E9}\r\nContent-Length: 0\r\n\r\n",
            events: [
                .head("571", fields: ["content-length: 0"], .length(0)), .end,
            ]
        ),
    ]

    @Test(arguments: rows)
    func responseIsReadAlikeHoweverItIsSplit(_ row: Row) {
        let bytes = Array(row.text.utf8)
        for size in 1...bytes.count {
            #expect(parse(bytes, as: .responses, pieces: size, ended: true) == row.events, "in pieces of \(size)")
        }
    }

    @Test func answerToHeadHasNoBody() {
        var run = ParserRun(.responses)
        run.parser.nextResponseHasNoBody = true
        run.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx".utf8)
        #expect(
            run.events == [
                .head("200", fields: ["content-length: 5"], .none), .end,
                .head("200", fields: ["content-length: 1"], .length(1)), .body("x"), .end,
            ]
        )
    }

    @Test(
        arguments: [
            ("PING", .notHTTP), ("\u{0}\u{0}\u{4}", .notHTTP), ("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
            ("HTTP/1.1 20 OK\r\n\r\n", .malformedStatusLine), ("HTTP/1.1  200\r\n\r\n", .malformedStatusLine),
            ("HTTP/1.1 2000 OK\r\n\r\n", .malformedStatusLine), ("HTTP/1.1 099 A\r\n\r\n", .malformedStatusLine),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .malformedStatusLine), ("HTTP\r\n\r\n", .malformedVersion),
            ("HTTP/1.1\r\n\r\n", .malformedStatusLine), ("HTTP/1.1 200 O\u{0}K\r\n\r\n", .malformedStatusLine),
            ("HTTP/1.1 200 OK\nA: b\n\n", .bareLineFeed), ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .spaceBeforeColon),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .repeatedContentLength),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .lengthAndTransferEncoding),
            ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingOnOldVersion),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferEncoding),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .malformedChunkSize),
        ] as [(String, HTTPRefusal)]
    )
    func hostileResponseIsRefused(_ text: String, _ refusal: HTTPRefusal) {
        for size in [text.utf8.count, 1, 5] {
            #expect(parse(Array(text.utf8), as: .responses, pieces: size).last == .refused(refusal))
        }
    }

    @Test func bodyCutShortIsNoBody() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"
        #expect(parse(Array(text.utf8), as: .responses, pieces: 9, ended: true).last == .refused(.truncated))
    }
}
