import Glibc

extension SocketAddress {
    /// Reads `HOST:PORT` with a numeric host: `127.0.0.1:8080`, `[::1]:8080`. Names are refused here, since resolving one may block: see `EventLoop.resolve`.
    package init(parsing text: String) throws(EventLoopError) {
        guard let colon = text.lastIndex(of: ":") else {
            throw .addressInvalid(text, reason: "the port is missing")
        }
        let host = text[..<colon]
        guard let port = Self.port(text[text.index(after: colon)...]) else {
            throw .addressInvalid(text, reason: "the port is not a number from 0 to 65535")
        }
        if host.hasPrefix("[") {
            guard host.hasSuffix("]"), let address = Self.ipv6(host.dropFirst().dropLast(), port: port) else {
                throw .addressInvalid(text, reason: "what stands in brackets is no IPv6 address")
            }
            self = address
            return
        }
        guard !host.isEmpty else { throw .addressInvalid(text, reason: "the host is missing") }
        guard !host.contains(":") else {
            throw .addressInvalid(text, reason: "an IPv6 address is written in brackets")
        }
        guard let address = Self.ipv4(host, port: port) else {
            throw .addressInvalid(text, reason: "the host is no numeric address")
        }
        self = address
    }

    /// A numeric host without brackets (`127.0.0.1`, `::1`) and a port; nil when the host is a name.
    package init?(numericHost host: String, port: UInt16) {
        guard let address = Self.ipv4(host[...], port: port) ?? Self.ipv6(host[...], port: port) else { return nil }
        self = address
    }

    /// Digits only and without leading zeros, so that a port has one spelling.
    private static func port(_ text: Substring) -> UInt16? {
        guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        guard text == "0" || !text.hasPrefix("0") else { return nil }
        return UInt16(text)
    }

    private static func ipv4(_ host: Substring, port: UInt16) -> SocketAddress? {
        var address = in_addr()
        guard !host.utf8.contains(0), inet_pton(AF_INET, String(host), &address) == 1 else { return nil }
        return SocketAddress(.ipv4(UInt32(bigEndian: address.s_addr), port: port))
    }

    private static func ipv6(_ host: Substring, port: UInt16) -> SocketAddress? {
        var address = in6_addr()
        guard !host.utf8.contains(0), inet_pton(AF_INET6, String(host), &address) == 1 else { return nil }
        return SocketAddress(ipv6: address, port: port, scope: 0)
    }

    init(ipv6 address: in6_addr, port: UInt16, scope: UInt32) {
        self = withUnsafeBytes(of: address) { raw in
            let high = UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self))
            let low = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            return SocketAddress(.ipv6(high, low, port: port, scope: scope))
        }
    }
}
