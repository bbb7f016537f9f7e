import CShims
import Glibc

/// The system calls on stream sockets that listener, connection and stream share. Descriptors are plain numbers here; who owns one closes it.
enum SocketDescriptor {
    /// Idle seconds before a TCP peer is asked whether it lives, seconds between such questions, and how many go unanswered before the connection fails:
    /// a peer that vanished is noticed after two minutes, also by a stream that only waits.
    private static let keepAlive: (idle: Int32, interval: Int32, count: Int32) = (60, 15, 4)

    /// A non-blocking, close-on-exec stream socket for `address`.
    static func make(for address: SocketAddress) throws(EventLoopError) -> Int32 {
        let descriptor = perdure_stream_socket(address.family)
        guard descriptor >= 0 else { throw .system(.makeSocket, subject: address.description, code: errno) }
        if address.unixPath == nil { configureTCP(descriptor) }
        return descriptor
    }

    /// Refuses what is no stream socket, and sets close-on-exec on what is.
    static func check(_ descriptor: Int32, listening: Bool) throws(EventLoopError) {
        switch perdure_is_stream_socket(descriptor) {
        case 1: break
        case 0: throw .descriptorUnsuitable(descriptor, reason: "it is no stream socket")
        default: throw .descriptorUnsuitable(descriptor, reason: "it is no socket")
        }
        guard (option(descriptor, SO_ACCEPTCONN) == 1) == listening else {
            throw .descriptorUnsuitable(
                descriptor,
                reason: listening ? "it is not listening" : "it is a listening socket"
            )
        }
        let flags = fcntl(descriptor, F_GETFD)
        guard flags >= 0, fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) == 0 else {
            throw .system(.inspect, subject: "descriptor \(descriptor)", code: errno)
        }
    }

    /// No delay for small writes, and questions to peers that are silent. A listener hands these options on to what it accepts (Linux copies them).
    static func configureTCP(_ descriptor: Int32) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, keepAlive.idle)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, keepAlive.interval)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, keepAlive.count)
    }

    static func localAddress(_ descriptor: Int32) -> SocketAddress? {
        address { storage, length in getsockname(descriptor, storage, length) }
    }

    static func peerAddress(_ descriptor: Int32) -> SocketAddress? {
        address { storage, length in getpeername(descriptor, storage, length) }
    }

    /// Accepts one connection; nil with errno set when there is none or the call failed.
    static func accept(_ listener: Int32) -> (descriptor: Int32, peer: SocketAddress)? {
        var descriptor: Int32 = -1
        let peer = address { storage, length in
            descriptor = perdure_accept4(listener, storage, length)
            return descriptor < 0 ? -1 : 0
        }
        guard descriptor >= 0 else { return nil }
        return (descriptor, peer ?? SocketAddress(.unix("")))
    }

    /// The error the kernel keeps for the socket (and forgets by telling it); 0 when there is none.
    static func takeError(_ descriptor: Int32) -> Int32 { option(descriptor, SO_ERROR) ?? errno }

    static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        // A refused option costs speed, not correctness: nothing to do about it.
        withUnsafePointer(to: value) {
            _ = setsockopt(descriptor, level, name, $0, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    private static func address(
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &length) }
        }
        guard result == 0 else { return nil }
        return SocketAddress(storage: storage, length: length)
    }
}
