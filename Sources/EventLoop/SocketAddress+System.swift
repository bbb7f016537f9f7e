import Glibc

extension SocketAddress {
    /// AF_INET, AF_INET6 or AF_UNIX.
    var family: Int32 {
        switch form {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Reads what the kernel wrote. Unix names that are not text are repaired; abstract ones (a leading zero byte) show as `@name`.
    init?(storage: sockaddr_storage, length: socklen_t) {
        let address: SocketAddress? = withUnsafeBytes(of: storage) { raw in
            switch Int32(storage.ss_family) {
            case AF_INET:
                let inet = raw.loadUnaligned(as: sockaddr_in.self)
                return SocketAddress(
                    .ipv4(UInt32(bigEndian: inet.sin_addr.s_addr), port: UInt16(bigEndian: inet.sin_port))
                )
            case AF_INET6:
                let inet = raw.loadUnaligned(as: sockaddr_in6.self)
                return SocketAddress(
                    ipv6: inet.sin6_addr,
                    port: UInt16(bigEndian: inet.sin6_port),
                    scope: inet.sin6_scope_id
                )
            case AF_UNIX:
                let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
                let end = min(Int(length), raw.count)
                guard end > start else { return SocketAddress(.unix("")) }
                let bytes = raw[start..<end]
                if bytes.first == 0 {
                    return SocketAddress(
                        .unix(bytes.count > 1 ? "@" + String(decoding: bytes.dropFirst(), as: UTF8.self) : "")
                    )
                }
                return SocketAddress(.unix(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)))
            default:
                return nil
            }
        }
        guard let address else { return nil }
        self = address
    }

    /// Lends the address in the kernel's form; nil when a Unix path is empty, too long or holds a zero byte.
    func withSystemAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R? {
        var storage = sockaddr_storage()
        let length: socklen_t
        switch form {
        case .ipv4(let address, let port):
            var inet = sockaddr_in()
            inet.sin_family = sa_family_t(AF_INET)
            inet.sin_port = port.bigEndian
            inet.sin_addr.s_addr = address.bigEndian
            length = Self.copy(inet, into: &storage)
        case .ipv6(let high, let low, let port, let scope):
            var inet = sockaddr_in6()
            inet.sin6_family = sa_family_t(AF_INET6)
            inet.sin6_port = port.bigEndian
            inet.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &inet.sin6_addr) { raw in
                raw.storeBytes(of: high.bigEndian, as: UInt64.self)
                raw.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            length = Self.copy(inet, into: &storage)
        case .unix(let path):
            var unix = sockaddr_un()
            unix.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            // One byte stays free: the name ends with a zero for whoever reads it as a C string.
            guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: unix.sun_path), !bytes.contains(0) else {
                return nil
            }
            withUnsafeMutableBytes(of: &unix.sun_path) { $0.copyBytes(from: bytes) }
            length = Self.copy(unix, into: &storage)
        }
        return withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    private static func copy<Address>(_ address: Address, into storage: inout sockaddr_storage) -> socklen_t {
        withUnsafeMutableBytes(of: &storage) { target in
            withUnsafeBytes(of: address) { target.copyMemory(from: $0) }
        }
        return socklen_t(MemoryLayout<Address>.size)
    }
}
