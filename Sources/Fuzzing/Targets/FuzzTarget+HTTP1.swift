import HTTP

extension FuzzTarget {
    /// A stream of HTTP/1.1, read as requests and as responses.
    static let http1 = FuzzTarget(
        name: "http1",
        examples: [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "POST /Greeter/greet?delay=1s HTTP/1.1\r\nHost: h:8080\r\nContent-Length: 5\r\nidempotency-key: x\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n0\r\nt: v\r\n\r\n",
            "PUT http://a/b HTTP/1.0\r\nhost: a\r\nconnection: keep-alive, close\r\ncontent-length: 0\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok",
            "HTTP/1.1 503 \r\nretry-after: 18446744073709551615\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        ].map { Array($0.utf8) },
        words: [
            "\r\n", "\r\n\r\n", "\n", ":", " ", "\t", "chunked", "content-length: ", "18446744073709551616", "-1",
            "0x5",
        ]
        .map { Array($0.utf8) } + [[0], [0x80], [0xFF]],
        read: { bytes, random in
            for role in [HTTP1Parser.Role.requests, .responses] {
                let whole = events(of: bytes, as: role, pieces: max(1, bytes.count))
                let pieces = events(of: bytes, as: role, pieces: Int.random(in: 1...40, using: &random))
                if whole != pieces { return "what is read depends on how the bytes are split: \(whole), \(pieces)" }
            }
            return nil
        }
    )

    /// Events in words, neighbouring parts of a body as one.
    private static func events(of bytes: [UInt8], as role: HTTP1Parser.Role, pieces size: Int) -> [String] {
        var parser = HTTP1Parser(role)
        var (found, body) = ([String](), [UInt8]())
        func take(_ event: HTTP1Event) -> Bool {
            if case .body(let part) = event {
                body += part
                return true
            }
            if !body.isEmpty, !isWaiting(event) {
                found.append("body \(body)")
                body = []
            }
            switch event {
            case .needsInput, .body: return false
            case .head(let head, let framing):
                let fields = (0..<head.fieldCount).map { "\(Array(head.name(at: $0)))=\(Array(head.value(at: $0)))" }
                found.append("head \(head.status) \(Array(head.target)) \(fields) \(framing)")
            case .end: found.append("end")
            case .refused(let refusal):
                if found.last != "refused \(refusal)" { found.append("refused \(refusal)") }
                return false
            }
            return true
        }
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            bytes[start..<end].withUnsafeBytes { buffer in
                var offset = 0
                while take(parser.next(buffer, from: &offset)) {}
            }
            start = end
        }
        _ = take(parser.inputEnded())
        return found + (body.isEmpty ? [] : ["body \(body)"])
    }

    private static func isWaiting(_ event: HTTP1Event) -> Bool {
        if case .needsInput = event { true } else { false }
    }
}
