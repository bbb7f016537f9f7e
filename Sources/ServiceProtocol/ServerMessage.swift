import DurableModel

/// What a server may send: read by endpoints for tests and measurements, and by those who show journals.
package enum ServerMessage: Hashable, Sendable {
    case start(StartMessage)
    /// A replayed command; the first one is the input.
    case command(Command)
    case notification(Notification)
    case commandAck(index: UInt32)
    case runAck(completionID: UInt32)

    /// Reads a frame of a server of any version.
    package static func decode(_ frame: MessageFrame) throws(ProtocolError) -> ServerMessage {
        let type = MessageType(rawValue: frame.type)
        switch type {
        case .start: return .start(try StartMessage.decode(frame))
        case .commandAck: return .commandAck(index: try number(frame, type))
        case .proposeRunCompletionAck: return .runAck(completionID: try number(frame, type))
        default:
            return type.isNotification
                ? .notification(try Notification.decode(frame)) : .command(try Command.decode(frame))
        }
    }

    /// The frame for a service that speaks that version, 5 to 7.
    package func frame(version: Int) -> MessageFrame {
        switch self {
        case .start(let start): start.encode(version: version)
        case .command(let command): command.frame()
        case .notification(let notification): notification.frame()
        case .commandAck(let index): Self.frame(.commandAck, number: index)
        case .runAck(let id): Self.frame(.proposeRunCompletionAck, number: id)
        }
    }

    private static func number(_ frame: MessageFrame, _ type: MessageType) throws(ProtocolError) -> UInt32 {
        try decoding(type) { () throws(PayloadProblem) in
            var reader = WireReader(frame.payload)
            var number: UInt32 = 0
            while let field = try reader.next() {
                if field.number == 1 { number = try reader.uint32(field) }
            }
            return number
        }
    }

    private static func frame(_ type: MessageType, number: UInt32) -> MessageFrame {
        var writer = WireWriter()
        writer.uint32(1, number)
        return MessageFrame(type: type.rawValue, payload: writer.bytes)
    }
}

/// The first entry of every journal: what the invocation was called with.
package func inputFrame(headers: [Header], value: [UInt8]) -> MessageFrame {
    Command(.input(headers: headers, value: value)).frame()
}

/// The acknowledgement of a run proposal that asked for one (V7), in place of its notification.
package func ackFrame(completionID: UInt32) -> MessageFrame {
    ServerMessage.runAck(completionID: completionID).frame(version: 7)
}
