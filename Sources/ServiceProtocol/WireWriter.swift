/// Writes protobuf fields. Callers write them in ascending order, as every implementation of the protocol does, so that
/// what is decoded and encoded again is the same bytes. Defaults of proto3 are left out except by the `present` methods.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func uint64(_ field: UInt32, _ value: UInt64) {
        if value != 0 { presentUInt64(field, value) }
    }

    mutating func uint32(_ field: UInt32, _ value: UInt32) {
        uint64(field, UInt64(value))
    }

    mutating func bool(_ field: UInt32, _ value: Bool) {
        uint64(field, value ? 1 : 0)
    }

    mutating func bytes(_ field: UInt32, _ value: [UInt8]) {
        if !value.isEmpty { presentBytes(field, value) }
    }

    mutating func string(_ field: UInt32, _ value: String) {
        if !value.isEmpty { presentString(field, value) }
    }

    mutating func presentUInt64(_ field: UInt32, _ value: UInt64) {
        tag(field, wireType: 0)
        varint(value)
    }

    mutating func presentBytes(_ field: UInt32, _ value: [UInt8]) {
        length(field, value.count)
        bytes.append(contentsOf: value)
    }

    mutating func presentString(_ field: UInt32, _ value: String) {
        let utf8 = value.utf8
        length(field, utf8.count)
        bytes.append(contentsOf: utf8)
    }

    mutating func optionalString(_ field: UInt32, _ value: String?) {
        if let value { presentString(field, value) }
    }

    mutating func optionalUInt32(_ field: UInt32, _ value: UInt32?) {
        if let value { presentUInt64(field, UInt64(value)) }
    }

    /// A repeated 32-bit field, packed; nothing if it is empty.
    mutating func packed(_ field: UInt32, _ values: [UInt32]) {
        guard !values.isEmpty else { return }
        length(field, Self.packedBytes(values))
        for value in values { varint(UInt64(value)) }
    }

    /// A nested message, written even when it is empty.
    mutating func message(_ field: UInt32, _ body: (inout WireWriter) -> Void) {
        var nested = WireWriter()
        body(&nested)
        presentBytes(field, nested.bytes)
    }

    /// A `Value` message: field 1 of a nested message, without the copy a nested writer would make.
    mutating func value(_ field: UInt32, _ content: [UInt8]) {
        guard !content.isEmpty else { return length(field, 0) }
        length(field, 1 + Self.varintBytes(UInt64(content.count)) + content.count)
        presentBytes(1, content)
    }

    /// The tag and length of a field whose bytes follow.
    mutating func length(_ field: UInt32, _ count: Int) {
        tag(field, wireType: 2)
        varint(UInt64(count))
    }

    static func varintBytes(_ value: UInt64) -> Int {
        max(1, (64 - value.leadingZeroBitCount + 6) / 7)
    }

    static func packedBytes(_ values: [UInt32]) -> Int {
        values.reduce(0) { $0 + varintBytes(UInt64($1)) }
    }

    private mutating func tag(_ field: UInt32, wireType: UInt64) {
        varint(UInt64(field) << 3 | wireType)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
