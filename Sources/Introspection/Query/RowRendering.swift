import ControlProtocol
import DurableModel

/// Renders cells by the types of their columns (admin-api.md, section 5).
struct RowRendering {
    let columns: [ResultColumn]
    /// For each column whether its cells show in an object: of several with one name only the last.
    private let isShown: [Bool]

    init(columns: [ResultColumn]) {
        self.columns = columns
        var seen: Set<String> = []
        isShown = columns.reversed().map { seen.insert($0.name).inserted }.reversed()
    }

    /// Writes a row as an object, cells without a value left out.
    func writeObject(_ cells: [QueryValue], to writer: inout JSONWriter) {
        writer.beginObject()
        for (index, cell) in cells.enumerated() where isShown[index] && cell != .null {
            writer.name(columns[index].name)
            write(cell, columns[index].type, to: &writer)
        }
        writer.endObject()
    }

    private func write(_ cell: QueryValue, _ type: ColumnType?, to writer: inout JSONWriter) {
        switch (cell, type) {
        case (.integer(let value), .boolean): writer.bool(value != 0)
        // Numbers of 64 bits lie in SQLite's as their bits.
        case (.integer(let value), .uint64): writer.integer(UInt64(bitPattern: value))
        case (.text(let json), .textList), (.text(let json), .uint32List): writer.raw(json)
        case (.integer(let value), _): writer.integer(value)
        case (.real(let value), _): writer.number(value)
        case (.text(let text), _): writer.string(text)
        case (.blob(let bytes), _): writer.hexadecimal(bytes)
        case (.null, _): writer.null()
        }
    }

    /// The row as values, one for each column.
    func values(_ cells: [QueryValue]) -> [JSONValue] {
        zip(cells, columns).map { cell, column in
            switch (cell, column.type) {
            case (.null, _): .null
            case (.integer(let value), .boolean): .bool(value != 0)
            case (.integer(let value), _): .integer(value)
            case (.real(let value), _): value.isFinite ? .number(value) : .null
            case (.text(let json), .textList), (.text(let json), .uint32List): Self.list(json)
            case (.text(let text), _): .string(text)
            case (.blob(let bytes), _):
                .string(Self.hexadecimal(bytes))
            }
        }
    }

    /// A list from its JSON; `null` for what is none.
    static func list(_ json: String) -> JSONValue {
        (try? ControlCodec.decode([String: JSONValue].self, from: Array("{\"list\":\(json)}".utf8)))?["list"] ?? .null
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        var writer = JSONWriter()
        writer.hexadecimal(bytes)
        return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
    }
}
