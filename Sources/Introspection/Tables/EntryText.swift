import DurableModel
import ServiceProtocol

/// A journal entry as SQL shows it (sql-notes.md, "sys_journal"): its name, and what it is with or without its payloads.
struct EntryText {
    /// With payloads, as arrays of numbers, an entry is some four times as long as text.
    static let payloadBytesMax = 64 << 10

    private enum Detail { case lite, whole }

    private var writer = JSONWriter()
    private let detail: Detail
    private let callee: Callee?

    /// Of a call whose callee shows in that form, the completion that tells its id.
    static func calleeCompletion(of frame: MessageFrame, _ form: ColumnForm) -> UInt32? {
        let type = MessageType(rawValue: frame.type)
        guard form.showsCallee, type == .callCommand || type == .oneWayCallCommand else { return nil }
        switch (try? Command.decode(frame))?.operation {
        case .call(let call): return call.invocationIDNotificationIndex
        case .oneWayCall(let call): return call.invocationIDNotificationIndex
        default: return nil
        }
    }

    /// `nil` for what does not decode, for the name of a notification, and for what is too long to be shown whole. `callee` is
    /// what a call made, as far as it is known.
    static func text(of frame: MessageFrame, _ form: ColumnForm, callee: Callee? = nil) -> String? {
        let type = MessageType(rawValue: frame.type)
        let command = type.isCommand ? try? Command.decode(frame) : nil
        let notification = type.isCommand ? nil : try? Notification.decode(frame)
        switch form {
        case .entryName: return command.map { $0.name ?? "" }
        case .entryJSON where frame.payload.count > payloadBytesMax: return nil
        default: break
        }
        var text = EntryText(detail: form.isWhole ? .whole : .lite, callee: callee)
        if let command {
            text.write(command)
        } else if let notification {
            text.write(notification)
        } else {
            return nil
        }
        return text.writer.text
    }

    private init(detail: Detail, callee: Callee?) {
        self.detail = detail
        self.callee = callee
    }

    private func kind(_ type: MessageType) -> String {
        let name = type.entryTypeName
        return name.firstIndex(of: " ").map { String(name[name.index(after: $0)...]) } ?? name
    }

    // MARK: Commands

    private mutating func write(_ command: Command) {
        object {
            $0.member("Command") {
                $0.member($0.kind(command.type)) { text in
                    text.write(command.operation)
                    for (id, type) in command.completionIDs { text.write(id, type, of: command.type) }
                    switch text.detail {
                    case .lite: text.writer.optionalMember("name", command.name)
                    case .whole: text.writer.member("name", command.name ?? "")
                    }
                }
            }
        }
    }

    private mutating func write(_ id: UInt32, _ type: MessageType, of command: MessageType) {
        let isCall = command == .callCommand || command == .oneWayCallCommand
        let isID = type == .callInvocationIDCompletion
        writer.member(
            isCall ? (isID ? "invocation_id_completion_id" : "result_completion_id") : "completion_id",
            id
        )
    }

    private mutating func write(_ operation: Command.Operation) {
        switch operation {
        case .input(let headers, let value):
            guard detail == .whole else { break }
            write(headers)
            bytes("payload", value)
        case .output(let result):
            self.result(result)
        case .completeAwakeable(let id, let result):
            if detail == .whole { writer.member("id", id) }
            self.result(result)
        case .getLazyState(let key, _), .clearState(let key):
            self.key(key)
        case .setState(let key, let value):
            self.key(key)
            if detail == .whole { bytes("value", value) }
        case .getEagerState(let key, let result):
            self.key(key)
            self.result(result)
        case .getEagerStateKeys(let keys):
            if detail == .whole { write(keys) }
        case .getPromise(let key, _), .peekPromise(let key, _):
            writer.member("key", key)
        case .completePromise(let key, let completion, _):
            writer.member("key", key)
            if detail == .whole { result(completion, name: "value") }
        case .sleep(let wakeUpTime, _):
            writer.member("wake_up_time", wakeUpTime)
        case .call(let call):
            write(CallText(call))
        case .oneWayCall(let call):
            write(CallText(call))
            writer.member("invoke_time", call.invokeTimeMilliseconds)
        case .sendSignal(let target, let id, let result):
            writer.member("target_invocation_id", target)
            writer.name("signal_id")
            id.write(to: &writer)
            if detail == .whole { self.result(result) }
        case .clearAllState, .getLazyStateKeys, .run, .attachInvocation, .getInvocationOutput:
            break
        }
    }

    /// Of the request that a call makes, what its entry holds.
    private mutating func write(_ call: CallText) {
        guard detail == .whole else { return target(call) }
        member("request") {
            $0.target(call)
            $0.writeNoSpan()
            $0.bytes("parameter", call.parameter)
            $0.write(call.headers)
            $0.writer.name("idempotency_key")
            if let key = call.idempotencyKey { $0.writer.string(key) } else { $0.writer.null() }
            $0.duration("completion_retention_duration", $0.callee?.completionRetention ?? 0)
            $0.duration("journal_retention_duration", $0.callee?.journalRetention ?? 0)
        }
    }

    /// The callee and what it is; of one that is gone, as far as the call tells.
    private mutating func target(_ call: CallText) {
        writer.optionalMember("invocation_id", callee?.id)
        let type = callee?.serviceType ?? (call.key.isEmpty ? "service" : "virtual_object")
        member("invocation_target") {
            let name = type == "workflow" ? "Workflow" : type == "virtual_object" ? "VirtualObject" : "Service"
            $0.member(name) {
                $0.writer.member("name", call.service)
                if type != "service" { $0.writer.member("key", call.key) }
                $0.writer.member("handler", call.handler)
                if type != "service" {
                    let handlerType =
                        switch $0.callee?.handlerType {
                        case "shared": "Shared"
                        case "workflow": "Workflow"
                        default: type == "workflow" ? "Workflow" : "Exclusive"
                        }
                    $0.writer.member("handler_ty", handlerType)
                }
                $0.writer.name("scope")
                $0.writer.null()
            }
        }
    }

    /// There is no tracing: the span that stands for none.
    private mutating func writeNoSpan() {
        member("span_context") {
            $0.member("span_context") {
                $0.bytes("trace_id", [UInt8](repeating: 0, count: 16))
                $0.bytes("span_id", [UInt8](repeating: 0, count: 8))
                $0.writer.member("trace_flags", 0)
                $0.writer.member("is_remote", false)
                $0.writer.member("trace_state", "")
            }
            $0.writer.name("cause")
            $0.writer.null()
        }
    }

    private mutating func duration(_ name: String, _ milliseconds: Int64) {
        let (seconds, rest) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1000)
        member(name) {
            $0.writer.member("secs", seconds)
            $0.writer.member("nanos", rest * 1_000_000)
        }
    }

    private mutating func write(_ headers: [Header]) {
        writer.name("headers")
        writer.beginArray()
        for header in headers {
            object {
                $0.writer.member("name", header.key)
                $0.writer.member("value", header.value)
            }
        }
        writer.endArray()
    }

    // MARK: Notifications

    private mutating func write(_ notification: Notification) {
        object {
            $0.member("Notification") {
                switch $0.detail {
                case .lite: $0.writeLite(notification)
                case .whole: $0.writeWhole(notification)
                }
            }
        }
    }

    private mutating func writeLite(_ notification: Notification) {
        writer.name("ty")
        if notification.type == .signalNotification {
            writer.string("Signal")
        } else {
            object { $0.writer.member("Completion", $0.kind(notification.type)) }
        }
        writer.name("id")
        notification.id.write(to: &writer)
        result(notification.result)
    }

    private mutating func writeWhole(_ notification: Notification) {
        guard case .completion(let id) = notification.id else {
            return member("Signal") {
                $0.writer.name("id")
                notification.id.write(to: &$0.writer)
                $0.result(notification.result)
            }
        }
        member("Completion") {
            $0.member($0.kind(notification.type)) {
                $0.writer.member("completion_id", id)
                switch notification.result {
                case .invocationID(let id): $0.writer.member("invocation_id", id)
                case .stateKeys(let keys): $0.write(keys)
                case .void where notification.type == .sleepCompletion: break
                case .void, .value, .failure: $0.result(notification.result)
                }
            }
        }
    }

    // MARK: Pieces

    private mutating func object(_ body: (inout EntryText) -> Void) {
        writer.beginObject()
        body(&self)
        writer.endObject()
    }

    private mutating func member(_ name: String, _ body: (inout EntryText) -> Void) {
        writer.name(name)
        object(body)
    }

    private mutating func bytes(_ name: String, _ bytes: [UInt8]) {
        writer.name(name)
        numbers(bytes)
    }

    private mutating func numbers(_ bytes: [UInt8]) {
        writer.beginArray()
        for byte in bytes { writer.integer(byte) }
        writer.endArray()
    }

    private mutating func write(_ keys: [[UInt8]]) {
        writer.name("state_keys")
        writer.beginArray()
        for key in keys { numbers(key) }
        writer.endArray()
    }

    private mutating func key(_ key: [UInt8]) {
        switch detail {
        case .lite: writer.member("key", String(decoding: key, as: UTF8.self))
        case .whole: bytes("key", key)
        }
    }

    private mutating func result(_ result: CompletionResult, name: String = "result") {
        switch result {
        case .value(let value) where detail == .whole: member(name) { $0.bytes("Success", value) }
        case .failure(let failure) where detail == .whole:
            member(name) {
                $0.member("Failure") {
                    $0.writer.member("code", failure.code)
                    $0.writer.member("message", failure.message)
                }
            }
        default: writer.member(name, self.name(of: result))
        }
    }

    private func name(of result: CompletionResult) -> String {
        switch result {
        case .void: "Void"
        case .value: "Success"
        case .failure: "Failure"
        case .invocationID: "InvocationId"
        case .stateKeys: "StateKeys"
        }
    }
}

/// What both kinds of calls have.
private struct CallText {
    let service: String
    let key: String
    let handler: String
    let parameter: [UInt8]
    let headers: [Header]
    let idempotencyKey: String?

    init(_ call: CallCommand) {
        (service, key, handler) = (call.serviceName, call.key, call.handlerName)
        (parameter, headers, idempotencyKey) = (call.parameter, call.headers, call.idempotencyKey)
    }

    init(_ call: OneWayCallCommand) {
        (service, key, handler) = (call.serviceName, call.key, call.handlerName)
        (parameter, headers, idempotencyKey) = (call.parameter, call.headers, call.idempotencyKey)
    }
}

extension ColumnForm {
    fileprivate var showsCallee: Bool {
        switch self {
        case .entryJSON, .entryLiteJSON: true
        default: false
        }
    }

    fileprivate var isWhole: Bool {
        if case .entryJSON = self { true } else { false }
    }
}
