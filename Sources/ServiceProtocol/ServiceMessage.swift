import DurableModel

/// What a service may send.
package enum ServiceMessage: Hashable, Sendable {
    case command(Command)
    /// `result` is `.value` or `.failure`. With `requestedAck` the service wants an acknowledgement instead of the
    /// whole notification (V7).
    case proposeRunCompletion(completionID: UInt32, result: CompletionResult, requestedAck: Bool)
    /// What the service waits for while its stream stays open: for people to see, without effect.
    case awaitingOn(Awaiting, executingSideEffects: Bool)
    case suspension(Awaiting)
    case error(ErrorMessage)
    case end

    /// Reads a frame of a service that speaks that version, 5 to 7. Refused beside what is malformed: messages that
    /// only the server sends (the input of the invocation is one), custom entries and unknown codes.
    package static func decode(_ frame: MessageFrame, version: Int) throws(ProtocolError) -> ServiceMessage {
        let type = MessageType(rawValue: frame.type)
        let reader = WireReader(frame.payload)
        switch type {
        case .proposeRunCompletion:
            return try decoding(type) { () throws(PayloadProblem) in
                try proposal(reader, requestedAck: frame.requestedAck)
            }
        case .suspension:
            return try decoding(type) { () throws(PayloadProblem) in
                .suspension(version >= 7 ? try awaiting(reader, field: 4).0 : try flatAwaiting(reader))
            }
        case .awaitingOn:
            return try decoding(type) { () throws(PayloadProblem) in
                let (awaiting, executing) = try awaiting(reader, field: 1)
                return .awaitingOn(awaiting, executingSideEffects: executing)
            }
        case .error:
            return try decoding(type) { () throws(PayloadProblem) in .error(try ErrorMessage(reading: reader)) }
        case .end:
            try decoding(type) { () throws(PayloadProblem) in try reader.checkSyntax() }
            return .end
        case .inputCommand: throw .unexpected(type)
        default: return .command(try Command.decode(frame))
        }
    }

    /// The frame for a server that speaks that version, 5 to 7.
    package func frame(version: Int) -> MessageFrame {
        var writer = WireWriter()
        var requestedAck = false
        let type: MessageType
        switch self {
        case .command(let command): return command.frame()
        case .proposeRunCompletion(let id, let result, let asksAck):
            type = .proposeRunCompletion
            requestedAck = asksAck
            writer.uint32(1, id)
            if case .value(let value) = result { writer.presentBytes(14, value) }
            result.write(to: &writer, fields: Self.proposalFailure)
        case .awaitingOn(let awaiting, let executing):
            type = .awaitingOn
            writer.message(1) { awaiting.write(to: &$0) }
            writer.bool(2, executing)
        case .suspension(let awaiting) where version >= 7:
            type = .suspension
            writer.message(4) { awaiting.write(to: &$0) }
        case .suspension(let awaiting):
            type = .suspension
            NotificationLists(awaiting.allLeaves).write(to: &writer)
        case .error(let error):
            type = .error
            error.write(to: &writer)
        case .end: type = .end
        }
        return MessageFrame(type: type.rawValue, requestedAck: requestedAck, payload: writer.bytes)
    }

    private static func proposal(
        _ fields: WireReader,
        requestedAck: Bool
    ) throws(PayloadProblem) -> ServiceMessage {
        var reader = fields
        var id: UInt32 = 0
        var result: CompletionResult?
        while let field = try reader.next() {
            switch field.number {
            case 1: id = try reader.uint32(field)
            // The value is raw bytes here and a message everywhere else.
            case 14: result = .value(try reader.bytes(field))
            default: result = try .read(field, of: reader, fields: proposalFailure) ?? result
            }
        }
        guard id != 0 else { throw .missing(field: "result_completion_id") }
        guard let result else { throw .missing(field: "result") }
        return .proposeRunCompletion(completionID: id, result: result, requestedAck: requestedAck)
    }

    private static let proposalFailure = CompletionResult.Fields(failure: 15)

    /// `awaiting_on` of a suspension of V7 (field 4) or of an `AwaitingOn` (field 1), and the latter's field 2.
    private static func awaiting(
        _ fields: WireReader,
        field number: UInt32
    ) throws(PayloadProblem) -> (Awaiting, executingSideEffects: Bool) {
        var reader = fields
        var awaiting: Awaiting?
        var executing = false
        while let field = try reader.next() {
            switch field.number {
            case number: awaiting = try Awaiting(reading: reader.message(field))
            case 2: executing = try reader.bool(field)
            default: continue
            }
        }
        guard let awaiting else { throw .missing(field: "awaiting_on") }
        return (awaiting, executing)
    }

    private static func flatAwaiting(_ fields: WireReader) throws(PayloadProblem) -> Awaiting {
        var reader = fields
        var lists = NotificationLists()
        while let field = try reader.next() { try lists.take(field, of: reader) }
        let ids = lists.ids
        guard !ids.isEmpty else { throw .emptyAwait }
        return .flat(ids)
    }
}
