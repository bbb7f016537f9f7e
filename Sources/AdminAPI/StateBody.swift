import ControlProtocol
import DurableModel
import Engine
import FoundationEssentials
import HTTP

/// Reads the body of a change of a key's state. Values come as arrays of numbers, four characters for a byte, so this
/// goes from the text to the bytes directly: a tree of numbers in between would be many times as large.
struct StateBody {
    private let bytes: [UInt8]
    private var position = 0

    /// Each byte of a value is up to four characters.
    static let bytesMax = 32 << 20

    /// The whole change. Members that nobody asks for are ignored; of several of one name the last counts.
    static func patch(of service: String, _ head: HTTPHead, _ body: [UInt8]) throws(AdminRefusal) -> StatePatch {
        try AdminBody.check(head, body, bytesMax: bytesMax)
        try AdminBody.checkObject(body)
        var reader = StateBody(bytes: body)
        return try reader.patch(of: service)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func patch(of service: String) throws(AdminRefusal) -> StatePatch {
        var key: String?
        var state: [[UInt8]: [UInt8]]?
        var version: [UInt8]?
        try object { reader, name throws(AdminRefusal) in
            switch name {
            case "object_key": key = try reader.string()
            case "new_state": state = try reader.state()
            case "version": version = try reader.version()
            default: try reader.skipValue()
            }
        }
        skipSpace()
        guard position == bytes.count else { throw .notJSON("trailing characters") }
        guard let key else { throw .wrongShape("missing field `object_key`") }
        guard let state else { throw .wrongShape("missing field `new_state`") }
        return StatePatch(key: ServiceKey(service: service, key: key), newState: state, expectedVersion: version)
    }

    private mutating func state() throws(AdminRefusal) -> [[UInt8]: [UInt8]] {
        var state: [[UInt8]: [UInt8]] = [:]
        guard peek() == UInt8(ascii: "{") else { throw .wrongShape("`new_state` must be an object") }
        try object { reader, name throws(AdminRefusal) in
            state[Array(name.utf8)] = try reader.value(of: name)
        }
        return state
    }

    /// An array of numbers from 0 to 255, or a string, which stands for its UTF-8.
    private mutating func value(of name: String) throws(AdminRefusal) -> [UInt8] {
        if peek() == UInt8(ascii: "\"") { return Array(try string().utf8) }
        guard take("[") else { throw .wrongShape("new_state.\(name): must be an array of bytes") }
        var value: [UInt8] = []
        if take("]") { return value }
        repeat {
            value.append(try byte(of: name, place: value.count))
        } while take(",")
        guard take("]") else { throw .notJSON("expected `,` or `]`") }
        return value
    }

    private mutating func byte(of name: String, place: Int) throws(AdminRefusal) -> UInt8 {
        skipSpace()
        var number = 0
        let start = position
        while position < bytes.count, let digit = Self.digit(bytes[position]), number <= Int(UInt8.max) {
            number = number * 10 + digit
            position += 1
        }
        let isWhole = position > start && !(position < bytes.count && Self.continuesNumber(bytes[position]))
        let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
        guard isWhole, !hasLeadingZero, let byte = UInt8(exactly: number) else {
            throw .wrongShape("new_state.\(name)[\(place)]: must be a number from 0 to 255")
        }
        return byte
    }

    /// 32 bytes as base64url without padding, or nothing.
    private mutating func version() throws(AdminRefusal) -> [UInt8]? {
        if peek() == UInt8(ascii: "n") {
            try skipValue()
            return nil
        }
        let text = try string()
        var standard = text.replacing("-", with: "+").replacing("_", with: "/")
        // What is in the other alphabet already is not this encoding.
        guard !text.contains("+"), !text.contains("/"), !text.contains("=") else { throw .badStateVersion }
        while standard.utf8.count % 4 != 0 { standard += "=" }
        guard let data = Data(base64Encoded: standard), data.count == StateVersion.bytes else { throw .badStateVersion }
        return [UInt8](data)
    }
}

extension StateBody {
    /// The members of an object, one after the other.
    private mutating func object(
        _ member: (inout StateBody, String) throws(AdminRefusal) -> Void
    ) throws(AdminRefusal) {
        guard take("{") else { throw .notJSON("expected `{`") }
        if take("}") { return }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw .notJSON("key must be a string") }
            let name = try string()
            guard take(":") else { throw .notJSON("expected `:`") }
            try member(&self, name)
        } while take(",")
        guard take("}") else { throw .notJSON("expected `,` or `}`") }
    }

    private mutating func string() throws(AdminRefusal) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw .wrongShape("expected a string") }
        let start = position
        try skipString()
        let content = bytes[start + 1..<position - 1]
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<position])) else {
            throw .notJSON("invalid escape")
        }
        return text
    }

    private mutating func skipString() throws(AdminRefusal) {
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count else { throw .notJSON("EOF while parsing a string") }
        position += 1
    }

    /// Reads over one value of any kind, which must follow the grammar.
    private mutating func skipValue() throws(AdminRefusal) {
        skipSpace()
        let start = position
        var level = 0
        scan: while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                try skipString()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): level += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if level == 0 { break scan }
                level -= 1
            case UInt8(ascii: ",") where level == 0: break scan
            default: break
            }
            position += 1
        }
        guard (try? JSONDecoder().decode(JSONValue.self, from: Data(bytes[start..<position]))) != nil else {
            throw .notJSON("expected value")
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func peek() -> UInt8? {
        skipSpace()
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    private static func continuesNumber(_ byte: UInt8) -> Bool {
        digit(byte) != nil || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }
}
