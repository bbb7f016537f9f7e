import Glibc

/// Small text files, whole.
enum TextFile {
    /// The longest that is read: what the client reads is far shorter.
    private static let bytesMax = 16 << 20

    /// The text of a file; nil if it is not there, not readable, too long or not UTF-8.
    static func read(_ path: String) -> String? {
        guard let stream = fopen(path, "re") else { return nil }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= bytesMax {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { return ferror(stream) == 0 ? String(validating: bytes, as: UTF8.self) : nil }
            bytes += buffer.prefix(count)
        }
        return nil
    }

    /// Writes a file anew; what went wrong, or nil.
    static func write(_ path: String, _ text: String) -> String? {
        guard let stream = fopen(path, "we") else { return "\(path): \(SystemError.text(errno))" }
        let bytes = Array(text.utf8)
        let count = fwrite(bytes, 1, bytes.count, stream)
        // What the system could not store may show only now.
        guard fclose(stream) == 0, count == bytes.count else { return "\(path): \(SystemError.text(errno))" }
        return nil
    }

    /// The directory of this process.
    static func currentDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}
