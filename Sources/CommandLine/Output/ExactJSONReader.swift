/// Reads JSON (RFC 8259) without making anything of its numbers.
struct ExactJSONReader {
    /// The deepest nesting; each level is a call within a call.
    static let levelsMax = 512

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value that is the whole text.
    mutating func whole() throws(ExactJSON.Problem) -> ExactJSON {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw problem("it is not UTF-8") }
        let value = try value(level: 0)
        skipSpace()
        guard place == bytes.count else { throw problem("something follows the value") }
        return value
    }

    private mutating func value(level: Int) throws(ExactJSON.Problem) -> ExactJSON {
        guard level < Self.levelsMax else { throw problem("it is nested more than \(Self.levelsMax) levels deep") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try members(level: level))
        case UInt8(ascii: "["): return .array(try elements(level: level))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func members(level: Int) throws(ExactJSON.Problem) -> [String: ExactJSON] {
        place += 1
        var members: [String: ExactJSON] = [:]
        skipSpace()
        if take("}") { return members }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a name in quotes is missing") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw problem("a colon is missing") }
            members[name] = try value(level: level + 1)
            skipSpace()
        } while take(",")
        guard take("}") else { throw problem("a comma or a closing brace is missing") }
        return members
    }

    private mutating func elements(level: Int) throws(ExactJSON.Problem) -> [ExactJSON] {
        place += 1
        var elements: [ExactJSON] = []
        skipSpace()
        if take("]") { return elements }
        repeat {
            elements.append(try value(level: level + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw problem("a comma or a closing bracket is missing") }
        return elements
    }

    private mutating func word(_ word: StaticString, _ value: ExactJSON) throws(ExactJSON.Problem) -> ExactJSON {
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[place...].starts(with: expected) else { throw problem("no value begins so") }
        place += expected.count
        return value
    }

    private mutating func number() throws(ExactJSON.Problem) -> ExactJSON {
        let start = place
        _ = take("-")
        if !take("0"), takeDigits() == 0 { throw problem("a value is missing") }
        if take("."), takeDigits() == 0 { throw problem("digits are missing behind the point") }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            if takeDigits() == 0 { throw problem("digits are missing in the exponent") }
        }
        return .number(String(decoding: bytes[start..<place], as: UTF8.self))
    }

    private mutating func string() throws(ExactJSON.Problem) -> String {
        place += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                place += 1
                text += Array(String(Character(try escaped())).utf8)
            case 0..<0x20: throw problem("a control character stands in a text")
            default:
                text.append(byte)
                place += 1
            }
        }
        throw problem("the closing quote of a text is missing")
    }

    private mutating func escaped() throws(ExactJSON.Problem) -> Unicode.Scalar {
        let byte = next
        place += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar()
        default: throw problem("there is no such escape")
        }
    }

    /// The character of `\uXXXX`, or of two of them (RFC 8259, section 7).
    private mutating func scalar() throws(ExactJSON.Problem) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), take("\\"), take("u") else { throw problem("half a character is escaped") }
        let second = try unit()
        guard UTF16.isTrailSurrogate(second) else { throw problem("half a character is escaped") }
        let value = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
        guard let scalar = Unicode.Scalar(value) else { throw problem("half a character is escaped") }
        return scalar
    }

    private mutating func unit() throws(ExactJSON.Problem) -> UInt16 {
        let digits = bytes[place...].prefix(4)
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
            throw problem("an escape needs four hexadecimal digits")
        }
        place += 4
        return unit
    }

    // MARK: Bytes

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let next, UInt32(next) == character.value else { return false }
        place += 1
        return true
    }

    private mutating func takeDigits() -> Int {
        let count = bytes[place...].prefix { (0x30...0x39).contains($0) }.count
        place += count
        return count
    }

    private mutating func skipSpace() {
        while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { place += 1 }
    }

    private func problem(_ reason: String) -> ExactJSON.Problem {
        let before = bytes.prefix(place)
        let line = before.split(separator: 0x0A, omittingEmptySubsequences: false).count
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return ExactJSON.Problem(reason: reason, line: line, column: place - start + 1)
    }
}
