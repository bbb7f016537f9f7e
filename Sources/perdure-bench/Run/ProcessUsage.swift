import Glibc

/// What a process has used so far, as /proc tells it.
struct ProcessUsage {
    /// User and system time of all threads.
    var cpuMicroseconds: Double
    /// What it caused to be written to the disk.
    var writtenBytes: Double
    var residentBytes: Double
    /// Of those, what is no page of a file: what the process itself has allocated.
    var anonymousBytes: Double

    init(_ pid: Int32) throws(BenchError) {
        // The name in the second field may hold anything; what follows its closing parenthesis is numbers.
        let stat = try Self.read("/proc/\(pid)/stat")
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw .failed("/proc/\(pid)/stat does not say the process's times")
        }
        cpuMicroseconds = (user + system) * 1_000_000 / Double(sysconf(Int32(_SC_CLK_TCK)))
        writtenBytes = try Self.value("write_bytes", in: "/proc/\(pid)/io")
        residentBytes = try Self.value("VmRSS", in: "/proc/\(pid)/status") * 1024
        anonymousBytes = try Self.value("RssAnon", in: "/proc/\(pid)/status") * 1024
    }

    private static func value(_ name: String, in path: String) throws(BenchError) -> Double {
        for line in try read(path).split(separator: "\n") where line.hasPrefix(name + ":") {
            let digits = line.drop { !$0.isNumber }.prefix { $0.isNumber }
            if let value = Double(digits) { return value }
        }
        throw .failed("\(path) has no \(name)")
    }

    private static func read(_ path: String) throws(BenchError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("reading \(path)", code: errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .system("reading \(path)", code: errno) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
