import ControlProtocol
import Glibc

/// Finds out whether a process listens on a Unix socket.
enum SocketProbe {
    enum Finding: Equatable {
        case nobody
        case somebody
        case unknown(Int32)
    }

    /// Connects and hangs up. Connecting to a Unix socket does not wait: whoever listens has the connection at once,
    /// or a full queue of others.
    static func connect(to path: String) -> Finding {
        let bytes = Array(path.utf8)
        guard bytes.count <= ControlSocketPath.pathBytesMax else { return .unknown(ENAMETOOLONG) }
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(AF_UNIX, Int32(kind), 0)
        guard descriptor >= 0 else { return .unknown(errno) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafeBytes(of: &address) {
            Glibc.connect(
                descriptor,
                $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(MemoryLayout<sockaddr_un>.size)
            )
        }
        if result == 0 { return .somebody }
        switch errno {
        case ECONNREFUSED, ENOENT: return .nobody
        case EAGAIN: return .somebody
        case let code: return .unknown(code)
        }
    }
}
