import Glibc

/// An address to listen at: a numeric host and a port, of which 0 asks for any free one.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address, the latter without brackets.
    package let host: String
    package let port: UInt16

    /// `HOST:PORT` with a numeric host; IPv6 hosts stand in brackets, and `localhost` is 127.0.0.1. `nil` for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            text[text.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let host = String(text[..<colon])
        if host == "localhost" {
            self.init(host: "127.0.0.1", port: port)
        } else if host.hasPrefix("["), host.hasSuffix("]"), Self.isIPv6(String(host.dropFirst().dropLast())) {
            self.init(host: String(host.dropFirst().dropLast()), port: port)
        } else if Self.isIPv4(host) {
            self.init(host: host, port: port)
        } else {
            return nil
        }
    }

    private init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    static func loopback(port: UInt16) -> ListenAddress { ListenAddress(host: "127.0.0.1", port: port) }

    /// Whether only this machine reaches it.
    package var isLoopback: Bool {
        if Self.isIPv4(host) { return host.hasPrefix("127.") }
        var address = in6_addr()
        guard inet_pton(AF_INET6, host, &address) == 1 else { return false }
        let bytes = withUnsafeBytes(of: address) { Array($0) }
        return bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
    }

    /// As it is written in a configuration file.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isIPv4(_ host: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1
    }

    private static func isIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, host, &address) == 1
    }
}
