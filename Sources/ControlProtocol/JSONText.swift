import FoundationEssentials

/// Checks of a frame's bytes that must come before the JSON decoder sees them.
package enum JSONText {
    /// The deepest nesting of a message. The decoder recurses for each level, so without a limit a megabyte of
    /// brackets would exhaust the stack; our own messages need fewer than ten.
    package static let levelsMax = 64

    /// Refuses bytes that are not UTF-8, contain control characters no JSON text may have, nest too deep, or are
    /// not an object. It does not check the rest of an object's grammar: the decoder does.
    package static func checkObject(_ bytes: [UInt8]) throws(ControlProtocolError) {
        guard (try? UTF8Span(validating: bytes.span)) != nil else { throw .notUTF8 }
        guard let first = bytes.first(where: { !isSpace($0) }) else { throw .notJSON(detail: "only white space") }
        try checkNesting(bytes)
        guard first == UInt8(ascii: "{") else {
            guard isValue(bytes) else { throw .notJSON(detail: "it does not follow the grammar") }
            throw .notAnObject
        }
    }

    private static func checkNesting(_ bytes: [UInt8]) throws(ControlProtocolError) {
        var level = 0
        var insideString = false
        var escaped = false
        for byte in bytes {
            // A zero byte would also make the decoder guess another encoding than UTF-8.
            guard byte >= 0x20 || isSpace(byte) else { throw .notJSON(detail: "it contains a control character") }
            if insideString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    insideString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                insideString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                level += 1
                guard level <= levelsMax else { throw .tooDeep(levelsMax: levelsMax) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                level -= 1
            default:
                break
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// Whether the bytes follow the grammar. The decoder alone would pass over a byte order mark.
    private static func isValue(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, first < 0x80 else { return false }
        return (try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))) != nil
    }
}
