import Glibc
import Testing

/// Directories with short names, as paths of sockets must be short.
enum TemporaryDirectory {
    /// A new, empty one.
    static func make() throws -> String {
        var template = Array("/tmp/perdure-XXXXXX".utf8CString)
        let made = mkdtemp(&template) != nil
        try #require(made)
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Sockets made by hand.
enum UnixAddress {
    /// A listening socket at a path, with no process that accepts.
    static func listen(at path: String) throws -> Int32 {
        let descriptor = try bound(to: path)
        try #require(Glibc.listen(descriptor, 16) == 0)
        return descriptor
    }

    /// A socket at a path that does not listen.
    static func bound(to path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafeBytes(of: &address) {
            bind(
                descriptor,
                $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(MemoryLayout<sockaddr_un>.size)
            )
        }
        try #require(result == 0)
        return descriptor
    }
}
