/// Heads, once their blank line is there. The bytes are copied once, names made lower case in place; everything else of the
/// head is places in that copy.
extension HTTP1Parser {
    func requestHead(_ section: UnsafeRawBufferPointer) throws(HTTPRefusal) -> (HTTPHead, HTTPBodyFraming) {
        let bytes = section.bindMemory(to: UInt8.self).span
        let line = try requestLine(bytes)
        var reader = HTTP1FieldReader(role: .requests)
        try reader.read(bytes, from: line.end)

        var head = kept(section, reader)
        head.version = line.version
        head.method = HTTPMethod(token: bytes.extracting(line.method))
        head.methodPlace = .init(line.method.lowerBound, line.method.upperBound)
        try place(target: line.target, of: bytes, in: &head)
        guard head.method != .connect else { throw .methodNotServed }
        guard reader.hosts == 1 || line.version == .http1_0 else { throw .missingHost }
        head.keepsAlive = keepsAlive(line.version, reader)
        head.expectsContinue = reader.expectsContinue && line.version == .http1_1

        guard reader.isChunked else { return (head, reader.contentLength.map { .length($0) } ?? .none) }
        guard reader.contentLength == nil else { throw .lengthAndTransferEncoding }
        guard line.version == .http1_1 else { throw .transferEncodingOnOldVersion }
        return (head, .chunked)
    }

    func responseHead(_ section: UnsafeRawBufferPointer) throws(HTTPRefusal) -> (HTTPHead, HTTPBodyFraming) {
        let bytes = section.bindMemory(to: UInt8.self).span
        let line = try statusLine(bytes)
        var reader = HTTP1FieldReader(role: .responses)
        try reader.read(bytes, from: line.end)

        var head = kept(section, reader)
        head.version = line.version
        head.status = line.status
        head.keepsAlive = keepsAlive(line.version, reader)

        guard !reader.isChunked || reader.contentLength == nil else { throw .lengthAndTransferEncoding }
        guard !reader.isChunked || line.version == .http1_1 else { throw .transferEncodingOnOldVersion }
        if line.status < 200 || line.status == 204 || line.status == 304 || nextResponseHasNoBody {
            return (head, .none)
        }
        if reader.isChunked { return (head, .chunked) }
        if let length = reader.contentLength { return (head, .length(length)) }
        head.keepsAlive = false
        return (head, .untilClose)
    }

    private func kept(_ section: UnsafeRawBufferPointer, _ reader: HTTP1FieldReader) -> HTTPHead {
        var head = HTTPHead(bytes: Array(section))
        head.fields = reader.fields
        head.contentLength = reader.contentLength
        guard reader.hasUpperCaseNames else { return head }
        var span = head.bytes.mutableSpan
        for field in reader.fields {
            for index in field.name.range { span[index] = HTTPBytes.lowercased(span[index]) }
        }
        return head
    }

    private func keepsAlive(_ version: HTTPVersion, _ reader: HTTP1FieldReader) -> Bool {
        !reader.closes && (version == .http1_1 || reader.keepsAlive)
    }
}

// MARK: - The first line

extension HTTP1Parser {
    struct RequestLine {
        var method: Range<Int>
        var target: Range<Int>
        var version: HTTPVersion
        var end: Int
    }

    struct StatusLine {
        var version: HTTPVersion
        var status: Int
        var end: Int
    }

    /// `method SP target SP version CR LF`. `bytes` is known to end in CR LF CR LF, which bounds every loop here.
    private func requestLine(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> RequestLine {
        var index = 0
        while HTTPBytes.isToken(bytes[index]) { index += 1 }
        let method = 0..<index
        guard !method.isEmpty else { throw .emptyStartLine }
        guard bytes[index] == HTTPBytes.space else { throw .malformedRequestLine }
        index += 1
        let targetStart = index
        while HTTPBytes.isTarget(bytes[index]) { index += 1 }
        let target = targetStart..<index
        guard bytes[index] == HTTPBytes.space else {
            throw bytes[index] == HTTPBytes.carriageReturn ? .malformedRequestLine : .malformedTarget
        }
        guard !target.isEmpty else { throw .malformedRequestLine }
        let version = try version(bytes, at: index + 1)
        return RequestLine(
            method: method,
            target: target,
            version: version,
            end: try lineEnd(bytes, at: index + 9)
        )
    }

    /// `version SP status SP reason CR LF`; the reason may be missing together with its space, as some servers have it.
    private func statusLine(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> StatusLine {
        let version = try version(bytes, at: 0)
        guard bytes.count >= 16, bytes[8] == HTTPBytes.space else { throw .malformedStatusLine }
        var status = 0
        for index in 9..<12 {
            guard HTTPBytes.isDigit(bytes[index]) else { throw .malformedStatusLine }
            status = status * 10 + Int(bytes[index] - HTTPBytes.zero)
        }
        guard status >= 100, status != 101 else { throw .malformedStatusLine }
        var index = 12
        if bytes[index] == HTTPBytes.space {
            while HTTPBytes.isFieldValue(bytes[index]) { index += 1 }
        }
        return StatusLine(version: version, status: status, end: try lineEnd(bytes, at: index))
    }

    private func version(_ bytes: Span<UInt8>, at start: Int) throws(HTTPRefusal) -> HTTPVersion {
        guard start + 8 <= bytes.count else { throw .malformedVersion }
        let text = bytes.extracting(start..<(start + 8))
        guard text.extracting(0..<5).equals("HTTP/"), HTTPBytes.isDigit(text[5]), text[6] == 0x2E,
            HTTPBytes.isDigit(text[7])
        else { throw .malformedVersion }
        guard text[5] == 0x31, text[7] <= 0x31 else { throw .unsupportedVersion }
        return text[7] == 0x31 ? .http1_1 : .http1_0
    }

    private func lineEnd(_ bytes: Span<UInt8>, at index: Int) throws(HTTPRefusal) -> Int {
        guard index + 2 <= bytes.count, bytes[index] == HTTPBytes.carriageReturn,
            bytes[index + 1] == HTTPBytes.lineFeed
        else { throw role == .requests ? .malformedRequestLine : .malformedStatusLine }
        return index + 2
    }

    /// The three forms of a target that are no CONNECT's (RFC 9112, section 3.2): a path, `*` for OPTIONS, and the absolute
    /// form, whose host then counts instead of the field `host`.
    private func place(target: Range<Int>, of bytes: Span<UInt8>, in head: inout HTTPHead) throws(HTTPRefusal) {
        head.targetPlace = .init(target.lowerBound, target.upperBound)
        let text = bytes.extracting(target)
        guard text[0] != HTTPBytes.slash, head.method != .connect else { return }
        if text.equals("*") {
            guard head.method == .options else { throw .malformedTarget }
            return
        }
        let scheme =
            if text.count > 7, text.extracting(0..<7).equalsIgnoringCase("http://") {
                7
            } else if text.count > 8, text.extracting(0..<8).equalsIgnoringCase("https://") {
                8
            } else {
                0
            }
        guard scheme > 0 else { throw .malformedTarget }
        var end = scheme
        while end < text.count, HTTPBytes.isHost(text[end]) { end += 1 }
        guard end > scheme else { throw .malformedTarget }
        head.authorityPlace = .init(target.lowerBound + scheme, target.lowerBound + end)
        if end == text.count {
            let start = head.bytes.count
            head.bytes.append(HTTPBytes.slash)
            head.targetPlace = .init(start, start + 1)
            return
        }
        guard text[end] == HTTPBytes.slash else { throw .malformedTarget }
        head.targetPlace = .init(target.lowerBound + end, target.upperBound)
    }
}
