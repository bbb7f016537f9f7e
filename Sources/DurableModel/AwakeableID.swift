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
