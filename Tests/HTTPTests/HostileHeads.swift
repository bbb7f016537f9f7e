import HTTP
import Testing

/// A request that must be refused, and why. Every row is fed whole, in two pieces split at every place, and byte by byte.
struct HostileRequest: Sendable, CustomTestStringConvertible {
    var bytes: [UInt8]
    var refusal: HTTPRefusal

    init(_ text: String, _ refusal: HTTPRefusal) {
        bytes = Array(text.utf8)
        self.refusal = refusal
    }

    init(raw bytes: [UInt8], _ refusal: HTTPRefusal) {
        self.bytes = bytes
        self.refusal = refusal
    }

    var testDescription: String {
        let shown = String(decoding: bytes.prefix(60), as: UTF8.self)
        return "\(refusal): \(shown.debugDescription) (\(bytes.count) bytes)"
    }
}

private func get(_ fields: String) -> String { "GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n" }
private func post(_ fields: String, body: String = "") -> String {
    "POST /a HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(body)"
}
private func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body: body) }

private let lineHeads: [HostileRequest] = [
    HostileRequest("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .emptyStartLine),
    HostileRequest("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .notHTTP),
    HostileRequest(" GET / HTTP/1.1\r\nHost: h\r\n\r\n", .notHTTP),
    HostileRequest("\tGET / HTTP/1.1\r\nHost: h\r\n\r\n", .notHTTP),
    HostileRequest(raw: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00], .notHTTP),
    HostileRequest(raw: [0x00, 0x00, 0x04], .notHTTP),
    HostileRequest(raw: [0xFF], .notHTTP),
    HostileRequest(": x\r\n\r\n", .notHTTP),
    HostileRequest("GET / HTTP/1.1\nHost: h\n\n", .bareLineFeed),
    HostileRequest("GET / HTTP/1.1\r\nHost: h\n\r\n", .bareLineFeed),
    HostileRequest("GET / HTTP/1.1\r\nHost: h\r\n\n", .bareLineFeed),
    HostileRequest("GET / HTTP/1.1\r\nHost: h\r\nA: b\nC: d\r\n\r\n", .bareLineFeed),
    HostileRequest("GET / HTTP/1.1\r\nHost: h\r\nA: b\rC: d\r\n\r\n", .bareCarriageReturn),
    HostileRequest("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\r\n\r\n", .bareCarriageReturn),
    HostileRequest("GET / HTTP/1.1\r\nHost: h\r\n\rA: b\r\n\r\n", .bareCarriageReturn),
    HostileRequest("GET / HTTP/1.1\rHost: h\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET \r\n\r\n", .malformedRequestLine),
    HostileRequest("GET /\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET / \r\n\r\n", .malformedVersion),
    HostileRequest("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET /  HTTP/1.1\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET /\tHTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET / a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET / http/1.1\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("GET / HTTP/11\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("GET / HTTP/1.10\r\nHost: h\r\n\r\n", .malformedRequestLine),
    HostileRequest("GET / HTTP/01.1\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("GET / HTTP/1,1\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("GET / HTTPS/1.1\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("GET / HTTP/+.1\r\nHost: h\r\n\r\n", .malformedVersion),
    HostileRequest("GET / HTTP/1.2\r\nHost: h\r\n\r\n", .unsupportedVersion),
    HostileRequest("GET / HTTP/0.9\r\nHost: h\r\n\r\n", .unsupportedVersion),
    HostileRequest("GET / HTTP/2.0\r\nHost: h\r\n\r\n", .unsupportedVersion),
    HostileRequest("GET / HTTP/9.9\r\nHost: h\r\n\r\n", .unsupportedVersion),
    HostileRequest("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
    HostileRequest("GET /" + String(repeating: "a", count: 8200) + " HTTP/1.1\r\nHost: h\r\n\r\n", .startLineTooLong),
    HostileRequest("GET /" + String(repeating: "a", count: 9000), .startLineTooLong),
    HostileRequest(String(repeating: "A", count: 8193), .startLineTooLong),
]

private let targetHeads: [HostileRequest] = [
    HostileRequest("GET a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET ?a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET * HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("OPTIONS ** HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET /\u{7F} HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET /\u{01} HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET /\u{00} HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET /é HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET ftp://h/a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET http:// HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET http://u@h/a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET http://h?a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("GET //\u{0B} HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    HostileRequest("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", .methodNotServed),
    HostileRequest("CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n", .methodNotServed),
]

private let fieldHeads: [HostileRequest] = [
    HostileRequest(get("A: b\r\n c\r\n"), .foldedField),
    HostileRequest(get("A: b\r\n\tc\r\n"), .foldedField),
    HostileRequest("GET / HTTP/1.1\r\n Host: h\r\n\r\n", .foldedField),
    HostileRequest(get("A : b\r\n"), .spaceBeforeColon),
    HostileRequest(get("A\t: b\r\n"), .spaceBeforeColon),
    HostileRequest(get("Content-Length : 5\r\n"), .spaceBeforeColon),
    HostileRequest(get("A b: c\r\n"), .spaceBeforeColon),
    HostileRequest(get(": b\r\n"), .malformedFieldName),
    HostileRequest(get("A\r\n"), .malformedFieldName),
    HostileRequest(get("A(b): c\r\n"), .malformedFieldName),
    HostileRequest(get("A\"b: c\r\n"), .malformedFieldName),
    HostileRequest(get("A\u{00}: c\r\n"), .malformedFieldName),
    HostileRequest(get("A\u{7F}: c\r\n"), .malformedFieldName),
    HostileRequest(get("Ä: c\r\n"), .malformedFieldName),
    HostileRequest(get("A/b: c\r\n"), .malformedFieldName),
    HostileRequest(get("A@b: c\r\n"), .malformedFieldName),
    HostileRequest(get("A: b\u{00}c\r\n"), .malformedFieldValue),
    HostileRequest(get("A: b\u{01}c\r\n"), .malformedFieldValue),
    HostileRequest(get("A: b\u{0B}c\r\n"), .malformedFieldValue),
    HostileRequest(get("A: b\u{0C}c\r\n"), .malformedFieldValue),
    HostileRequest(get("A: b\u{7F}c\r\n"), .malformedFieldValue),
    HostileRequest(get("A: \u{1B}[2J\r\n"), .malformedFieldValue),
    HostileRequest(get(String(repeating: "A: b\r\n", count: 64)), .tooManyFields),
    HostileRequest(get(String(repeating: "A:\r\n", count: 3000)), .tooManyFields),
    HostileRequest(get("A: " + String(repeating: "b", count: 16400) + "\r\n"), .headTooLong),
    HostileRequest(get(String(repeating: "Name-of-field: value\r\n", count: 1000)), .headTooLong),
    HostileRequest(get("A: " + String(repeating: "b", count: 20000)), .headTooLong),
    HostileRequest("GET / HTTP/1.1\r\n\r\n", .missingHost),
    HostileRequest("GET / HTTP/1.1\r\nA: b\r\n\r\n", .missingHost),
    HostileRequest(get("Host: h\r\n"), .repeatedHost),
    HostileRequest(get("hOST: i\r\n"), .repeatedHost),
    HostileRequest("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .repeatedHost),
    HostileRequest("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .malformedHost),
    HostileRequest("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformedHost),
    HostileRequest("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .malformedHost),
    HostileRequest("GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", .malformedHost),
    HostileRequest("GET / HTTP/1.1\r\nHost: h#\r\n\r\n", .malformedHost),
    HostileRequest("GET / HTTP/1.1\r\nHost: <h>\r\n\r\n", .malformedHost),
    HostileRequest("GET / HTTP/1.1\r\nHost: hé\r\n\r\n", .malformedHost),
]

private let lengthHeads: [HostileRequest] = [
    HostileRequest(post("Content-Length:\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: -1\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: +1\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: 0x10\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: 1a\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: 1 1\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: 1.0\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: 5, 5\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: 5,\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: \"5\"\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: ５\r\n"), .malformedContentLength),
    HostileRequest(post("Content-Length: 5\r\nContent-Length: 5\r\n"), .repeatedContentLength),
    HostileRequest(post("Content-Length: 5\r\ncontent-length: 6\r\n"), .repeatedContentLength),
    HostileRequest(post("Content-Length: 9223372036854775807\r\n"), .contentLengthTooLarge),
    HostileRequest(post("Content-Length: 18446744073709551617\r\n"), .contentLengthTooLarge),
    HostileRequest(post("Content-Length: 1\(String(repeating: "0", count: 400))\r\n"), .contentLengthTooLarge),
    HostileRequest(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), .lengthAndTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), .lengthAndTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), .lengthAndTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), .repeatedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"), .repeatedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked, chunked\r\n"), .malformedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked, gzip\r\n"), .malformedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked,\r\n"), .malformedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: gzip, chunked\r\n"), .unsupportedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: gzip\r\n"), .unsupportedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: identity\r\n"), .unsupportedTransferEncoding),
    HostileRequest(post("Transfer-Encoding:\r\n"), .unsupportedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunke\r\n"), .unsupportedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: xchunked\r\n"), .unsupportedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: chunked;q=1\r\n"), .unsupportedTransferEncoding),
    HostileRequest(post("Transfer-Encoding: \u{0B}chunked\r\n"), .malformedFieldValue),
    HostileRequest("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingOnOldVersion),
]

private let chunkBodies: [HostileRequest] = [
    HostileRequest(chunked("\r\n"), .malformedChunkSize),
    HostileRequest(chunked("g\r\n"), .malformedChunkSize),
    HostileRequest(chunked("-1\r\n"), .malformedChunkSize),
    HostileRequest(chunked("+1\r\n"), .malformedChunkSize),
    HostileRequest(chunked("0x1\r\n"), .malformedChunkSize),
    HostileRequest(chunked(" 1\r\n"), .malformedChunkSize),
    HostileRequest(chunked("1\n"), .malformedChunkSize),
    HostileRequest(chunked("1\rX"), .malformedChunkSize),
    HostileRequest(chunked("1 \r\n"), .chunkExtension),
    HostileRequest(chunked("1;a=b\r\n"), .chunkExtension),
    HostileRequest(chunked("1;" + String(repeating: "a", count: 100_000)), .chunkExtension),
    HostileRequest(chunked("FFFFFFFFF\r\n"), .chunkTooLarge),
    HostileRequest(chunked("000000000\r\n"), .chunkTooLarge),
    HostileRequest(chunked("10000000000000000\r\n"), .chunkTooLarge),
    HostileRequest(chunked("1\r\nab"), .malformedChunkEnd),
    HostileRequest(chunked("1\r\na\n"), .malformedChunkEnd),
    HostileRequest(chunked("1\r\na\rX"), .malformedChunkEnd),
    HostileRequest(chunked("0\r\nA\r\n\r\n"), .malformedTrailer),
    HostileRequest(chunked("0\r\nA: b\n\r\n"), .malformedTrailer),
    HostileRequest(chunked("0\r\n A: b\r\n\r\n"), .malformedTrailer),
    HostileRequest(chunked("0\r\nContent-Length: 5\r\n\r\n"), .malformedTrailer),
    HostileRequest(chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), .malformedTrailer),
    HostileRequest(chunked("0\r\nHost: h\r\n\r\n"), .malformedTrailer),
    HostileRequest(chunked("0\r\n" + String(repeating: "A:\r\n", count: 65) + "\r\n"), .malformedTrailer),
    HostileRequest(chunked("0\r\nA: " + String(repeating: "b", count: 5000)), .trailersTooLong),
    HostileRequest(chunked("0\r\n" + String(repeating: "Aa: b\r\n", count: 900)), .trailersTooLong),
]

let hostileRequests = lineHeads + targetHeads + fieldHeads + lengthHeads + chunkBodies
