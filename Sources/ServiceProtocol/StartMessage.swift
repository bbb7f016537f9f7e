import DurableModel

/// One entry of the state that goes along with a start.
package struct StateEntry: Hashable, Sendable {
    package var key: [UInt8]
    package var value: [UInt8]

    package init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }
}

/// The first message of every attempt (0x0000).
package struct StartMessage: Hashable, Sendable {
    /// The 24 bytes of the invocation's id.
    package var id: [UInt8]
    /// The id as people read it.
    package var debugID: String
    /// How many journal entries follow: commands and notifications, the input included; at least 1.
    package var knownEntries: UInt32
    package var stateMap: [StateEntry]
    /// Whether `stateMap` may lack keys: the service then asks for those it does not find.
    package var partialState: Bool
    /// `""` of an unkeyed target.
    package var key: String
    package var retryCountSinceLastStoredEntry: UInt32
    package var durationSinceLastStoredEntryMilliseconds: UInt64
    /// Constant for the invocation; sent from V6 on.
    package var randomSeed: UInt64
    /// Sent from V7 on.
    package var idempotencyKey: String?

    package init(
        id: [UInt8],
        debugID: String,
        knownEntries: UInt32,
        stateMap: [StateEntry] = [],
        partialState: Bool,
        key: String = "",
        retryCountSinceLastStoredEntry: UInt32 = 0,
        durationSinceLastStoredEntryMilliseconds: UInt64 = 0,
        randomSeed: UInt64 = 0,
        idempotencyKey: String? = nil
    ) {
        self.id = id
        self.debugID = debugID
        self.knownEntries = knownEntries
        self.stateMap = stateMap
        self.partialState = partialState
        self.key = key
        self.retryCountSinceLastStoredEntry = retryCountSinceLastStoredEntry
        self.durationSinceLastStoredEntryMilliseconds = durationSinceLastStoredEntryMilliseconds
        self.randomSeed = randomSeed
        self.idempotencyKey = idempotencyKey
    }

    /// The frame for a service that speaks that version, 5 to 7.
    package func encode(version: Int) -> MessageFrame {
        var writer = WireWriter()
        writer.bytes(1, id)
        writer.string(2, debugID)
        writer.uint32(3, knownEntries)
        for entry in stateMap {
            writer.message(4) {
                $0.bytes(1, entry.key)
                $0.bytes(2, entry.value)
            }
        }
        writer.bool(5, partialState)
        writer.string(6, key)
        writer.uint32(7, retryCountSinceLastStoredEntry)
        writer.uint64(8, durationSinceLastStoredEntryMilliseconds)
        if version >= 6 { writer.uint64(9, randomSeed) }
        if version >= 7 { writer.optionalString(12, idempotencyKey) }
        return MessageFrame(type: MessageType.start.rawValue, payload: writer.bytes)
    }

    /// Reads a start message of any version.
    package static func decode(_ frame: MessageFrame) throws(ProtocolError) -> StartMessage {
        let type = MessageType(rawValue: frame.type)
        guard type == .start else { throw type.isCustom ? .unknown(type) : .unexpected(type) }
        return try decoding(type) { () throws(PayloadProblem) in try StartMessage(reading: WireReader(frame.payload)) }
    }

    private init(reading fields: WireReader) throws(PayloadProblem) {
        self.init(id: [], debugID: "", knownEntries: 0, partialState: false)
        var reader = fields
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.bytes(field)
            case 2: debugID = try reader.string(field)
            case 3: knownEntries = try reader.uint32(field)
            case 4:
                try reader.checkRoom(for: field, in: stateMap.count)
                stateMap.append(try StateEntry(reading: reader.message(field)))
            case 5: partialState = try reader.bool(field)
            case 6: key = try reader.string(field)
            case 7: retryCountSinceLastStoredEntry = try reader.uint32(field)
            case 8: durationSinceLastStoredEntryMilliseconds = try reader.uint64(field)
            case 9: randomSeed = try reader.uint64(field)
            case 12: idempotencyKey = try reader.string(field)
            default: continue
            }
        }
        guard knownEntries > 0 else { throw .missing(field: "known_entries") }
    }
}

extension StateEntry {
    fileprivate init(reading fields: WireReader) throws(PayloadProblem) {
        self.init(key: [], value: [])
        var reader = fields
        while let field = try reader.next() {
            switch field.number {
            case 1: key = try reader.bytes(field)
            case 2: value = try reader.bytes(field)
            default: continue
            }
        }
    }
}
