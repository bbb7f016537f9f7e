import ControlProtocol

/// The values of one column of a record batch, as they lie in its body.
struct ArrowColumn {
    let type: ColumnType
    private(set) var count = 0
    private(set) var nulls = 0
    private var validity = ArrowBits()
    /// Numbers one after the other, or the bytes of texts; of booleans `flags`, of lists `items`.
    private var data: [UInt8] = []
    private var flags = ArrowBits()
    /// Where each text or list ends, with a zero in front.
    private var ends: [Int] = [0]
    private var items: [ArrowColumn]

    init(_ type: ColumnType) {
        self.type = type
        items = type.element.map { [ArrowColumn($0)] } ?? []
    }

    /// A column and, of a list, what is in it: the nodes of a batch with their buffers, in the order of the format.
    struct Part {
        let count: Int
        let nulls: Int
        let buffers: [[UInt8]]
    }

    var parts: [Part] {
        // Whether it is there is only said where something is not.
        let validity = nulls == 0 ? [] : validity.bytes
        let buffers: [[UInt8]] =
            switch type {
            case .null: []
            case .boolean: [validity, flags.bytes]
            case .text, .binary: [validity, offsets(Int64.self), data]
            case _ where type.element != nil: [validity, offsets(Int32.self)]
            default: [validity, data]
            }
        return [Part(count: count, nulls: nulls, buffers: buffers)] + items.flatMap(\.parts)
    }

    /// About the bytes that it takes, for the size of a batch.
    var byteCount: Int { data.count + 8 * ends.count + count / 4 + items.reduce(0) { $0 + $1.byteCount } }

    private func offsets<Number: FixedWidthInteger>(_: Number.Type) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ends.count * Number.bitWidth / 8)
        for end in ends { bytes.appendLittleEndian(Number(truncatingIfNeeded: end)) }
        return bytes
    }

    // MARK: Values

    /// Adds a value, which has to fit the type: nothing is written as what it is not.
    mutating func append(_ value: QueryValue) throws(QueryError) {
        count += 1
        if value == .null {
            nulls += 1
            validity.append(false)
            appendNothing()
            return
        }
        validity.append(true)
        guard try appendPresent(value) else {
            throw .refused("a value of a column of type \(type.arrowName) is none: \(value.forPeople)")
        }
    }

    private mutating func appendNothing() {
        switch type {
        case .null: break
        case .boolean: flags.append(false)
        case .text, .binary: ends.append(data.count)
        case _ where type.element != nil: ends.append(items.first?.count ?? 0)
        default: data.append(contentsOf: [UInt8](repeating: 0, count: width))
        }
    }

    /// The bytes of a value of fixed width.
    private var width: Int {
        if let integer = type.integer { return integer.bits / 8 }
        return switch type {
        case .float32, .date: 4
        case .interval: 16
        default: 8
        }
    }

    private mutating func appendPresent(_ value: QueryValue) throws(QueryError) -> Bool {
        if let integer = type.integer { return appendInteger(value, bits: integer.bits, isSigned: integer.isSigned) }
        switch (type, value) {
        case (.boolean, .integer(let number)): flags.append(number != 0)
        case (.float64, .real(let number)): data.appendLittleEndian(number.bitPattern)
        case (.float64, .integer(let number)): data.appendLittleEndian(Double(number).bitPattern)
        case (.float32, .real(let number)): data.appendLittleEndian(Float(number).bitPattern)
        case (.float32, .integer(let number)): data.appendLittleEndian(Float(number).bitPattern)
        case (.text, .text(let text)):
            data.append(contentsOf: text.utf8)
            ends.append(data.count)
        case (.binary, .blob(let bytes)):
            data.append(contentsOf: bytes)
            ends.append(data.count)
        case (.timestamp, .integer(let number)), (.duration, .integer(let number)): data.appendLittleEndian(number)
        case (.localTimestamp, .integer(let number)):
            let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: 1_000_000)
            guard !overflow else { return false }
            data.appendLittleEndian(nanoseconds)
        case (.date, .integer(let number)):
            guard let days = Int32(exactly: number) else { return false }
            data.appendLittleEndian(days)
        case (.interval, .blob(let bytes)) where bytes.count == width: data.append(contentsOf: bytes)
        case (_, .text(let json)) where type.element != nil: return try appendList(json)
        default: return false
        }
        return true
    }

    private mutating func appendInteger(_ value: QueryValue, bits: Int, isSigned: Bool) -> Bool {
        guard case .integer(let number) = value else { return false }
        switch (bits, isSigned) {
        case (8, true): return appendExactly(Int8(exactly: number))
        case (16, true): return appendExactly(Int16(exactly: number))
        case (32, true): return appendExactly(Int32(exactly: number))
        case (8, false): return appendExactly(UInt8(exactly: number))
        case (16, false): return appendExactly(UInt16(exactly: number))
        case (32, false): return appendExactly(UInt32(exactly: number))
        // Numbers of 64 bits lie in SQLite's as their bits.
        default: return appendExactly(number)
        }
    }

    private mutating func appendExactly<Number: FixedWidthInteger>(_ number: Number?) -> Bool {
        guard let number else { return false }
        data.appendLittleEndian(number)
        return true
    }

    private mutating func appendList(_ json: String) throws(QueryError) -> Bool {
        guard case .array(let values) = RowRendering.list(json), !items.isEmpty else { return false }
        for value in values { try items[0].append(QueryValue(value)) }
        guard items[0].count <= Int32.max else { return false }
        ends.append(items[0].count)
        return true
    }
}

/// Flags, eight in a byte, the first in the lowest bit.
struct ArrowBits {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    mutating func append(_ flag: Bool) {
        if count % 8 == 0 { bytes.append(0) }
        if flag { bytes[bytes.count - 1] |= 1 << UInt8(count % 8) }
        count += 1
    }
}

extension QueryValue {
    /// The value of an element of a list.
    fileprivate init(_ value: JSONValue) {
        switch value {
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .integer(let number): self = .integer(number)
        case .number(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .null, .array, .object: self = .null
        }
    }

    /// The value in the text of a refusal, cut to a length that can be read.
    fileprivate var forPeople: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): "'\(text.prefix(80))'"
        case .blob(let bytes): "\(bytes.count) bytes"
        }
    }
}
