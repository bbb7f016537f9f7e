import ControlProtocol
import DurableModel

/// An answer on its way to the daemon: rows gathered into batches of a size that is cheap and soon there.
struct QueryAnswer {
    private let format: QueryWorker.Format
    private let write: ([UInt8]) throws(QueryError) -> Void
    private var rendering = RowRendering(columns: [])
    private var writer = JSONWriter()
    private var arrow = ArrowStreamWriter(columns: [], bytesMax: 0)
    private var rows: [[JSONValue]] = []
    private var rowsBytes = 0
    /// Given along with the first batch of values.
    private var columns: [QueryColumn]?

    init(format: QueryWorker.Format, write: @escaping ([UInt8]) throws(QueryError) -> Void) {
        self.format = format
        self.write = write
    }

    mutating func begin(_ columns: [ResultColumn]) {
        rendering = RowRendering(columns: columns)
        arrow = ArrowStreamWriter(columns: columns, bytesMax: Self.arrowBatchBytes)
        self.columns = columns.map { QueryColumn(name: $0.name, type: $0.type.rawValue) }
        guard format == .json else { return }
        writer.beginObject()
        writer.name("rows")
        writer.beginArray()
    }

    mutating func add(_ cells: [QueryValue]) throws(QueryError) {
        switch format {
        case .json:
            rendering.writeObject(cells, to: &writer)
            if writer.bytes.count >= QueryWorker.batchBytes { try flushText() }
        case .values:
            rows.append(rendering.values(cells))
            rowsBytes += cells.reduce(16) { $0 + $1.approximateBytes }
            if rowsBytes >= QueryWorker.batchBytes { try flushRows() }
        case .arrow:
            if let bytes = try arrow.add(cells) { try send(bytes) }
        }
    }

    mutating func end() throws(QueryError) {
        switch format {
        case .json:
            writer.endArray()
            writer.endObject()
            try flushText()
        case .values:
            if !rows.isEmpty || columns != nil { try flushRows() }
        case .arrow:
            try send(arrow.end())
        }
    }

    private mutating func flushText() throws(QueryError) {
        let bytes = writer.take()
        var start = 0
        while start < bytes.count {
            var end = min(start + Self.pieceBytesMax, bytes.count)
            // Not within a character: a piece is a text of its own.
            while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end -= 1 }
            try send(batch: QueryWorker.Batch(text: String(decoding: bytes[start..<end], as: UTF8.self)))
            start = end
        }
    }

    private mutating func flushRows() throws(QueryError) {
        let batch = QueryWorker.Batch(columns: columns, rows: rows)
        rows = []
        rowsBytes = 0
        columns = nil
        try send(batch: batch)
    }

    private func send(_ bytes: [UInt8]) throws(QueryError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try send(batch: QueryWorker.Batch(bytes: Array(rest.prefix(Self.pieceBytesMax))))
            rest = rest.dropFirst(Self.pieceBytesMax)
        }
    }

    private func send(batch: QueryWorker.Batch) throws(QueryError) {
        let frame: [UInt8]
        do throws(ControlProtocolError) {
            frame = try ControlCodec.notification(method: QueryWorker.batchMethod, batch)
        } catch {
            throw .tooLarge("a row is longer than \(ControlFrame.answerBytesMax) bytes; ask for fewer columns")
        }
        try write(frame)
    }

    /// A long value goes in pieces, so that no frame gets near its limit even if each byte has to be escaped.
    private static let pieceBytesMax = 1 << 20
    /// Columns side by side are worth more rows than lines of text are.
    private static let arrowBatchBytes = 4 * QueryWorker.batchBytes
}
