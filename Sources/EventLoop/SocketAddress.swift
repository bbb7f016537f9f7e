import Glibc

/// Where a stream socket is bound or connected: an Internet address with its port, or the path of a Unix socket.
package struct SocketAddress: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        /// Both in host byte order.
        case ipv4(UInt32, port: UInt16)
        /// The two halves in host byte order; the scope is that of link-local addresses, else 0.
        case ipv6(UInt64, UInt64, port: UInt16, scope: UInt32)
        /// A path; empty for a socket without a name (a client, or one of a pair).
        case unix(String)
    }

    let form: Form

    init(_ form: Form) { self.form = form }

    /// A Unix socket at `path`. Whether the path fits is known when it is bound or connected.
    package static func unix(path: String) -> SocketAddress { SocketAddress(.unix(path)) }

    /// The port, nil for a Unix socket.
    package var port: UInt16? {
        switch form {
        case .ipv4(_, let port), .ipv6(_, _, let port, _): port
        case .unix: nil
        }
    }

    /// The path of a Unix socket (empty when it has no name), nil for an Internet address.
    package var unixPath: String? {
        guard case .unix(let path) = form else { return nil }
        return path
    }

    /// Whether only this machine can reach the address: 127.0.0.0/8 (also mapped into IPv6), ::1, or a Unix socket.
    package var isLoopback: Bool {
        switch form {
        case .ipv4(let address, _): address >> 24 == 127
        case .ipv6(0, let low, _, _): low == 1 || low >> 24 == 0xFFFF_7F
        case .ipv6: false
        case .unix: true
        }
    }

    /// The same address with another port; a Unix socket is returned as it is.
    package func with(port: UInt16) -> SocketAddress {
        switch form {
        case .ipv4(let address, _): SocketAddress(.ipv4(address, port: port))
        case .ipv6(let high, let low, _, let scope): SocketAddress(.ipv6(high, low, port: port, scope: scope))
        case .unix: self
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:80`, `[::1]:80` or `unix:/path`, in the form that `init(parsing:)` reads where it can.
    package var description: String {
        switch form {
        case .ipv4(let address, let port):
            "\(address >> 24).\(address >> 16 & 0xFF).\(address >> 8 & 0xFF).\(address & 0xFF):\(port)"
        case .ipv6(_, _, let port, let scope):
            "[\(hostText)\(scope == 0 ? "" : "%\(scope)")]:\(port)"
        case .unix(let path):
            "unix:\(path)"
        }
    }

    /// The host without port and brackets; the path of a Unix socket.
    package var hostText: String {
        switch form {
        case .ipv4(let address, _):
            return "\(address >> 24).\(address >> 16 & 0xFF).\(address >> 8 & 0xFF).\(address & 0xFF)"
        case .ipv6(let high, let low, _, _):
            var bytes = in6_addr()
            withUnsafeMutableBytes(of: &bytes) { raw in
                raw.storeBytes(of: high.bigEndian, as: UInt64.self)
                raw.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
                guard inet_ntop(AF_INET6, &bytes, text.baseAddress, socklen_t(text.count)) != nil,
                    let start = text.baseAddress
                else { return "?" }
                return String(cString: start)
            }
        case .unix(let path):
            return path
        }
    }
}
