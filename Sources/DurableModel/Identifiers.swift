/// A text that should have been an id and is none: what was read and what is wrong with it.
package enum IdentifierError: Error, Equatable, Sendable {
    /// Not `prefix_` followed by an encoding version at all.
    case badFormat(String)
    /// A well-formed id of another kind of thing, e.g. a deployment where an invocation is meant.
    case wrongKind(String)
    /// The character after `_` is not a known version of the encoding.
    case unknownVersion(String)
    /// The digits are none, of the wrong number, or too large.
    case badDigits(String)
    /// The index in an awakeable's id is one of the protocol's own signals.
    case reservedIndex(String)
}

/// The id of an invocation: a partition key and 16 bytes, written `inv_1…` (38 characters).
///
/// A random id carries the number of the invocation's row, so that finding it needs no second index (see
/// `number`); the id of an idempotent or workflow call is a hash of its target and carries none. Either way the
/// reader compares the whole id with the row, since no bit tells the two apart.
package struct InvocationID: Hashable, Sendable {
    /// Below 2^63 in ids of our own making, since SQLite's integers are signed. Other servers use all 64 bits: their ids are
    /// ids too, of invocations that are not here.
    package let partitionKey: UInt64
    /// The first half of the uuid part: for random ids 48 bits of milliseconds and 16 bits of the number.
    package let high: UInt64
    /// The second half: for random ids 32 bits of the number and 32 random bits.
    package let low: UInt64

    package init(partitionKey: UInt64, high: UInt64, low: UInt64) {
        self.partitionKey = partitionKey
        self.high = high
        self.low = low
    }

    /// A fresh id for the invocation in row `number`, time-ordered part first.
    package init(partitionKey: UInt64, createdAt: Timestamp, number: InvocationNumber, entropy: UInt32) {
        let milliseconds = UInt64(bitPattern: createdAt.milliseconds) << 16
        let value = UInt64(bitPattern: number.rawValue)
        self.init(
            partitionKey: partitionKey & 0x7fff_ffff_ffff_ffff,
            high: milliseconds | (value >> 32 & 0xffff),
            low: (value & 0xffff_ffff) << 32 | UInt64(entropy)
        )
    }

    /// The partition key of all that has this key, whatever its service: a number below 2^63 that depends on nothing else.
    package static func partitionKey(ofKey key: String) -> UInt64 {
        UInt64(bigEndianBytes: SHA256.digest(of: Array(key.utf8)).prefix(8)) & 0x7fff_ffff_ffff_ffff
    }

    /// The row number that the id carries if it is a random one; meaningless for a hashed id.
    package var number: InvocationNumber {
        InvocationNumber(rawValue: Int64((high & 0xffff) << 32 | low >> 32))
    }

    /// The 24 bytes that go over the wire (`StartMessage.id`, awakeables): partition key, then uuid, big-endian.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 24) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.storeBytes(of: partitionKey.bigEndian, as: UInt64.self)
            raw.storeBytes(of: high.bigEndian, toByteOffset: 8, as: UInt64.self)
            raw.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt64.self)
            count = 24
        }
    }

    /// Reads the 24 wire bytes; `nil` when there are not exactly 24.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 24 else { return nil }
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        self.init(partitionKey: word(0), high: word(8), low: word(16))
    }
}

extension InvocationID: CustomStringConvertible {
    package static let prefix = "inv"

    package var description: String {
        Base62.text("inv_1", digits: 33) { digits in
            Base62.write(high: 0, low: partitionKey.byteSwapped, into: &digits, from: 0, to: 11)
            Base62.write(high: low.byteSwapped, low: high.byteSwapped, into: &digits, from: 11, to: 33)
        }
    }

    /// Parses the text form; the sentence for a refusal is the caller's.
    package init(parsing text: String) throws(IdentifierError) {
        let digits = try Base62.body(of: text, prefix: Self.prefix, length: 33)
        guard let key = Base62.decode(digits.prefix(11)), key.high == 0,
            let uuid = Base62.decode(digits.dropFirst(11))
        else { throw .badDigits(text) }
        self.init(partitionKey: key.low.byteSwapped, high: uuid.low.byteSwapped, low: uuid.high.byteSwapped)
    }
}

/// The id of a deployment: 16 bytes, a ULID, written `dp_1…` (26 characters).
package struct DeploymentID: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh id: 48 bits of milliseconds, then entropy.
    package init(createdAt: Timestamp, entropy: (UInt64, UInt64)) {
        self.init(
            high: UInt64(bitPattern: createdAt.milliseconds) << 16 | entropy.0 & 0xffff,
            low: entropy.1
        )
    }

    package static let prefix = "dp"

    package var description: String {
        Base62.text("dp_1", digits: 22) { digits in
            Base62.write(high: low.byteSwapped, low: high.byteSwapped, into: &digits, from: 0, to: 22)
        }
    }

    /// Parses the text form; the sentence for a refusal is the caller's.
    package init(parsing text: String) throws(IdentifierError) {
        let digits = try Base62.body(of: text, prefix: Self.prefix, length: 22)
        guard let number = Base62.decode(digits) else { throw .badDigits(text) }
        self.init(high: number.low.byteSwapped, low: number.high.byteSwapped)
    }
}

/// The number of an invocation: its row, given out in arrival order by a persisted sequence and never again.
package struct InvocationNumber: Hashable, Comparable, Sendable, RawRepresentable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    // Written out and inlined: what a raw value brings along is generic, and each call looks a hundred numbers up.

    @inlinable package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

    @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    @inlinable package func _rawHashValue(seed: Int) -> Int {
        OwnNumber.hash(UInt64(bitPattern: rawValue), seed: seed)
    }
}

/// What a dictionary asks of numbers that are our own: a multiplication spreads them as well as they need.
package enum OwnNumber {
    @inlinable package static func hash(_ number: UInt64, seed: Int) -> Int {
        let product = (number ^ UInt64(truncatingIfNeeded: seed)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: product ^ product >> 32)
    }
}

/// The number of an attempt, unique within one life of the daemon: what an old stream still says is told apart by it.
package struct AttemptID: Hashable, Sendable, RawRepresentable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    // Inlined as for `InvocationNumber`.

    @inlinable package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

    @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    @inlinable package func _rawHashValue(seed: Int) -> Int { OwnNumber.hash(rawValue, seed: seed) }
}

/// Who waits for an answer (an HTTP exchange, a control call): a value that the shell resolves to its waiter.
package struct RequestID: Hashable, Sendable, RawRepresentable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    // Inlined as for `InvocationNumber`.

    @inlinable package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

    @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    @inlinable package func _rawHashValue(seed: Int) -> Int { OwnNumber.hash(rawValue, seed: seed) }
}

/// Base62 of the protocol's ids: `0-9a-zA-Z`, left-padded with `0`, of the little-endian reading of the bytes.
enum Base62 {
    /// The largest power of 62 below 2^64: dividing by it first leaves small divisions for most digits.
    private static let chunk: UInt64 = 839_299_365_868_340_224
    private static let chunkDigits = 10

    /// A text made in place: the prefix, and so many digits, which `body` writes.
    static func text(
        _ prefix: StaticString,
        digits: Int,
        _ body: (inout UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> String {
        let start = prefix.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: start + digits) { buffer in
            for index in 0..<start { buffer[index] = prefix.utf8Start[index] }
            var rest = UnsafeMutableBufferPointer(rebasing: buffer[start..<start + digits])
            body(&rest)
            return start + digits
        }
    }

    /// Writes a number's digits, left-padded.
    static func write(
        high: UInt64,
        low: UInt64,
        into digits: inout UnsafeMutableBufferPointer<UInt8>,
        from start: Int,
        to end: Int
    ) {
        var (high, low) = (high, low)
        var position = end
        while position > start {
            let upper = high.quotientAndRemainder(dividingBy: chunk)
            let lower = chunk.dividingFullWidth((upper.remainder, low))
            (high, low) = (upper.quotient, lower.quotient)
            var rest = lower.remainder
            for _ in 0..<min(chunkDigits, position - start) {
                position -= 1
                digits[position] = character(UInt8(truncatingIfNeeded: rest % 62))
                rest /= 62
            }
        }
    }

    private static func character(_ digit: UInt8) -> UInt8 {
        switch digit {
        case ..<10: UInt8(ascii: "0") + digit
        case ..<36: UInt8(ascii: "a") + digit - 10
        default: UInt8(ascii: "A") + digit - 36
        }
    }

    static func decode(_ digits: some Sequence<UInt8>) -> (high: UInt64, low: UInt64)? {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for character in digits {
            guard let digit = value(of: character) else { return nil }
            let lower = low.multipliedFullWidth(by: 62)
            let sum = lower.low.addingReportingOverflow(digit)
            let upper = high.multipliedReportingOverflow(by: 62)
            let carried = upper.partialValue.addingReportingOverflow(lower.high)
            let total = carried.partialValue.addingReportingOverflow(sum.overflow ? 1 : 0)
            if upper.overflow || carried.overflow || total.overflow { return nil }
            (high, low) = (total.partialValue, sum.partialValue)
        }
        return (high, low)
    }

    static func body(of text: String, prefix: String, length: Int) throws(IdentifierError) -> [UInt8] {
        guard let separator = text.firstIndex(of: "_") else { throw .badFormat(text) }
        let kind = text[..<separator]
        guard kind == prefix else { throw knownPrefixes.contains(String(kind)) ? .wrongKind(text) : .badFormat(text) }
        let rest = Array(text[separator...].utf8.dropFirst())
        guard let version = rest.first else { throw .badFormat(text) }
        guard version == UInt8(ascii: "1") else { throw .unknownVersion(text) }
        guard rest.count == length + 1 else { throw .badDigits(text) }
        return Array(rest.dropFirst())
    }

    private static let knownPrefixes: Set<String> = ["inv", "dp", "sub", "sign", "prom"]

    private static func value(of character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(character - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(character - UInt8(ascii: "A")) + 36
        default: nil
        }
    }
}
