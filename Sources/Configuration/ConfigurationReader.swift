import Glibc

/// Reads the configuration file and its drop-ins.
enum ConfigurationReader {
    /// A configuration is written by hand; what is larger is something else.
    private static let fileBytesMax = 1 << 20

    /// The file at `path`, then those of the directory `path` + `.d` whose names end in `.conf`, in the order of names.
    static func files(at path: String, required: Bool) throws(ConfigurationFailure) -> [ConfigurationFile] {
        var files: [ConfigurationFile] = []
        if let file = try file(at: path, required: required) { files.append(file) }
        let directory = path + ".d"
        for name in names(in: directory) {
            if let file = try file(at: "\(directory)/\(name)", required: false) { files.append(file) }
        }
        return files
    }

    private static func file(at path: String, required: Bool) throws(ConfigurationFailure) -> ConfigurationFile? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            let code = errno
            if code == ENOENT, !required { return nil }
            throw failure(path, String(cString: strerror(code)))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, String(cString: strerror(errno)))
            }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > fileBytesMax { throw failure(path, "it is larger than \(SizeText.write(fileBytesMax))") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure(path, "it is not UTF-8 text") }
        return ConfigurationFile(path: path, text: text)
    }

    /// Whether a file of that name is there.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func failure(_ path: String, _ reason: String) -> ConfigurationFailure {
        ConfigurationFailure(problems: [.unreadableFile(path: path, reason: reason)])
    }

    /// A directory that is not there has no drop-ins. Hidden files are none either.
    private static func names(in directory: String) -> [String] {
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".conf"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
