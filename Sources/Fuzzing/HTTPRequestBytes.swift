import HTTP

/// A whole request as it stands in HTTP/1.1, and back.
enum HTTPRequestBytes {
    static func joined(
        _ method: String,
        _ target: String,
        _ headers: [(key: String, value: String)] = [],
        _ body: [UInt8] = []
    ) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nhost: h:1\r\n"
        for (name, value) in headers where !framing.contains(name.lowercased()) { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "content-length: \(body.count)\r\n" }
        return Array((text + "\r\n").utf8) + body
    }

    /// What is said here already.
    private static let framing: Set = ["host", "content-length", "transfer-encoding"]

    /// The first request of the bytes, if they hold a whole one. A body whose length is not the one that was said is taken
    /// as it is: the fuzzer is after what reads it, not after the length.
    static func read(_ bytes: [UInt8]) -> (head: HTTPHead, body: [UInt8])? {
        var parser = HTTP1Parser(.requests)
        return bytes.withUnsafeBytes { buffer in
            var offset = 0
            guard case .head(let head, _) = parser.next(buffer, from: &offset) else { return nil }
            return (head, Array(buffer[offset...]))
        }
    }
}
