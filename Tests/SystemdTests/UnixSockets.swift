import Glibc
import Testing

/// A fresh directory, removed with what is in it when this goes.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/perdure-test-XXXXXX".utf8CString)
        path = try template.withUnsafeMutableBufferPointer { template in
            String(cString: try #require(template.baseAddress.flatMap { mkdtemp($0) }))
        }
    }

    deinit { remove(path) }

    private func remove(_ path: String) {
        guard let directory = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove("\(path)/\(name)") }
        }
        closedir(directory)
        rmdir(path)
    }
}

private func withUnixAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}

func bindUnix(_ descriptor: Int32, _ path: String) -> Int32 { withUnixAddress(path) { bind(descriptor, $0, $1) } }

func connectUnix(_ descriptor: Int32, _ path: String) -> Int32 { withUnixAddress(path) { connect(descriptor, $0, $1) } }

/// The service manager's end: a datagram socket at `NOTIFY_SOCKET` of this process.
final class NotifySocket {
    private let directory: TemporaryDirectory
    private let descriptor: Int32

    init() throws {
        directory = try TemporaryDirectory()
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let path = directory.path + "/notify"
        try #require(bindUnix(descriptor, path) == 0)
        setenv("NOTIFY_SOCKET", path, 1)
    }

    deinit { close(descriptor) }

    /// The next message, nil when there is none.
    func message() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
