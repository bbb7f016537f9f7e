/// Reads the field lines of a head (RFC 9112, section 5) and notes those that frame the message or name its host.
struct HTTP1FieldReader {
    let role: HTTP1Parser.Role
    private(set) var fields: [HTTPHead.Field] = []
    private(set) var hosts = 0
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var closes = false
    private(set) var keepsAlive = false
    private(set) var expectsContinue = false
    /// Some name has an upper-case letter and must be changed where it is kept.
    private(set) var hasUpperCaseNames = false

    init(role: HTTP1Parser.Role) {
        self.role = role
    }

    var framesMessage: Bool { hosts > 0 || contentLength != nil || isChunked }

    /// Reads from the beginning of a line up to the blank line, which `section` is known to end in.
    mutating func read(_ section: Span<UInt8>, from start: Int) throws(HTTPRefusal) {
        fields.reserveCapacity(12)
        var index = start
        while section[index] != HTTPBytes.carriageReturn {
            guard fields.count < HTTPLimits.fieldsMax else { throw .tooManyFields }
            index = try line(section, from: index)
        }
        guard index + 2 == section.count else { throw .bareCarriageReturn }
    }

    private mutating func line(_ section: Span<UInt8>, from start: Int) throws(HTTPRefusal) -> Int {
        var index = start
        var byte = section[index]
        while HTTPBytes.isToken(byte) {
            if byte &- 0x41 < 26 { hasUpperCaseNames = true }
            index += 1
            byte = section[index]
        }
        let name = start..<index
        guard byte == HTTPBytes.colon, !name.isEmpty else {
            guard HTTPBytes.isOptionalSpace(byte) else { throw .malformedFieldName }
            throw name.isEmpty ? .foldedField : .spaceBeforeColon
        }
        index += 1
        while HTTPBytes.isOptionalSpace(section[index]) { index += 1 }
        let valueStart = index
        while HTTPBytes.isFieldValue(section[index]) { index += 1 }
        guard section[index] == HTTPBytes.carriageReturn else { throw .malformedFieldValue }
        guard section[index + 1] == HTTPBytes.lineFeed else { throw .bareCarriageReturn }
        var valueEnd = index
        while valueEnd > valueStart, HTTPBytes.isOptionalSpace(section[valueEnd - 1]) { valueEnd -= 1 }
        fields.append(HTTPHead.Field(name: .init(start, name.upperBound), value: .init(valueStart, valueEnd)))
        try note(section.extracting(name), section.extracting(valueStart..<valueEnd))
        return index + 2
    }

    private mutating func note(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(HTTPRefusal) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"): try noteHost(value)
        case 6 where name.equalsIgnoringCase("expect"):
            if value.equalsIgnoringCase("100-continue") { expectsContinue = true }
        case 10 where name.equalsIgnoringCase("connection"): noteConnection(value)
        case 14 where name.equalsIgnoringCase("content-length"): try noteLength(value)
        case 17 where name.equalsIgnoringCase("transfer-encoding"): try noteTransferEncoding(value)
        default: break
        }
    }

    private mutating func noteHost(_ value: Span<UInt8>) throws(HTTPRefusal) {
        guard role == .requests else { return }
        guard hosts == 0 else { throw .repeatedHost }
        hosts = 1
        for index in 0..<value.count where !HTTPBytes.isHost(value[index]) { throw .malformedHost }
    }

    private mutating func noteLength(_ value: Span<UInt8>) throws(HTTPRefusal) {
        guard contentLength == nil else { throw .repeatedContentLength }
        var length = 0
        for index in 0..<value.count {
            guard HTTPBytes.isDigit(value[index]) else { throw .malformedContentLength }
            guard index < HTTPLimits.contentLengthDigitsMax else { throw .contentLengthTooLarge }
            length = length * 10 + Int(value[index] - HTTPBytes.zero)
        }
        guard value.count > 0 else { throw .malformedContentLength }
        contentLength = length
    }

    private mutating func noteTransferEncoding(_ value: Span<UInt8>) throws(HTTPRefusal) {
        guard !isChunked else { throw .repeatedTransferEncoding }
        var codings = 0
        var chunked = 0
        var lastIsChunked = false
        Self.forEachElement(of: value) { element in
            codings += 1
            lastIsChunked = element.equalsIgnoringCase("chunked")
            chunked += lastIsChunked ? 1 : 0
        }
        guard codings > 0, chunked == (lastIsChunked ? 1 : 0) else { throw .malformedTransferEncoding }
        guard lastIsChunked, codings == 1 else { throw .unsupportedTransferEncoding }
        isChunked = true
    }

    private mutating func noteConnection(_ value: Span<UInt8>) {
        var closes = closes
        var keepsAlive = keepsAlive
        Self.forEachElement(of: value) { element in
            if element.equalsIgnoringCase("close") { closes = true }
            if element.equalsIgnoringCase("keep-alive") { keepsAlive = true }
        }
        self.closes = closes
        self.keepsAlive = keepsAlive
    }

    /// The elements of a comma-separated list without the white space around them, empty ones included.
    private static func forEachElement(of list: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        for index in 0...list.count where index == list.count || list[index] == HTTPBytes.comma {
            var first = start
            var end = index
            while first < end, HTTPBytes.isOptionalSpace(list[first]) { first += 1 }
            while end > first, HTTPBytes.isOptionalSpace(list[end - 1]) { end -= 1 }
            body(list.extracting(first..<end))
            start = index + 1
        }
    }
}
