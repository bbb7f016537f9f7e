/// The id of an awakeable: the invocation that waits and the index of the signal that completes it, written `sign_1` and the
/// base64url text of 28 bytes (service-protocol.md, section 6).
///
/// Only indexes that SDKs hand out are ids of awakeables: the lower ones are the protocol's own signals, of which one cancels
/// an invocation, and an id with such an index is forged.
package struct AwakeableID: Hashable, Sendable {
    package let invocation: InvocationID
    /// The signal's index, from `indexMin` on.
    package let index: UInt32

    /// The lowest index that SDKs give to an awakeable.
    package static let indexMin: UInt32 = 17

    /// `nil` for an index that is none of an awakeable.
    package init?(invocation: InvocationID, index: UInt32) {
        guard index >= Self.indexMin else { return nil }
        self.invocation = invocation
        self.index = index
    }
}

extension AwakeableID: CustomStringConvertible {
    private static let digitCount = 38

    package var description: String {
        "sign_1"
            + Base64URL.text(of: invocation.bytes + (0..<4).map { UInt8(truncatingIfNeeded: index >> (24 - 8 * $0)) })
    }

    /// Parses the text form, with or without padding; the sentence for a refusal is the caller's. The `prom_1…` ids of old
    /// SDKs are ids of another kind.
    package init(parsing text: String) throws(IdentifierError) {
        var end = text.utf8.endIndex
        while end > text.utf8.startIndex, text.utf8[text.utf8.index(before: end)] == UInt8(ascii: "=") {
            end = text.utf8.index(before: end)
        }
        let digits = try Base62.body(of: String(text[..<end]), prefix: "sign", length: Self.digitCount)
        guard let bytes = Base64URL.bytes(of: digits), bytes.count == 28,
            let invocation = bytes.withUnsafeBytes({ InvocationID(bytes: .init(rebasing: $0.prefix(24))) })
        else { throw .badDigits(text) }
        let index = bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard let id = AwakeableID(invocation: invocation, index: index) else { throw .reservedIndex(text) }
        self = id
    }
}

/// The alphabet for URLs of RFC 4648, without padding.
private enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(of bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                digits.append(alphabet[Int(buffer >> UInt32(bits) & 0x3f)])
            }
        }
        if bits > 0 { digits.append(alphabet[Int(buffer << UInt32(6 - bits) & 0x3f)]) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// `nil` if a digit is none, or if bits that stand for nothing are set: then two texts would be one id.
    static func bytes(of digits: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            buffer = buffer << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return buffer & (1 << UInt32(bits) - 1) == 0 ? bytes : nil
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
