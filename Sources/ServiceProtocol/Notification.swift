import DurableModel

/// A notification: a completion of a command or a signal, from the server to the service (service-protocol.md,
/// section 5).
package struct Notification: Hashable, Sendable {
    package var type: MessageType
    package var id: NotificationID
    package var result: CompletionResult

    package init(type: MessageType, id: NotificationID, result: CompletionResult) {
        self.type = type
        self.id = id
        self.result = result
    }

    package func frame() -> MessageFrame {
        var writer = WireWriter()
        switch id {
        case .completion(let number): writer.presentUInt64(1, UInt64(number))
        case .signal(let number): writer.presentUInt64(2, UInt64(number))
        case .namedSignal(let name): writer.presentString(3, name)
        }
        result.write(to: &writer, fields: Self.resultFields)
        return MessageFrame(type: type.rawValue, payload: writer.bytes)
    }

    /// Reads a notification; its id and result must be of the kinds that its type has.
    package static func decode(_ frame: MessageFrame) throws(ProtocolError) -> Notification {
        let type = MessageType(rawValue: frame.type)
        guard type.isNotification else { throw type.isCustom ? .unknown(type) : .unexpected(type) }
        return try decoding(type) { () throws(PayloadProblem) in try read(frame.payload, type: type) }
    }

    private static func read(_ payload: [UInt8], type: MessageType) throws(PayloadProblem) -> Notification {
        var reader = WireReader(payload)
        var id: NotificationID?
        var result: CompletionResult?
        while let field = try reader.next() {
            switch field.number {
            case 1: id = .completion(try reader.uint32(field))
            case 2: id = .signal(try reader.uint32(field))
            case 3: id = .namedSignal(try reader.string(field))
            default: result = try .read(field, of: reader, fields: resultFields) ?? result
            }
        }
        guard let id, id.isSignal == (type == .signalNotification) else {
            throw .missing(field: type == .signalNotification ? "signal_id" : "completion_id")
        }
        guard let result, type.canHave(result) else { throw .missing(field: "result") }
        return Notification(type: type, id: id, result: result)
    }

    /// The bytes that the payload of a signal with that index begins with, and no other.
    package static func beginning(ofSignal index: UInt32) -> [UInt8] {
        var writer = WireWriter()
        writer.presentUInt64(2, UInt64(index))
        return writer.bytes
    }

    private static let resultFields = CompletionResult.Fields(
        void: 4,
        value: 5,
        failure: 6,
        invocationID: 16,
        stateKeys: 17
    )
}

extension MessageType {
    /// Whether a notification of this type can carry that result.
    fileprivate func canHave(_ result: CompletionResult) -> Bool {
        switch (self, result) {
        case (.getLazyStateCompletion, .void), (.getLazyStateCompletion, .value): true
        case (.getLazyStateKeysCompletion, .stateKeys): true
        case (.getPromiseCompletion, .value), (.getPromiseCompletion, .failure): true
        case (.peekPromiseCompletion, .void), (.peekPromiseCompletion, .value), (.peekPromiseCompletion, .failure): true
        case (.completePromiseCompletion, .void), (.completePromiseCompletion, .failure): true
        case (.sleepCompletion, .void): true
        case (.callCompletion, .value), (.callCompletion, .failure): true
        case (.callInvocationIDCompletion, .invocationID): true
        case (.runCompletion, .value), (.runCompletion, .failure): true
        case (.attachInvocationCompletion, .value), (.attachInvocationCompletion, .failure): true
        case (.getInvocationOutputCompletion, .void), (.getInvocationOutputCompletion, .value),
            (.getInvocationOutputCompletion, .failure):
            true
        case (.signalNotification, .void), (.signalNotification, .value), (.signalNotification, .failure): true
        default: false
        }
    }
}

/// Runs a reader of fields and gives what is wrong with the payload the name of its message.
func decoding<Value>(
    _ type: MessageType,
    _ read: () throws(PayloadProblem) -> Value
) throws(ProtocolError) -> Value {
    do {
        return try read()
    } catch {
        throw .malformed(type, error)
    }
}
