import Engine
import Glibc

/// Payloads that are too large for a row: cut into chunk rows under a number, which stands in the row instead.
///
/// A column that holds a payload is a BLOB with its bytes or an INTEGER with such a number, so that nothing else in a
/// row says where its payload lies.
final class PayloadTable {
    /// Payloads up to this length lie in their row, for rows that are written once.
    static let inlineBytesMax = 256 << 10
    /// The same for invocations, whose rows are written again at each step of their life: with every update SQLite
    /// writes the whole row, so that a payload of many pages would be written many times.
    static let rewrittenInlineBytesMax = 16 << 10
    /// The length of a chunk: long enough for few rows, short enough to be bound and copied without a stall.
    static let chunkBytes = 256 << 10

    private static let positionBits: Int64 = 16
    private static let positionMax: Int64 = 0xffff

    private let insert: Statement
    private let select: Statement
    private let length: Statement
    private let delete: Statement
    /// The last number given out; numbers are only unique among payloads that exist.
    private var last: Int64
    /// Whether there may be any chunk at all. Without one no delete has to look for them.
    private(set) var hasChunks: Bool
    /// What rows of the open transaction may take.
    var offers: [Offer] = []

    init(_ database: Database) throws(StorageError) {
        insert = try database.prepare("INSERT INTO payload_chunks (chunk, bytes) VALUES (?1, ?2)")
        select = try database.prepare(
            "SELECT bytes FROM payload_chunks WHERE chunk BETWEEN ?1 AND ?2 ORDER BY chunk"
        )
        length = try database.prepare("SELECT sum(length(bytes)) FROM payload_chunks WHERE chunk BETWEEN ?1 AND ?2")
        delete = try database.prepare("DELETE FROM payload_chunks WHERE chunk BETWEEN ?1 AND ?2")
        last = try (database.integer("SELECT max(chunk) FROM payload_chunks") ?? 0) >> Self.positionBits
        hasChunks = last > 0
    }

    /// Binds a payload to a column: in place when it is short, else as the number of the chunks written for it.
    func bind(
        _ bytes: UnsafeRawBufferPointer,
        to statement: Statement,
        at index: Int32,
        inlineBytesMax: Int
    ) throws(StorageError) {
        if bytes.count <= inlineBytesMax {
            statement.bind(index, inPlace: bytes)
        } else {
            statement.bind(index, try write(bytes))
        }
    }

    /// Runs a statement with a payload bound to it, in place up to the usual length.
    func run(_ statement: Statement, binding payload: [UInt8], at index: Int32) throws(StorageError) {
        try payload.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            try bind(UnsafeRawBufferPointer(bytes), to: statement, at: index, inlineBytesMax: Self.inlineBytesMax)
            try statement.run()
        }
    }

    /// The payload in a column of the current row, put together again.
    func payload(of statement: Statement, _ column: Int32) throws(StorageError) -> [UInt8] {
        guard statement.isInteger(column) else { return statement.blob(column) }
        return try read(statement.integer(column))
    }

    /// How long the payload in a column of the current row is, without reading it.
    func payloadLength(of statement: Statement, _ column: Int32) throws(StorageError) -> Int {
        guard statement.isInteger(column) else { return statement.withBlob(column) { $0.count } }
        bindRange(length, statement.integer(column))
        defer { length.reset() }
        return try length.step() ? length.int(0) : 0
    }

    /// Removes the chunks of a payload that a column named.
    func remove(_ payload: Int64) throws(StorageError) {
        bindRange(delete, payload)
        try delete.run()
    }

    /// Removes the chunks of each payload that a bound statement names in its first column.
    func removeAll(namedBy statement: Statement) throws(StorageError) {
        for payload in try statement.collect({ $0.integer(0) }) { try remove(payload) }
    }

    /// SQL for the beginning of the payload in a column: all of a short one, the first chunk of a long one.
    static func beginning(of column: String) -> String {
        """
        CASE typeof(\(column)) WHEN 'integer' \
        THEN (SELECT bytes FROM payload_chunks WHERE chunk = \(column) << \(positionBits)) ELSE \(column) END
        """
    }

    // MARK: Writing

    /// A payload that is there already and that rows of the open transaction may name instead of writing it again.
    struct Offer {
        let bytes: [UInt8]
        let number: Int64
        var isTaken = false
    }

    /// Gives out the number of a payload that is written chunk by chunk.
    func newNumber() -> Int64 {
        last += 1
        hasChunks = true
        return last
    }

    /// Writes one chunk of a payload.
    func write(_ bytes: UnsafeRawBufferPointer, of payload: Int64, at position: Int) throws(StorageError) {
        guard position <= Self.positionMax else {
            throw .refused("a payload has more chunks than the \(Self.positionMax + 1) that the store can keep")
        }
        insert.bind(1, payload << Self.positionBits | Int64(position))
        insert.bind(2, inPlace: bytes)
        try insert.run()
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> Int64 {
        if let number = takeOffer(bytes) { return number }
        let payload = newNumber()
        var (start, position) = (0, 0)
        while start < bytes.count {
            let end = min(start + Self.chunkBytes, bytes.count)
            try write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), of: payload, at: position)
            start = end
            position += 1
        }
        return payload
    }

    /// The number of an offered payload with these bytes that no row names yet: two rows never share one.
    private func takeOffer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard !offers.isEmpty, let start = bytes.baseAddress else { return nil }
        let place = offers.firstIndex { offer in
            guard !offer.isTaken, offer.bytes.count == bytes.count else { return false }
            return offer.bytes.withUnsafeBytes { $0.baseAddress.map { memcmp($0, start, bytes.count) == 0 } ?? false }
        }
        guard let place else { return nil }
        offers[place].isTaken = true
        return offers[place].number
    }

    private func read(_ payload: Int64) throws(StorageError) -> [UInt8] {
        bindRange(select, payload)
        defer { select.reset() }
        var bytes: [UInt8] = []
        var chunks = 0
        while try select.step() {
            select.withBlob(0) { bytes.append(contentsOf: $0) }
            chunks += 1
        }
        guard chunks > 0 else { throw .refused("the payload \(payload) is named by a row and not there") }
        return bytes
    }

    private func bindRange(_ statement: Statement, _ payload: Int64) {
        let first = payload << Self.positionBits
        statement.bind(1, first)
        statement.bind(2, first | Self.positionMax)
    }
}
