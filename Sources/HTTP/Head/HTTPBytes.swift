/// Classes of bytes as RFC 9110 and RFC 9112 name them, as bit sets: no table to load, no lazy global to check.
enum HTTPBytes {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09
    static let colon: UInt8 = 0x3A
    static let comma: UInt8 = 0x2C
    static let slash: UInt8 = 0x2F
    static let questionMark: UInt8 = 0x3F
    static let zero: UInt8 = 0x30

    /// `tchar`: what names of fields and methods are made of.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        // Low half: ! # $ % & ' * + - . and digits; high half: letters, ^ _ ` | ~.
        let mask: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && (mask &>> UInt64(byte & 63)) & 1 == 1
    }

    /// A byte of a field's value: visible ASCII, space, tab and the opaque upper half; no control bytes.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == tab
    }

    /// A byte of a request target: visible ASCII without the fragment's `#`.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != 0x23
    }

    /// A byte of `Host`: letters, digits, `-._~%`, sub-delims without the comma, and `[]:` for addresses and ports.
    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool {
        let mask: UInt64 = byte < 64 ? 0x2FFF_6FF2_0000_0000 : 0x47FF_FFFE_AFFF_FFFE
        return byte < 128 && (mask &>> UInt64(byte & 63)) & 1 == 1
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    @inline(__always)
    static func isOptionalSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit, or nil.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> Int? {
        if isDigit(byte) { return Int(byte &- zero) }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? Int(letter) + 10 : nil
    }
}

extension Span<UInt8> {
    /// Byte for byte.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// Compared without regard to the case of ASCII letters; `text` is in lower case.
    @inline(__always)
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<count where HTTPBytes.lowercased(self[index]) != other[index] { return false }
        return true
    }
}
