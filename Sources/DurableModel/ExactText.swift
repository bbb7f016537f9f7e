/// A text from outside as a key of a table: equal when its bytes are, as on disk and on the wire.
///
/// `String` itself takes different spellings of the same characters (a composed and a decomposed "é") for one, and would
/// merge in memory what are two keys in the store.
package struct ExactText: Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

extension ExactText: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.text.hasSameBytes(as: right.text) }

    package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

extension ExactText: Comparable {
    /// In the order of `String`, and spellings of the same characters by their bytes.
    package static func < (left: Self, right: Self) -> Bool {
        if left.text < right.text { return true }
        if right.text < left.text { return false }
        return left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension ExactText: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}

extension String {
    /// Whether both are the same bytes in UTF-8.
    package func hasSameBytes(as other: String) -> Bool {
        let compared = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                UnsafeRawBufferPointer(left).hasSameBytes(as: UnsafeRawBufferPointer(right))
            }
        }
        if let compared, let isSame = compared { return isSame }
        return utf8.elementsEqual(other.utf8)
    }

    /// Feeds its bytes in UTF-8, and an end that none of them can be.
    package func hashBytes(into hasher: inout Hasher) {
        let fed: Void? = utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if fed == nil { Array(utf8).withUnsafeBytes { hasher.combine(bytes: $0) } }
        hasher.combine(0xff as UInt8)
    }
}

extension UnsafeRawBufferPointer {
    /// Eight at a time and not as `elementsEqual` does, one by one: each call compares some ten texts.
    fileprivate func hasSameBytes(as other: Self) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset + 8 <= count {
            let word = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard word == other.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
            offset += 8
        }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset += 1
        }
        return true
    }
}
