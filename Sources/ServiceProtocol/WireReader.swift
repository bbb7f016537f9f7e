/// Reads the fields of one protobuf message out of a payload, in whatever order they come. Nested messages are read
/// by readers over a part of the same bytes, so that nothing is copied but values.
struct WireReader {
    /// How many elements a repeated field may have. An element of two bytes takes up to forty in memory; without a
    /// limit a payload of 32 MiB would take more than half a gigabyte. Real ones stay far below.
    static let elementsMax = 1 << 20

    private let payload: [UInt8]
    private var position: Int
    private let end: Int

    init(_ payload: [UInt8]) {
        self.init(payload, range: 0..<payload.count)
    }

    private init(_ payload: [UInt8], range: Range<Int>) {
        self.payload = payload
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// A field as it stands on the wire, not interpreted yet.
    struct Field {
        let number: UInt32
        let value: Value

        enum Value {
            case varint(UInt64)
            case bytes(Range<Int>)
            /// A fixed-width value: no message has one, so it can only belong to an unknown field.
            case fixed
        }
    }

    /// The next field, `nil` at the end of the message.
    mutating func next() throws(PayloadProblem) -> Field? {
        guard position < end else { return nil }
        let tag = try varint()
        let number = tag >> 3
        guard number >= 1, number < 1 << 29 else { throw .badFieldNumber }
        let field = UInt32(truncatingIfNeeded: number)
        switch tag & 7 {
        case 0: return Field(number: field, value: .varint(try varint()))
        case 1: return Field(number: field, value: try fixed(bytes: 8))
        case 2: return Field(number: field, value: .bytes(try lengthDelimited()))
        case 5: return Field(number: field, value: try fixed(bytes: 4))
        default: throw .badWireType(Int(tag & 7))
        }
    }

    private mutating func fixed(bytes count: Int) throws(PayloadProblem) -> Field.Value {
        guard end - position >= count else { throw .truncated }
        position += count
        return .fixed
    }

    private mutating func lengthDelimited() throws(PayloadProblem) -> Range<Int> {
        let length = try varint()
        guard length <= UInt64(end - position) else { throw .truncated }
        let start = position
        position += Int(length)
        return start..<position
    }

    private mutating func varint() throws(PayloadProblem) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < end else { throw .truncated }
            let byte = payload[position]
            position += 1
            // The tenth byte holds the 64th bit alone.
            if shift == 63, byte > 1 { throw .varintTooLong }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    func uint64(_ field: Field) throws(PayloadProblem) -> UInt64 {
        guard case .varint(let value) = field.value else { throw .wrongWireType(field: field.number) }
        return value
    }

    func uint32(_ field: Field) throws(PayloadProblem) -> UInt32 {
        guard let value = UInt32(exactly: try uint64(field)) else { throw .numberTooLarge(field: field.number) }
        return value
    }

    func bool(_ field: Field) throws(PayloadProblem) -> Bool {
        try uint64(field) != 0
    }

    func bytes(_ field: Field) throws(PayloadProblem) -> [UInt8] {
        Array(payload[try range(field)])
    }

    func string(_ field: Field) throws(PayloadProblem) -> String {
        guard let text = String(validating: payload[try range(field)], as: UTF8.self) else {
            throw .invalidUTF8(field: field.number)
        }
        return text
    }

    func message(_ field: Field) throws(PayloadProblem) -> WireReader {
        WireReader(payload, range: try range(field))
    }

    /// Refuses one more element of a repeated field that has `count` of them already, once it has too many.
    func checkRoom(for field: Field, in count: Int) throws(PayloadProblem) {
        guard count < Self.elementsMax else { throw .tooManyElements(field: field.number) }
    }

    /// Appends the numbers of a repeated 32-bit field, which may come packed or one by one.
    func appendUInt32s(_ field: Field, to numbers: inout [UInt32]) throws(PayloadProblem) {
        guard case .bytes = field.value else {
            try checkRoom(for: field, in: numbers.count)
            numbers.append(try uint32(field))
            return
        }
        var packed = try message(field)
        while packed.position < packed.end {
            try checkRoom(for: field, in: numbers.count)
            guard let value = UInt32(exactly: try packed.varint()) else { throw .numberTooLarge(field: field.number) }
            numbers.append(value)
        }
    }

    /// Reads a message without fields of interest to its end, so that what is malformed in it is found.
    func checkSyntax() throws(PayloadProblem) {
        var reader = self
        while try reader.next() != nil {}
    }

    private func range(_ field: Field) throws(PayloadProblem) -> Range<Int> {
        guard case .bytes(let range) = field.value else { throw .wrongWireType(field: field.number) }
        return range
    }
}
