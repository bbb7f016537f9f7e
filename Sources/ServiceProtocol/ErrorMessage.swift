/// An attempt that the service ends without a result (0x0002); what follows from it is the engine's to say.
package struct ErrorMessage: Hashable, Sendable {
    /// What the service wants done about it (V7; heeded on every version).
    package enum Behavior: UInt32, Hashable, Sendable {
        case retry = 0
        case pause = 1
        case fail = 2
    }

    package var code: UInt32
    package var message: String
    package var stacktrace: String
    package var relatedCommandIndex: UInt32?
    package var relatedCommandName: String?
    /// The type code of the command; not validated.
    package var relatedCommandType: UInt32?
    /// Replaces the delay of the next attempt.
    package var nextRetryDelayMilliseconds: UInt64?
    package var behavior: Behavior

    package init(
        code: UInt32,
        message: String,
        stacktrace: String = "",
        relatedCommandIndex: UInt32? = nil,
        relatedCommandName: String? = nil,
        relatedCommandType: UInt32? = nil,
        nextRetryDelayMilliseconds: UInt64? = nil,
        behavior: Behavior = .retry
    ) {
        self.code = code
        self.message = message
        self.stacktrace = stacktrace
        self.relatedCommandIndex = relatedCommandIndex
        self.relatedCommandName = relatedCommandName
        self.relatedCommandType = relatedCommandType
        self.nextRetryDelayMilliseconds = nextRetryDelayMilliseconds
        self.behavior = behavior
    }

    init(reading fields: WireReader) throws(PayloadProblem) {
        self.init(code: 0, message: "")
        var reader = fields
        while let field = try reader.next() {
            switch field.number {
            case 1: code = try reader.uint32(field)
            case 2: message = try reader.string(field)
            case 3: stacktrace = try reader.string(field)
            case 4: relatedCommandIndex = try reader.uint32(field)
            case 5: relatedCommandName = try reader.string(field)
            case 6: relatedCommandType = try reader.uint32(field)
            case 8: nextRetryDelayMilliseconds = try reader.uint64(field)
            case 9:
                // A behavior nobody knows is a retry, as the recorded server takes it.
                let value = try reader.uint64(field)
                behavior = UInt32(exactly: value).flatMap(Behavior.init(rawValue:)) ?? .retry
            default: continue
            }
        }
    }

    func write(to writer: inout WireWriter) {
        writer.uint32(1, code)
        writer.string(2, message)
        writer.string(3, stacktrace)
        writer.optionalUInt32(4, relatedCommandIndex)
        writer.optionalString(5, relatedCommandName)
        writer.optionalUInt32(6, relatedCommandType)
        if let delay = nextRetryDelayMilliseconds { writer.presentUInt64(8, delay) }
        writer.uint32(9, behavior.rawValue)
    }
}
