import FoundationEssentials

/// The answer to an HTTP/1.1 request.
struct Answer {
    let status: Int
    /// By lower-case name, the last of equal ones.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw HarnessError("status \(status), unexpected body \(text.prefix(500)): \(error)")
        }
    }
}

/// Requests to one port of this machine, each on a connection of its own.
struct HTTPPort {
    let port: UInt16

    func get(_ path: String, _ headers: [String: String] = [:]) throws -> Answer {
        try exchange("GET", path, headers: headers)
    }

    func post(_ path: String, json: String, _ headers: [String: String] = [:]) throws -> Answer {
        try exchange(
            "POST",
            path,
            headers: headers.merging(["content-type": "application/json"]) { given, _ in given },
            body: Array(json.utf8)
        )
    }

    func exchange(_ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil) throws
        -> Answer
    {
        let socket = try open(method, path, headers: headers, body: body)
        return try HTTPPort.answer(on: socket)
    }

    /// Sends a request and leaves the answer to be read later.
    func open(_ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil) throws -> Socket
    {
        let socket = try Socket(port: port)
        var head = "\(method) \(path) HTTP/1.1\r\nhost: 127.0.0.1:\(port)\r\nconnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "content-length: \(body.count)\r\n" }
        socket.send(Array((head + "\r\n").utf8) + (body ?? []))
        return socket
    }

    /// Sends bytes that need not be HTTP; gives whatever comes back until the end of the stream.
    func raw(_ bytes: [UInt8], thenClose: Bool = false) throws -> [UInt8] {
        let socket = try Socket(port: port)
        socket.send(bytes)
        if thenClose { socket.closeSending() }
        return try socket.receiveAll()
    }

    static func answer(on socket: Socket) throws -> Answer {
        try parse(try socket.receiveAll())
    }

    /// Interim answers in front are passed over.
    static func parse(_ bytes: [UInt8]) throws -> Answer {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else {
            throw HarnessError(
                "no HTTP answer but \(bytes.count) bytes: \(String(decoding: bytes.prefix(200), as: UTF8.self))"
            )
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(whereSeparator: \.isNewline)
        let statusLine = lines[0].split(separator: " ")
        guard statusLine.count >= 2, let status = Int(statusLine[1]) else {
            throw HarnessError("no status in \(lines[0])")
        }
        if status < 200 { return try parse(Array(bytes[(end + 4)...])) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
        }
        var body = Array(bytes[(end + 4)...])
        if headers["transfer-encoding"] == "chunked" { body = try dechunked(body) }
        return Answer(status: status, headers: headers, body: body)
    }

    private static func dechunked(_ bytes: [UInt8]) throws -> [UInt8] {
        var body: [UInt8] = []
        var rest = bytes[...]
        while true {
            guard let lineEnd = rest.firstIndex(of: 13),
                let size = Int(String(decoding: rest[rest.startIndex..<lineEnd], as: UTF8.self), radix: 16),
                rest.count >= (lineEnd - rest.startIndex) + 2 + size
            else { throw HarnessError("a chunk of the answer is cut off") }
            if size == 0 { return body }
            rest = rest[(lineEnd + 2)...]
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
    }
}
