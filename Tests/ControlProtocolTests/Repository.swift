import FoundationEssentials

/// Files of the tree that the tests compare the code with.
enum Repository {
    /// The text of a file, or nil if it is not there.
    static func text(of path: String) -> String? {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let data = FileManager.default.contents(atPath: "/\(root)/\(path)") else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
