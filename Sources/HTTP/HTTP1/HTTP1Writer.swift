/// Writes heads of HTTP/1.1 into room that was measured before.
struct HTTP1Writer {
    /// What frames the body of the message to be written.
    enum Framing {
        case none
        case length(Int)
        case chunked
        /// A HEAD's answer and the like: the fields stay, no body follows.
        case asGiven
    }

    /// What the head says about the connection's future beyond the version's default.
    enum Connection {
        case unsaid
        case close
        case keepAlive
    }

    private var room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    private init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    /// Room that surely suffices for `head`.
    static func bytesMax(_ head: HTTPHead) -> Int {
        head.bytes.count + 4 * head.fields.count + 192
    }

    /// Writes a response's head and returns its bytes.
    static func write(
        response head: HTTPHead,
        framing: Framing,
        connection: Connection,
        into room: UnsafeMutableRawBufferPointer
    ) -> Int {
        var writer = HTTP1Writer(room)
        writer.add("HTTP/1.1 ")
        writer.add(number: head.status)
        writer.add(HTTPStatus.reason(head.status))
        writer.fields(head)
        writer.framing(framing)
        switch connection {
        case .unsaid: break
        case .close: writer.add("connection: close\r\n")
        case .keepAlive: writer.add("connection: keep-alive\r\n")
        }
        writer.add("\r\n")
        return writer.count
    }

    /// Writes a request's head and returns its bytes.
    static func write(request head: HTTPHead, framing: Framing, into room: UnsafeMutableRawBufferPointer) -> Int {
        var writer = HTTP1Writer(room)
        head.bytes.withUnsafeBytes { bytes in
            writer.add(bytes, head.methodPlace)
            writer.add(" ")
            writer.add(bytes, head.targetPlace)
            writer.add(" HTTP/1.1\r\nhost: ")
            writer.add(bytes, head.authorityPlace)
            writer.add("\r\n")
        }
        writer.fields(head)
        writer.framing(framing)
        writer.add("\r\n")
        return writer.count
    }

    /// The line before the data of a chunk, at most 18 bytes.
    static func write(chunkOf bytes: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
        var writer = HTTP1Writer(room)
        writer.add(number: bytes, radix: 16)
        writer.add("\r\n")
        return writer.count
    }

    private mutating func fields(_ head: HTTPHead) {
        head.bytes.withUnsafeBytes { bytes in
            for field in head.fields {
                add(bytes, field.name)
                add(": ")
                add(bytes, field.value)
                add("\r\n")
            }
        }
    }

    private mutating func framing(_ framing: Framing) {
        switch framing {
        case .none, .asGiven: break
        case .length(let length):
            add("content-length: ")
            add(number: length)
            add("\r\n")
        case .chunked: add("transfer-encoding: chunked\r\n")
        }
    }

    private mutating func add(_ text: StaticString) {
        copy(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer, _ place: HTTPHead.Place) {
        copy(UnsafeRawBufferPointer(rebasing: bytes[place.range]))
    }

    private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= room.count - count, "a head is longer than it was measured")
        UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    private mutating func add(number: Int, radix: Int = 10) {
        var divisor = 1
        while number / divisor >= radix { divisor *= radix }
        var rest = number
        while divisor > 0 {
            let digit = UInt8(truncatingIfNeeded: rest / divisor)
            precondition(count < room.count, "a head is longer than it was measured")
            room[count] = digit < 10 ? HTTPBytes.zero + digit : 0x57 + digit
            count += 1
            rest %= divisor
            divisor /= radix
        }
    }
}

/// The reasons behind statuses: for people who read the wire, since no program may.
enum HTTPStatus {
    /// The space, the reason if the status has one here, and the line's end.
    static func reason(_ status: Int) -> StaticString {
        switch status {
        case 200: " OK\r\n"
        case 201: " Created\r\n"
        case 202: " Accepted\r\n"
        case 204: " No Content\r\n"
        case 304: " Not Modified\r\n"
        case 400: " Bad Request\r\n"
        case 401: " Unauthorized\r\n"
        case 403: " Forbidden\r\n"
        case 404: " Not Found\r\n"
        case 405: " Method Not Allowed\r\n"
        case 408: " Request Timeout\r\n"
        case 409: " Conflict\r\n"
        case 410: " Gone\r\n"
        case 413: " Content Too Large\r\n"
        case 414: " URI Too Long\r\n"
        case 415: " Unsupported Media Type\r\n"
        case 421: " Misdirected Request\r\n"
        case 422: " Unprocessable Content\r\n"
        case 429: " Too Many Requests\r\n"
        case 431: " Request Header Fields Too Large\r\n"
        case 500: " Internal Server Error\r\n"
        case 501: " Not Implemented\r\n"
        case 502: " Bad Gateway\r\n"
        case 503: " Service Unavailable\r\n"
        case 504: " Gateway Timeout\r\n"
        case 505: " HTTP Version Not Supported\r\n"
        default: " \r\n"
        }
    }

    /// Answers that never have a body (RFC 9110, sections 15.3.5 and 15.4.5).
    static func forbidsBody(_ status: Int) -> Bool { status == 204 || status == 304 }
}
