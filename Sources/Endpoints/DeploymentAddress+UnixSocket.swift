import DurableModel

/// Addresses like `unix:/run/greeter.sock`: the path of a socket on this machine, percent-encoded as in any URI.
///
/// A path has one form, whatever way it was written in, so that the same socket is the same deployment: what has to be
/// encoded is, nothing else is, hexadecimal digits are upper-case, and slashes stand alone.
extension DeploymentAddress {
    /// The room for a path in the address of a Unix socket, the final zero left out.
    package static let socketPathBytesMax = 107

    /// Reads what follows `unix:`. The query is kept, as with other addresses: it goes along with every request.
    static func unixSocket(_ text: Substring) throws(DeploymentAddressError) -> DeploymentAddress {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .forbiddenCharacter }
        let target = text.prefix { $0 != "#" }
        var written = target.prefix { $0 != "?" }
        // An empty host is one way to write it: unix:///run/greeter.sock.
        if written.hasPrefix("///") { written = written.dropFirst(2) }
        guard written.hasPrefix("/"), !written.hasPrefix("//") else { throw .socketPathNotAbsolute }
        guard let path = percentDecoded(written), !path.utf8.contains(0) else { throw .malformedSocketPath }
        let parts = path.split(separator: "/")
        guard !path.hasSuffix("/"), !parts.contains("."), !parts.contains("..") else { throw .malformedSocketPath }
        let canonical = parts.map { "/" + $0 }.joined()
        guard canonical.utf8.count <= socketPathBytesMax else {
            throw .socketPathTooLong(bytesMax: socketPathBytesMax)
        }
        let hasQuery = target.utf8.count > target.prefix { $0 != "?" }.utf8.count
        return DeploymentAddress(
            scheme: unixScheme,
            authority: canonical.split(separator: "/").map { "/" + percentEncoded($0) }.joined(),
            pathAsWritten: "/",
            query: hasQuery ? String(target.drop { $0 != "?" }.dropFirst()) : nil
        )
    }

    /// The path of the socket, for the system; `nil` for addresses of another kind.
    package var socketPath: String? {
        scheme == Self.unixScheme ? Self.percentDecoded(authority[...]) : nil
    }

    /// `nil` when a percent sign begins no encoded byte, or the bytes are no UTF-8.
    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let high = rest.popFirst().flatMap(hexadecimal),
                let low = rest.popFirst().flatMap(hexadecimal)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    private static func percentEncoded(_ part: Substring) -> String {
        String(decoding: EndpointRequest.percentEncoded(String(part)), as: UTF8.self)
    }
}
