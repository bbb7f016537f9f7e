import FoundationEssentials

/// A source file as these tests read it: its lines as they are, and the code in them without comments and strings.
struct SourceFile {
    /// From the root of the package on: `Sources/Engine/Engine.swift`.
    let path: String
    let lines: [String]
    /// As many as `lines`, with comments and the contents of string literals blanked.
    let code: [String]

    /// The target that the file belongs to.
    var room: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blanker = CodeBlanker()
        code = lines.map { blanker.blank($0) }
    }

    /// `path:line`, as compilers write it.
    func place(_ index: Int) -> String { "\(path):\(index + 1)" }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file of `Sources`, read once for all tests.
    static let sources = Result { try all(under: "Sources") }

    /// Every Swift file below a directory of the package, in the order of their paths.
    static func all(under directory: String) throws -> [SourceFile] {
        let base = root.appending(path: directory).path
        return try FileManager.default.subpathsOfDirectory(atPath: base).sorted()
            .filter { $0.hasSuffix(".swift") }
            .map { name in
                let data = try Data(contentsOf: URL(filePath: base + "/" + name))
                return SourceFile(path: directory + "/" + name, text: String(decoding: data, as: UTF8.self))
            }
    }
}

/// Takes comments and strings out of code, line by line.
private struct CodeBlanker {
    /// Between the three quotes of a literal over several lines.
    private var inLongString = false

    private static let quote = UInt8(ascii: "\"")
    private static let slash = UInt8(ascii: "/")
    private static let backslash = UInt8(ascii: "\\")

    mutating func blank(_ line: String) -> String {
        var result: [UInt8] = []
        var inString = false
        var rest = Array(line.utf8)[...]
        while let byte = rest.first {
            if !inString, rest.starts(with: [Self.quote, Self.quote, Self.quote]) {
                inLongString.toggle()
                rest = rest.dropFirst(3)
                continue
            }
            rest = rest.dropFirst()
            if inLongString { continue }
            if inString {
                if byte == Self.backslash { rest = rest.dropFirst() }
                if byte == Self.quote { inString = false }
                continue
            }
            if byte == Self.quote {
                inString = true
                continue
            }
            if byte == Self.slash, rest.first == Self.slash { break }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension String {
    /// Whether `code` stands in the line by itself: neither as the end of a longer word nor as a member of something.
    func mentions(_ code: String) -> Bool {
        let line = Array(utf8)
        let wanted = Array(code.utf8)
        guard line.count >= wanted.count else { return false }
        return (0...(line.count - wanted.count)).contains { start in
            guard line[start] == wanted[0], line[start..<(start + wanted.count)].elementsEqual(wanted) else {
                return false
            }
            return start == 0 || !Self.continuesWord(line[start - 1])
        }
    }

    private static func continuesWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
