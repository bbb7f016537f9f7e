/// The messages of an Arrow stream: a schema, record batches, the end. Each is a length, metadata as a flatbuffer
/// (`Message.fbs`, `Schema.fbs` of the Arrow format, version 5) and a body.
enum ArrowMessage {
    /// What every part of a body begins at a multiple of, as the format recommends.
    static let bodyAlignment = 64

    private static let metadataVersion: Int16 = 4
    /// The header's place in the union of headers.
    private static let schemaHeader: UInt8 = 1
    private static let recordBatchHeader: UInt8 = 3
    private static let continuation: [UInt8] = [0xff, 0xff, 0xff, 0xff]

    /// The end of a stream.
    static let end = continuation + [0, 0, 0, 0]

    // MARK: Schema

    /// The first message of a stream.
    static func schema(_ columns: [ArrowField]) -> [UInt8] {
        var writer = FlatBufferWriter()
        let message = begin(&writer, header: schemaHeader, bodyBytes: 0)
        let schema = writer.table([1: .reference])
        writer.refer(message, slot: 2, to: schema.position)
        let fields = writer.references(columns.count)
        writer.refer(schema, slot: 1, to: fields.position)
        for (field, element) in zip(columns, fields.elements) { write(field, at: element, to: &writer) }
        return framed(writer.bytes)
    }

    private static func write(_ field: ArrowField, at element: Int, to writer: inout FlatBufferWriter) {
        let (code, values) = description(of: field.type)
        let table = writer.table([
            0: .reference, 1: .byte(field.isNullable ? 1 : 0), 2: .byte(code), 3: .reference, 5: .reference,
        ])
        writer.refer(at: element, to: table.position)
        writer.refer(table, slot: 0, to: writer.string(field.name))
        let type = writer.table(values)
        writer.refer(table, slot: 3, to: type.position)
        if field.type == .timestamp { writer.refer(type, slot: 1, to: writer.string("+00:00")) }
        let child = field.type.element.map { ArrowField(name: "item", type: $0, isNullable: true) }
        let children = writer.references(child == nil ? 0 : 1)
        writer.refer(table, slot: 5, to: children.position)
        if let child, let element = children.elements.first { write(child, at: element, to: &writer) }
    }

    /// The type's place in the union of types, and the slots of its table.
    private static func description(of type: ColumnType) -> (code: UInt8, slots: [Int: FlatBufferWriter.Value]) {
        if let integer = type.integer {
            return (2, [0: .int(Int32(integer.bits)), 1: .byte(integer.isSigned ? 1 : 0)])
        }
        return switch type {
        case .null: (1, [:])
        case .float32: (3, [0: .short(1)])
        case .float64: (3, [0: .short(2)])
        case .boolean: (6, [:])
        case .date: (8, [0: .short(0)])
        case .timestamp: (10, [0: .short(1), 1: .reference])
        case .localTimestamp: (10, [0: .short(3)])
        case .interval: (11, [0: .short(2)])
        case .textList, .uint32List, .int64List, .float64List, .booleanList: (12, [:])
        case .duration: (18, [0: .short(1)])
        case .binary: (19, [:])
        default: (20, [:])
        }
    }

    // MARK: Rows

    /// One message with the rows that are in the columns.
    static func recordBatch(rows: Int, _ columns: [ArrowColumn]) -> [UInt8] {
        var nodes: [(Int64, Int64)] = []
        var buffers: [(Int64, Int64)] = []
        var body: [UInt8] = []
        for column in columns {
            for part in column.parts {
                nodes.append((Int64(part.count), Int64(part.nulls)))
                for buffer in part.buffers {
                    buffers.append((Int64(body.count), Int64(buffer.count)))
                    body.append(contentsOf: buffer)
                    let rest = body.count % bodyAlignment
                    if rest > 0 { body.append(contentsOf: [UInt8](repeating: 0, count: bodyAlignment - rest)) }
                }
            }
        }
        var writer = FlatBufferWriter()
        let message = begin(&writer, header: recordBatchHeader, bodyBytes: body.count)
        let batch = writer.table([0: .long(Int64(rows)), 1: .reference, 2: .reference])
        writer.refer(message, slot: 2, to: batch.position)
        writer.refer(batch, slot: 1, to: writer.pairs(nodes))
        writer.refer(batch, slot: 2, to: writer.pairs(buffers))
        return framed(writer.bytes) + body
    }

    // MARK: Framing

    private static func begin(
        _ writer: inout FlatBufferWriter,
        header: UInt8,
        bodyBytes: Int
    ) -> FlatBufferWriter.Table {
        let message = writer.table([
            0: .short(metadataVersion), 1: .byte(header), 2: .reference, 3: .long(Int64(bodyBytes)),
        ])
        writer.root(message)
        return message
    }

    /// The metadata with its length in front and padded, so that the body begins where it should.
    private static func framed(_ metadata: [UInt8]) -> [UInt8] {
        let prefix = 8
        let rest = (metadata.count + prefix) % bodyAlignment
        let padding = rest == 0 ? 0 : bodyAlignment - rest
        var message = continuation
        message.appendLittleEndian(UInt32(truncatingIfNeeded: metadata.count + padding))
        message.append(contentsOf: metadata)
        message.append(contentsOf: [UInt8](repeating: 0, count: padding))
        return message
    }
}

/// A column in a schema.
struct ArrowField {
    let name: String
    let type: ColumnType
    let isNullable: Bool
}
