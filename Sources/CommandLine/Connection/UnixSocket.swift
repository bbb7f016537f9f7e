import ControlProtocol
import Glibc

/// A connected Unix stream socket with blocking reads and writes that give up in time. Owns its descriptor.
final class UnixSocket {
    /// Why nothing more comes or goes.
    enum Failure: Error, Equatable {
        case closed
        case timedOut
        case system(Int32)
    }

    /// The longest wait for the other end to take a connection or our bytes. It is on this machine and has nothing
    /// else to do with them.
    static let sendTimeoutSeconds = 10

    private let descriptor: Int32

    /// Connects to the socket at a path.
    init(connectingTo path: String) throws(ClientError) {
        let bytes = Array(path.utf8)
        guard bytes.count <= ControlSocketPath.pathBytesMax else {
            throw .unreachable(socketPath: path, reason: .pathTooLong)
        }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            throw .unreachable(socketPath: path, reason: .other(SystemError.text(errno)))
        }
        // On Unix sockets this also limits connect(2), which waits while the daemon's backlog is full.
        var limit = timeval(tv_sec: Self.sendTimeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if let code = Self.connect(descriptor, bytes) {
            throw .unreachable(socketPath: path, reason: Self.reason(code))
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The error of connect(2), or nil.
    private static func connect(_ descriptor: Int32, _ path: [UInt8]) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        while true {
            let result = withUnsafeBytes(of: &address) {
                Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, size)
            }
            if result == 0 || errno == EISCONN { return nil }
            if errno != EINTR { return errno }
        }
    }

    private static func reason(_ code: Int32) -> UnreachableReason {
        switch code {
        case ENOENT, ENOTDIR: .noSocket
        case ECONNREFUSED: .nobodyListens
        case EACCES, EPERM: .noPermission
        case EAGAIN: .silent
        default: .other(SystemError.text(code))
        }
    }

    /// Sends all bytes.
    func send(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .timedOut
            case EPIPE, ECONNRESET: throw .closed
            case let code: throw .system(code)
            }
        }
    }

    /// The next bytes, at most as many as the buffer holds, waiting until `deadline` for them.
    func receive(into buffer: inout [UInt8], deadline: Deadline) throws(Failure) -> Int {
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&entry, 1, deadline.remainingMilliseconds())
            if ready == 0 {
                // One wait of the system is shorter than the longest of ours.
                if deadline.remainingMilliseconds() > 0 { continue }
                throw .timedOut
            }
            if ready < 0 {
                if errno == EINTR { continue }
                throw .system(errno)
            }
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return count }
            if count == 0 || errno == ECONNRESET { throw .closed }
            if errno != EINTR { throw .system(errno) }
        }
    }
}

/// A moment on the monotonic clock.
struct Deadline {
    private let nanoseconds: UInt64

    /// So many seconds from now.
    init(secondsFromNow seconds: Int) {
        nanoseconds = Self.now() + UInt64(max(0, seconds)) * 1_000_000_000
    }

    /// So many milliseconds from now.
    init(millisecondsFromNow milliseconds: Int) {
        let (wait, hasOverflown) = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
        let (moment, isTooLate) = Self.now().addingReportingOverflow(wait)
        nanoseconds = hasOverflown || isTooLate ? .max : moment
    }

    /// How many milliseconds are left.
    var milliseconds: Int {
        let now = Self.now()
        return now < nanoseconds ? Int(clamping: (nanoseconds - now + 999_999) / 1_000_000) : 0
    }

    /// What is left, for poll(2).
    func remainingMilliseconds() -> Int32 {
        let now = Self.now()
        guard now < nanoseconds else { return 0 }
        return Int32(clamping: (nanoseconds - now + 999_999) / 1_000_000)
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
