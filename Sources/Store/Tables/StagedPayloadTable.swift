import Engine

/// Payloads whose chunks are written before their row. Until a row names it, the number of such a payload stands in a table,
/// so that a new start finds and removes what the last process left.
final class StagedPayloadTable {
    private let payloads: PayloadTable
    private let select: Statement
    private let insert: Statement
    private let delete: Statement
    /// The numbers of what was begun. A number whose transaction was rolled back stays: nothing lies under it.
    private var numbers: [StagedPayloadID: Int64] = [:]

    init(_ database: Database, payloads: PayloadTable) throws(StorageError) {
        self.payloads = payloads
        select = try database.prepare("SELECT payload FROM staged_payloads LIMIT 100")
        insert = try database.prepare("INSERT INTO staged_payloads (payload) VALUES (?1)")
        delete = try database.prepare("DELETE FROM staged_payloads WHERE payload = ?1")
    }

    /// Writes one piece; the pieces of a payload come in order.
    func write(_ piece: StagedPiece) throws(StorageError) {
        if piece.index == 0 {
            let number = payloads.newNumber()
            numbers[piece.payload.id] = number
            insert.bind(1, number)
            try insert.run()
        }
        guard let number = numbers[piece.payload.id] else {
            throw .refused("piece \(piece.index) of a payload came without those before it")
        }
        try piece.payload.bytes.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            let piece = (bytes: UnsafeBufferPointer(rebasing: bytes[piece.range]), index: piece.index)
            try payloads.write(UnsafeRawBufferPointer(piece.bytes), of: number, at: piece.index)
        }
    }

    /// Lets the rows of the open transaction take payloads that are written as a whole.
    func offer(_ adopted: [StagedPayload]) {
        payloads.offers = []
        for payload in adopted {
            guard let number = numbers[payload.id] else { continue }
            payloads.offers.append(PayloadTable.Offer(bytes: payload.bytes, number: number))
        }
    }

    /// Ends the staging of what is adopted or abandoned, after the rows are written: what no row took is removed.
    func finish(_ writes: WriteSet) throws(StorageError) {
        for offer in payloads.offers {
            if !offer.isTaken { try payloads.remove(offer.number) }
            try unstage(offer.number)
        }
        payloads.offers = []
        for id in writes.abandonedPayloads {
            guard let number = numbers[id] else { continue }
            try payloads.remove(number)
            try unstage(number)
        }
    }

    /// Forgets what has ended, once that is on disk.
    func committed(_ writes: WriteSet) {
        for payload in writes.adoptedPayloads { numbers[payload.id] = nil }
        for id in writes.abandonedPayloads { numbers[id] = nil }
    }

    private func unstage(_ number: Int64) throws(StorageError) {
        delete.bind(1, number)
        try delete.run()
    }

    /// Removes what the last process staged and no row took.
    func sweep() throws(StorageError) {
        while true {
            let found = try select.collect { statement in statement.integer(0) }
            if found.isEmpty { return }
            for number in found {
                try payloads.remove(number)
                try unstage(number)
            }
        }
    }
}
