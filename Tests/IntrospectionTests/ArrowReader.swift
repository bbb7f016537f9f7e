/// Reads Arrow IPC streams back, knowing nothing of how ours are written: FlatBuffers by their vtables, columns by
/// their buffers.
struct ArrowReader {
    struct Field: Equatable {
        var name: String
        var type: String
        var isNullable: Bool
        var children: [Field] = []
    }

    /// A value; lists have theirs, bytes of every kind are blobs.
    indirect enum Value: Equatable {
        case null
        case flag(Bool)
        case integer(Int64)
        case unsigned(UInt64)
        case real(Double)
        case text(String)
        case blob([UInt8])
        case list([Value])
    }

    enum Failure: Error { case malformed(String) }

    private(set) var fields: [Field] = []
    /// The rows of each batch.
    private(set) var batches: [[[Value]]] = []

    var rows: [[Value]] { batches.flatMap { $0 } }

    init(_ stream: [UInt8]) throws {
        var position = 0
        while true {
            guard position + 8 <= stream.count, stream[position..<position + 4].allSatisfy({ $0 == 0xff }) else {
                throw Failure.malformed("no message at \(position)")
            }
            let length = Int(Buffer(stream).number(UInt32.self, at: position + 4))
            position += 8
            if length == 0 {
                guard position == stream.count else { throw Failure.malformed("bytes after the end") }
                return
            }
            guard (position + length) % 8 == 0 else { throw Failure.malformed("the body is not aligned") }
            let message = Buffer(Array(stream[position..<position + length])).root
            position += length
            let bodyLength = Int(message.number(Int64.self, 3) ?? 0)
            guard position + bodyLength <= stream.count else { throw Failure.malformed("the body is cut") }
            let body = Array(stream[position..<position + bodyLength])
            position += bodyLength
            guard message.number(Int16.self, 0) == 4 else { throw Failure.malformed("the version") }
            guard let header = message.table(2) else { throw Failure.malformed("no header") }
            switch message.number(UInt8.self, 1) {
            case 1: fields = try header.tables(1).map(Self.field)
            case 3: batches.append(try rows(header, body))
            default: throw Failure.malformed("an unknown message")
            }
        }
    }

    private static func field(_ table: Table) throws -> Field {
        guard let type = table.table(3), let name = table.string(0) else { throw Failure.malformed("a field") }
        let children = try table.tables(5).map(field)
        let word: String
        switch table.number(UInt8.self, 2) {
        case 1: word = "Null"
        case 2: word = "\(type.number(UInt8.self, 1) == 1 ? "" : "U")Int\(type.number(Int32.self, 0) ?? 0)"
        case 3: word = type.number(Int16.self, 0) == 2 ? "Float64" : "Float32"
        case 6: word = "Boolean"
        case 8: word = type.number(Int16.self, 0) == 0 ? "Date32" : "Date64"
        case 10:
            let unit = ["s", "ms", "us", "ns"][Int(type.number(Int16.self, 0) ?? 0)]
            word = "Timestamp(\(unit)\(type.string(1).map { ", \"\($0)\"" } ?? ""))"
        case 11: word = type.number(Int16.self, 0) == 2 ? "Interval(MonthDayNano)" : "Interval"
        case 12: word = "List(\(children.first?.type ?? "nothing"))"
        case 18: word = type.number(Int16.self, 0) ?? 1 == 1 ? "Duration(ms)" : "Duration"
        case 19: word = "LargeBinary"
        case 20: word = "LargeUtf8"
        default: throw Failure.malformed("an unknown type")
        }
        return Field(name: name, type: word, isNullable: table.number(UInt8.self, 1) == 1, children: children)
    }

    // MARK: Batches

    private struct Cursor {
        var nodes: ArraySlice<(Int64, Int64)>
        var buffers: ArraySlice<(Int64, Int64)>
        let body: [UInt8]

        mutating func node() throws -> (count: Int, nulls: Int) {
            guard let (count, nulls) = nodes.popFirst() else { throw Failure.malformed("too few nodes") }
            return (Int(count), Int(nulls))
        }

        mutating func buffer() throws -> Buffer {
            guard let (offset, length) = buffers.popFirst(), offset >= 0, offset + length <= body.count,
                offset % 8 == 0
            else { throw Failure.malformed("a buffer") }
            return Buffer(Array(body[Int(offset)..<Int(offset + length)]))
        }
    }

    private func rows(_ batch: Table, _ body: [UInt8]) throws -> [[Value]] {
        var cursor = Cursor(nodes: batch.pairs(1)[...], buffers: batch.pairs(2)[...], body: body)
        let columns = try fields.map { try Self.column($0, &cursor) }
        guard cursor.nodes.isEmpty, cursor.buffers.isEmpty else { throw Failure.malformed("more than the columns") }
        let count = Int(batch.number(Int64.self, 0) ?? 0)
        guard columns.allSatisfy({ $0.count == count }) else { throw Failure.malformed("columns of different length") }
        return (0..<count).map { row in columns.map { $0[row] } }
    }

    private static func column(_ field: Field, _ cursor: inout Cursor) throws -> [Value] {
        let (count, nulls) = try cursor.node()
        guard field.type != "Null" else { return Array(repeating: .null, count: count) }
        let validity = try cursor.buffer()
        let isPresent = { (row: Int) in validity.bytes.isEmpty || validity.flag(row) }
        guard (0..<count).filter({ !isPresent($0) }).count == nulls else { throw Failure.malformed("nulls") }
        let values: [Value]
        if let child = field.children.first {
            let offsets = try cursor.buffer()
            let items = try column(child, &cursor)
            values = (0..<count).map { row in
                let (start, end) = (offsets.element(Int32.self, row), offsets.element(Int32.self, row + 1))
                return .list(Array(items[Int(start)..<Int(end)]))
            }
        } else if field.type == "LargeUtf8" || field.type == "LargeBinary" {
            let offsets = try cursor.buffer()
            let data = try cursor.buffer()
            values = (0..<count).map { row in
                let range = Int(offsets.element(Int64.self, row))..<Int(offsets.element(Int64.self, row + 1))
                let bytes = Array(data.bytes[range])
                return field.type == "LargeUtf8" ? .text(String(decoding: bytes, as: UTF8.self)) : .blob(bytes)
            }
        } else {
            let data = try cursor.buffer()
            values = (0..<count).map { value(field.type, data, $0) }
        }
        return (0..<count).map { isPresent($0) ? values[$0] : .null }
    }

    private static func value(_ type: String, _ data: Buffer, _ row: Int) -> Value {
        switch type {
        case "Boolean": .flag(data.flag(row))
        case "Int8": .integer(Int64(data.element(Int8.self, row)))
        case "Int16": .integer(Int64(data.element(Int16.self, row)))
        case "Int32", "Date32": .integer(Int64(data.element(Int32.self, row)))
        case "UInt8": .unsigned(UInt64(data.element(UInt8.self, row)))
        case "UInt16": .unsigned(UInt64(data.element(UInt16.self, row)))
        case "UInt32": .unsigned(UInt64(data.element(UInt32.self, row)))
        case "UInt64": .unsigned(data.element(UInt64.self, row))
        case "Float32": .real(Double(Float(bitPattern: data.element(UInt32.self, row))))
        case "Float64": .real(Double(bitPattern: data.element(UInt64.self, row)))
        case "Interval(MonthDayNano)": .blob(Array(data.bytes[16 * row..<16 * row + 16]))
        default: .integer(data.element(Int64.self, row))
        }
    }
}

/// Bytes with numbers in them, the lowest byte first.
private struct Buffer {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func number<Number: FixedWidthInteger>(_: Number.Type, at position: Int) -> Number {
        var number: Number = 0
        for offset in (0..<Number.bitWidth / 8).reversed() {
            number = (Number.bitWidth == 8 ? 0 : number << 8) | Number(truncatingIfNeeded: bytes[position + offset])
        }
        return number
    }

    func element<Number: FixedWidthInteger>(_: Number.Type, _ index: Int) -> Number {
        number(Number.self, at: index * Number.bitWidth / 8)
    }

    func flag(_ index: Int) -> Bool { bytes[index / 8] >> UInt8(index % 8) & 1 == 1 }

    var root: Table { Table(buffer: self, position: Int(number(UInt32.self, at: 0))) }
}

/// A table of FlatBuffers.
private struct Table {
    let buffer: Buffer
    let position: Int

    /// Where the value of a slot lies; `nil` when it has its default.
    private func place(_ slot: Int) -> Int? {
        let directory = position - Int(buffer.number(Int32.self, at: position))
        guard 4 + 2 * slot < Int(buffer.number(UInt16.self, at: directory)) else { return nil }
        let offset = Int(buffer.number(UInt16.self, at: directory + 4 + 2 * slot))
        return offset == 0 ? nil : position + offset
    }

    func number<Number: FixedWidthInteger>(_: Number.Type, _ slot: Int) -> Number? {
        place(slot).map {
            // Scalars lie at multiples of their size.
            precondition($0 % (Number.bitWidth / 8) == 0)
            return buffer.number(Number.self, at: $0)
        }
    }

    private func target(_ place: Int) -> Int { place + Int(buffer.number(UInt32.self, at: place)) }

    func table(_ slot: Int) -> Table? {
        place(slot).map { Table(buffer: buffer, position: target($0)) }
    }

    func string(_ slot: Int) -> String? {
        place(slot).map {
            let start = target($0)
            let count = Int(buffer.number(UInt32.self, at: start))
            return String(decoding: buffer.bytes[start + 4..<start + 4 + count], as: UTF8.self)
        }
    }

    func tables(_ slot: Int) -> [Table] {
        guard let place = place(slot) else { return [] }
        let start = target(place)
        return (0..<Int(buffer.number(UInt32.self, at: start))).map {
            Table(buffer: buffer, position: target(start + 4 + 4 * $0))
        }
    }

    func pairs(_ slot: Int) -> [(Int64, Int64)] {
        guard let place = place(slot) else { return [] }
        let start = target(place)
        precondition((start + 4) % 8 == 0)
        return (0..<Int(buffer.number(UInt32.self, at: start))).map {
            (
                buffer.number(Int64.self, at: start + 4 + 16 * $0),
                buffer.number(Int64.self, at: start + 12 + 16 * $0)
            )
        }
    }
}
