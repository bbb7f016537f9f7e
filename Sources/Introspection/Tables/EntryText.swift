import DurableModel
import ServiceProtocol

/// A journal entry as SQL shows it (sql-notes.md, "sys_journal"): its name, and what it is without its payloads.
enum EntryText {
    /// `nil` for what does not decode, and for the name of a notification.
    static func text(of frame: MessageFrame, _ form: ColumnForm) -> String? {
        let type = MessageType(rawValue: frame.type)
        if type.isCommand {
            guard let command = try? Command.decode(frame) else { return nil }
            return form.isEntryName ? command.name ?? "" : lite(command)
        }
        guard !form.isEntryName, let notification = try? Notification.decode(frame) else { return nil }
        return lite(notification)
    }

    private static func kind(_ type: MessageType) -> String {
        let name = type.entryTypeName
        return name.firstIndex(of: " ").map { String(name[name.index(after: $0)...]) } ?? name
    }

    // MARK: Commands

    private static func lite(_ command: Command) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("Command")
        writer.beginObject()
        writer.name(kind(command.type))
        writer.beginObject()
        write(command.operation, to: &writer)
        for (id, type) in command.completionIDs {
            let isCall = command.type == .callCommand || command.type == .oneWayCallCommand
            let isID = type == .callInvocationIDCompletion
            writer.name(isCall ? (isID ? "invocation_id_completion_id" : "result_completion_id") : "completion_id")
            writer.integer(id)
        }
        if let name = command.name {
            writer.name("name")
            writer.string(name)
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
        return writer.text
    }

    private static func write(_ operation: Command.Operation, to writer: inout JSONWriter) {
        switch operation {
        case .output(let result), .completeAwakeable(_, let result):
            writer.name("result")
            writer.string(name(of: result))
        case .getLazyState(let key, _), .setState(let key, _), .clearState(let key):
            writer.name("key")
            writer.string(String(decoding: key, as: UTF8.self))
        case .getEagerState(let key, let result):
            writer.name("key")
            writer.string(String(decoding: key, as: UTF8.self))
            writer.name("result")
            writer.string(name(of: result))
        case .getPromise(let key, _), .peekPromise(let key, _), .completePromise(let key, _, _):
            writer.name("key")
            writer.string(key)
        case .sleep(let wakeUpTime, _):
            writer.name("wake_up_time")
            writer.integer(wakeUpTime)
        case .call(let call):
            writeTarget(service: call.serviceName, key: call.key, handler: call.handlerName, to: &writer)
        case .oneWayCall(let call):
            writeTarget(service: call.serviceName, key: call.key, handler: call.handlerName, to: &writer)
            writer.name("invoke_time")
            writer.integer(call.invokeTimeMilliseconds)
        case .sendSignal(let target, let id, _):
            writer.name("target_invocation_id")
            writer.string(target)
            writer.name("signal_id")
            id.write(to: &writer)
        case .input, .clearAllState, .getLazyStateKeys, .getEagerStateKeys, .run, .attachInvocation,
            .getInvocationOutput:
            break
        }
    }

    private static func writeTarget(service: String, key: String, handler: String, to writer: inout JSONWriter) {
        writer.name("invocation_target")
        writer.beginObject()
        writer.name(key.isEmpty ? "Service" : "VirtualObject")
        writer.beginObject()
        writer.name("name")
        writer.string(service)
        if !key.isEmpty {
            writer.name("key")
            writer.string(key)
        }
        writer.name("handler")
        writer.string(handler)
        writer.endObject()
        writer.endObject()
    }

    // MARK: Notifications

    private static func lite(_ notification: Notification) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("Notification")
        writer.beginObject()
        writer.name("ty")
        if notification.type == .signalNotification {
            writer.string("Signal")
        } else {
            writer.beginObject()
            writer.name("Completion")
            writer.string(kind(notification.type))
            writer.endObject()
        }
        writer.name("id")
        notification.id.write(to: &writer)
        writer.name("result")
        writer.string(name(of: notification.result))
        writer.endObject()
        writer.endObject()
        return writer.text
    }

    private static func name(of result: CompletionResult) -> String {
        switch result {
        case .void: "Void"
        case .value: "Success"
        case .failure: "Failure"
        case .invocationID: "InvocationId"
        case .stateKeys: "StateKeys"
        }
    }
}

extension ColumnForm {
    fileprivate var isEntryName: Bool {
        if case .entryName = self { true } else { false }
    }
}
