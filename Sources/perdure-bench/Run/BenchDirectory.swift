import Glibc

/// A directory for one run, made on the disk that is to be measured and removed with its files.
struct BenchDirectory {
    let path: String

    init(in parent: String) throws(BenchError) {
        var template = Array((parent + "/perdure-bench-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw .system("making a directory in \(parent)", code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() { Self.remove(path) }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
