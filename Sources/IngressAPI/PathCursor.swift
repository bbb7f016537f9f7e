/// Walks over the segments of a request's path without copying them.
struct PathCursor {
    /// From the `/` before the next segment to the end.
    private var rest: ArraySlice<UInt8>

    /// `path` begins with `/`.
    init(_ path: ArraySlice<UInt8>) { rest = path }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next segment, which may be empty; `nil` at the end.
    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let begin = rest.startIndex + 1
        let end = rest[begin...].firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        defer { rest = rest[end...] }
        return rest[begin..<end]
    }

    /// The segments that are left.
    func remaining() -> [ArraySlice<UInt8>] {
        var cursor = self
        var segments: [ArraySlice<UInt8>] = []
        while let segment = cursor.next() { segments.append(segment) }
        return segments
    }
}

extension ArraySlice<UInt8> {
    /// Whether the bytes are exactly the text.
    func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The same without regard to the case of ASCII letters; `text` is in lower case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return zip(self, other).allSatisfy { byte, expected in
            ((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte) == expected
        }
    }

    /// The bytes as text; a path's bytes are ASCII, so that nothing is lost.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Whether a header's value is one that can be handed on as text: visible ASCII, spaces and tabs.
    var isVisibleASCII: Bool { allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 } }
}

/// Percent-encoding as the ingress reads it (ingress.md, section 1).
enum PercentText {
    /// The decoded text; an escape that is none stays as it is. `nil` when the result is not UTF-8.
    ///
    /// - Parameter plusIsSpace: the rule of queries; in a path a plus stays a plus.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> String? {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || ($0 == UInt8(ascii: "+") && plusIsSpace) }) else {
            return String(validating: bytes, as: UTF8.self)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "%"), bytes.endIndex - index > 2,
                let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
                continue
            }
            let isSpace = plusIsSpace && bytes[index] == UInt8(ascii: "+")
            decoded.append(isSpace ? UInt8(ascii: " ") : bytes[index])
            index += 1
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
