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

    private func write(_ cell: QueryValue, _ type: ColumnType, to writer: inout JSONWriter) {
        if let text = Self.text(cell, type) { return writer.string(text) }
        switch (cell, type) {
        case (.integer(let value), .boolean): writer.bool(value != 0)
        // Numbers of 64 bits lie in SQLite's as their bits.
        case (.integer(let value), .uint64): writer.integer(UInt64(bitPattern: value))
        case (.integer(let value), .float32), (.integer(let value), .float64): writer.number(Double(value))
        case (.text(let json), _) where type.element != nil: writer.raw(json)
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
            if let text = Self.text(cell, column.type) { return .string(text) }
            return switch (cell, column.type) {
            case (.null, _): .null
            case (.integer(let value), .boolean): .bool(value != 0)
            case (.integer(let value), .float32), (.integer(let value), .float64): .number(Double(value))
            case (.integer(let value), _): .integer(value)
            case (.real(let value), _): value.isFinite ? .number(value) : .null
            case (.text(let json), let type) where type.element != nil: Self.list(json)
            case (.text(let text), _): .string(text)
            case (.blob(let bytes), _): .string(Self.hexadecimal(bytes))
            }
        }
    }

    /// Times and lengths of time, which show as texts.
    private static func text(_ cell: QueryValue, _ type: ColumnType) -> String? {
        switch (type, cell) {
        case (.timestamp, .integer(let value)): TimeText.timestamp(value)
        case (.localTimestamp, .integer(let value)): TimeText.localTimestamp(value)
        case (.date, .integer(let value)): TimeText.date(value)
        case (.duration, .integer(let value)): TimeText.duration(value)
        case (.interval, .blob(let bytes)): IntervalLiteral(bytes: bytes).description
        default: nil
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
