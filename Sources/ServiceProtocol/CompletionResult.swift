/// What something ended with: a completion, a promise, a signal, a handler. Which alternatives can occur depends on
/// the message; the decoders let no other through.
package enum CompletionResult: Hashable, Sendable {
    case void
    case value([UInt8])
    case failure(Failure)
    case invocationID(String)
    case stateKeys([[UInt8]])

    package var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}

/// Which entry is awaited or has come: the completion of a command, or a signal by number or name.
package enum NotificationID: Hashable, Sendable {
    case completion(UInt32)
    case signal(UInt32)
    case namedSignal(String)

    /// The built-in signal that cancels an invocation.
    package static let cancelSignal = NotificationID.signal(1)

    package var isSignal: Bool {
        if case .completion = self { false } else { true }
    }

    /// What is awaited, in words.
    package var text: String {
        switch self {
        case .completion(let id): "completion \(id)"
        case .cancelSignal: "the cancel signal"
        case .signal(let index): "signal \(index)"
        case .namedSignal(let name): "signal '\(name)'"
        }
    }
}

extension CompletionResult {
    /// The numbers of a message's result fields; those that are `nil` it does not have.
    struct Fields {
        var void: UInt32?
        var value: UInt32?
        var failure: UInt32?
        var invocationID: UInt32?
        var stateKeys: UInt32?
    }

    /// The result in that field, `nil` if it is none of the result fields.
    static func read(
        _ field: WireReader.Field,
        of reader: WireReader,
        fields: Fields
    ) throws(PayloadProblem) -> CompletionResult? {
        switch field.number {
        case fields.void:
            try reader.message(field).checkSyntax()
            return .void
        case fields.value: return .value(try readValue(reader.message(field)))
        case fields.failure: return .failure(try Failure(reading: reader.message(field)))
        case fields.invocationID: return .invocationID(try reader.string(field))
        case fields.stateKeys: return .stateKeys(try readStateKeys(reader.message(field)))
        default: return nil
        }
    }

    /// Writes the result into the field for it. A result for which the message has no field is not written: the
    /// reader then finds the alternative missing.
    func write(to writer: inout WireWriter, fields: Fields) {
        switch self {
        case .void:
            if let field = fields.void { writer.length(field, 0) }
        case .value(let content):
            if let field = fields.value { writer.value(field, content) }
        case .failure(let failure):
            if let field = fields.failure { writer.message(field) { failure.write(to: &$0) } }
        case .invocationID(let id):
            if let field = fields.invocationID { writer.presentString(field, id) }
        case .stateKeys(let keys):
            if let field = fields.stateKeys {
                writer.message(field) { for key in keys { $0.presentBytes(1, key) } }
            }
        }
    }

    static func readValue(_ fields: WireReader) throws(PayloadProblem) -> [UInt8] {
        var reader = fields
        var content: [UInt8] = []
        while let field = try reader.next() {
            if field.number == 1 { content = try reader.bytes(field) }
        }
        return content
    }

    private static func readStateKeys(_ fields: WireReader) throws(PayloadProblem) -> [[UInt8]] {
        var reader = fields
        var keys: [[UInt8]] = []
        while let field = try reader.next() {
            guard field.number == 1 else { continue }
            try reader.checkRoom(for: field, in: keys.count)
            keys.append(try reader.bytes(field))
        }
        return keys
    }
}
