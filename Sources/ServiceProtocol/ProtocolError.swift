/// A frame that cannot be read as the message its code promises. Each is a violation of the protocol by the peer
/// (service-protocol.md, section 8), none a fault of ours.
package enum ProtocolError: Error, Hashable, Sendable {
    /// The payload is not what that message must hold.
    case malformed(MessageType, PayloadProblem)
    /// A known message that this peer must not send.
    case unexpected(MessageType)
    /// A custom entry or a code nobody knows.
    case unknown(MessageType)

    /// The message that was wrong.
    package var type: MessageType {
        switch self {
        case .malformed(let type, _), .unexpected(let type), .unknown(let type): type
        }
    }

    /// Whether it is an await nested deeper than the limit: the invocation is paused then, not retried (RT0025).
    package var isAwaitTooDeep: Bool {
        if case .malformed(_, .awaitTooDeep) = self { true } else { false }
    }

    /// One sentence that names the message and what is wrong with it.
    package var violationText: String {
        let name = "\(type.wireName) (\(type.hexadecimal))"
        return switch self {
        case .malformed(_, let problem): "malformed \(name): \(problem.text)"
        case .unexpected: "received unexpected message: \(name)"
        case .unknown: "received a message of the unknown type \(type.hexadecimal)"
        }
    }
}

/// What is wrong with a payload.
package enum PayloadProblem: Error, Hashable, Sendable {
    /// The bytes end within a field.
    case truncated
    /// A variable-length integer of more than 64 bits.
    case varintTooLong
    /// A field number outside 1 to 2^29 - 1.
    case badFieldNumber
    /// A wire type that proto3 does not use.
    case badWireType(Int)
    /// A known field with the wire type of another kind of value.
    case wrongWireType(field: UInt32)
    /// A 32-bit field with a larger number.
    case numberTooLarge(field: UInt32)
    /// A string field that is not UTF-8.
    case invalidUTF8(field: UInt32)
    /// More elements than any real message has (`WireReader.elementsMax`).
    case tooManyElements(field: UInt32)
    /// A field or alternative without which the message means nothing is not there.
    case missing(field: String)
    /// An await on nothing: it could never end.
    case emptyAwait
    /// An await nested deeper than `Awaiting.depthMax`.
    case awaitTooDeep(limit: Int)

    /// What is wrong, as the end of a sentence.
    package var text: String {
        switch self {
        case .truncated: "the payload ends within a field"
        case .varintTooLong: "a variable-length integer is longer than 64 bits"
        case .badFieldNumber: "a field number is out of range"
        case .badWireType(let type): "the wire type \(type) is not used by the protocol"
        case .wrongWireType(let field): "the field \(field) has the wrong wire type"
        case .numberTooLarge(let field): "the number in field \(field) does not fit in 32 bits"
        case .invalidUTF8(let field): "the text in field \(field) is not UTF-8"
        case .tooManyElements(let field): "the field \(field) has too many elements"
        case .missing(let field): "the field \(field) is missing"
        case .emptyAwait: "it awaits nothing"
        case .awaitTooDeep(let limit): "it awaits a future nested deeper than \(limit) levels"
        }
    }
}

/// Bytes that are no frames: after one, nothing that follows on the stream can be read.
package enum FrameError: Error, Hashable, Sendable {
    /// The header announces more than the limit (RT0003); known before the payload has come.
    case payloadTooLarge(type: UInt16, bytes: Int, limit: Int)
    /// A code in the control range that no version defines.
    case unknownControlMessage(type: UInt16)
    /// Bits of the header that must be 0 are set: most likely these bytes are something else altogether.
    case reservedBits(type: UInt16)

    /// One sentence that says what was wrong.
    package var violationText: String {
        switch self {
        case .payloadTooLarge(let type, let bytes, let limit):
            "the \(MessageType(rawValue: type).wireName) (\(MessageType(rawValue: type).hexadecimal)) has "
                + "\(bytes) bytes, the limit is \(limit)"
        case .unknownControlMessage(let type):
            "message encoding error: unknown message code \(MessageType(rawValue: type).hexadecimal)"
        case .reservedBits(let type):
            "message encoding error: reserved bits are set in the header of the message "
                + MessageType(rawValue: type).hexadecimal
        }
    }
}
