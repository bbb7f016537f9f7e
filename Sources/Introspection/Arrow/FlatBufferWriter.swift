/// Writes the tables of Arrow's metadata in the FlatBuffers encoding, front to back: what a table refers to comes after
/// it, as references are distances forward, and is put in where room was left.
///
/// All positions are from the start of `bytes`, which is what alignment counts from too.
struct FlatBufferWriter {
    private(set) var bytes: [UInt8] = []

    /// A value in a table. `reference` is room for one that `refer(_:to:)` fills.
    enum Value {
        case byte(UInt8)
        case short(Int16)
        case int(Int32)
        case long(Int64)
        case reference

        fileprivate var size: Int {
            switch self {
            case .byte: 1
            case .short: 2
            case .int, .reference: 4
            case .long: 8
            }
        }
    }

    /// Where a table lies, and the references in it by slot.
    struct Table {
        let position: Int
        fileprivate(set) var references: [Int: Int] = [:]
    }

    /// Begins a buffer with room for the reference to its root table, at position 0.
    init() {
        append(UInt32(0))
    }

    /// Appends a table with these slots; absent ones have their default.
    mutating func table(_ fields: [Int: Value]) -> Table {
        let slots = (fields.keys.max() ?? -1) + 1
        align(to: 2)
        let directory = bytes.count
        // The widest first, so that each is aligned without gaps: the start of the table's fields is.
        let order = fields.sorted { ($0.value.size, $1.key) > ($1.value.size, $0.key) }
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 4 + 2 * slots))
        let widest = order.first?.value.size ?? 4
        while bytes.count % 4 != 0 || (bytes.count + 4) % widest != 0 { bytes.append(0) }
        var table = Table(position: bytes.count)
        append(UInt32(truncatingIfNeeded: bytes.count - directory))
        for (slot, value) in order {
            put(UInt16(truncatingIfNeeded: bytes.count - table.position), at: directory + 4 + 2 * slot)
            switch value {
            case .byte(let value): bytes.append(value)
            case .short(let value): append(UInt16(bitPattern: value))
            case .int(let value): append(UInt32(bitPattern: value))
            case .long(let value): append(UInt64(bitPattern: value))
            case .reference:
                table.references[slot] = bytes.count
                append(UInt32(0))
            }
        }
        put(UInt16(truncatingIfNeeded: 4 + 2 * slots), at: directory)
        put(UInt16(truncatingIfNeeded: bytes.count - table.position), at: directory + 2)
        return table
    }

    /// Makes this the root table.
    mutating func root(_ table: Table) {
        put(UInt32(truncatingIfNeeded: table.position), at: 0)
    }

    /// Fills the reference in a slot of a table with what lies at `position`.
    mutating func refer(_ table: Table, slot: Int, to position: Int) {
        guard let reference = table.references[slot] else { return }
        refer(at: reference, to: position)
    }

    /// Fills the reference at `reference`, as one of a vector's.
    mutating func refer(at reference: Int, to position: Int) {
        put(UInt32(truncatingIfNeeded: position - reference), at: reference)
    }

    /// Appends a text and gives its position.
    mutating func string(_ text: String) -> Int {
        align(to: 4)
        let position = bytes.count
        append(UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
        return position
    }

    /// Appends a vector with room for so many references, and gives its position and theirs.
    mutating func references(_ count: Int) -> (position: Int, elements: [Int]) {
        align(to: 4)
        let position = bytes.count
        append(UInt32(truncatingIfNeeded: count))
        let elements = (0..<count).map { position + 4 + 4 * $0 }
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 4 * count))
        return (position, elements)
    }

    /// Appends a vector of structs of two numbers each, and gives its position.
    mutating func pairs(_ pairs: [(Int64, Int64)]) -> Int {
        while (bytes.count + 4) % 8 != 0 { bytes.append(0) }
        let position = bytes.count
        append(UInt32(truncatingIfNeeded: pairs.count))
        for (first, second) in pairs {
            append(UInt64(bitPattern: first))
            append(UInt64(bitPattern: second))
        }
        return position
    }

    private mutating func align(to size: Int) {
        while bytes.count % size != 0 { bytes.append(0) }
    }

    private mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
        bytes.appendLittleEndian(value)
    }

    private mutating func put(_ value: some FixedWidthInteger & UnsignedInteger, at position: Int) {
        for offset in 0..<value.bitWidth / 8 {
            bytes[position + offset] = UInt8(truncatingIfNeeded: value >> (8 * offset))
        }
    }
}

extension [UInt8] {
    /// Appends the bytes of a number, the lowest first.
    mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
        for offset in 0..<value.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * offset))) }
    }
}
