/// Writes an answer as an Arrow IPC stream: the schema with the first rows or at the end, batches of rows, the end.
struct ArrowStreamWriter {
    /// So many rows go into one batch at most.
    static let batchRowsMax = 4096

    private let columns: [ResultColumn]
    private let bytesMax: Int
    private var rows: [[QueryValue]] = []
    private var rowsBytes = 0
    private var hasBegun = false

    /// A batch ends with the row after which it has `bytesMax` bytes.
    init(columns: [ResultColumn], bytesMax: Int) {
        self.columns = columns
        self.bytesMax = bytesMax
    }

    /// Adds a row; gives the bytes of a batch when one is full.
    mutating func add(_ cells: [QueryValue]) throws(QueryError) -> [UInt8]? {
        rows.append(cells)
        rowsBytes += cells.reduce(0) { $0 + $1.approximateBytes }
        guard rows.count >= Self.batchRowsMax || rowsBytes >= bytesMax else { return nil }
        return try takeBatch()
    }

    /// What is left, and the end of the stream.
    mutating func end() throws(QueryError) -> [UInt8] {
        try takeBatch() + ArrowMessage.end
    }

    private mutating func takeBatch() throws(QueryError) -> [UInt8] {
        var bytes: [UInt8] = []
        if !hasBegun {
            bytes = ArrowMessage.schema(
                columns.map { ArrowField(name: $0.name, type: $0.type, isNullable: $0.isNullable) }
            )
            hasBegun = true
        }
        guard !rows.isEmpty else { return bytes }
        var batch = columns.map { ArrowColumn($0.type) }
        for row in rows {
            for (index, cell) in row.enumerated() { try batch[index].append(cell) }
        }
        bytes += ArrowMessage.recordBatch(rows: rows.count, batch)
        rows = []
        rowsBytes = 0
        return bytes
    }
}
