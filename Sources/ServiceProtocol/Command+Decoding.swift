import DurableModel

extension Command {
    /// Reads any known command, from a stream or from the journal.
    package static func decode(_ frame: MessageFrame) throws(ProtocolError) -> Command {
        let type = MessageType(rawValue: frame.type)
        guard type.isCommand else { throw type.isCustom ? .unknown(type) : .unexpected(type) }
        return try decoding(type) { () throws(PayloadProblem) in
            var fields = CommandFields()
            let operation = try fields.read(type, WireReader(frame.payload))
            return Command(operation, name: fields.name.isEmpty ? nil : fields.name)
        }
    }
}

/// Reads the fields of one command. The numbers 11 and 12 mean the same in every command that has them.
private struct CommandFields {
    var name = ""
    private var completionID: UInt32 = 0

    init() {}

    mutating func read(_ type: MessageType, _ reader: WireReader) throws(PayloadProblem) -> Command.Operation {
        switch type {
        case .inputCommand: try input(reader)
        case .outputCommand: try output(reader)
        case .setStateCommand: try setState(reader)
        case .clearStateCommand: .clearState(key: try stateKey(reader))
        case .clearAllStateCommand: try clearAllState(reader)
        case .getLazyStateCommand: .getLazyState(key: try stateKey(reader), completionID: try requiredCompletionID())
        case .getEagerStateCommand: try getEagerState(reader)
        case .getEagerStateKeysCommand: try getEagerStateKeys(reader)
        case .getPromiseCommand: .getPromise(key: try promiseKey(reader), completionID: try requiredCompletionID())
        case .peekPromiseCommand: .peekPromise(key: try promiseKey(reader), completionID: try requiredCompletionID())
        case .completePromiseCommand: try completePromise(reader)
        case .sleepCommand: try sleep(reader)
        case .callCommand: .call(try call(reader))
        case .oneWayCallCommand: .oneWayCall(try oneWayCall(reader))
        case .sendSignalCommand: try sendSignal(reader)
        case .attachInvocationCommand:
            .attachInvocation(target: try target(reader), completionID: try requiredCompletionID())
        case .getInvocationOutputCommand:
            .getInvocationOutput(target: try target(reader), completionID: try requiredCompletionID())
        case .completeAwakeableCommand: try completeAwakeable(reader)
        case .getLazyStateKeysCommand: .getLazyStateKeys(completionID: try onlyCompletionID(reader))
        default: .run(completionID: try onlyCompletionID(reader))
        }
    }

    private mutating func takeCommon(_ field: WireReader.Field, _ reader: WireReader) throws(PayloadProblem) {
        switch field.number {
        case 11: completionID = try reader.uint32(field)
        case 12: name = try reader.string(field)
        default: break
        }
    }

    /// Ids count from 1, so 0 is one that was not set.
    private func requiredCompletionID() throws(PayloadProblem) -> UInt32 {
        guard completionID != 0 else { throw .missing(field: "result_completion_id") }
        return completionID
    }

    private mutating func onlyCompletionID(_ fields: WireReader) throws(PayloadProblem) -> UInt32 {
        var reader = fields
        while let field = try reader.next() { try takeCommon(field, reader) }
        return try requiredCompletionID()
    }

    private mutating func clearAllState(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        while let field = try reader.next() { try takeCommon(field, reader) }
        return .clearAllState
    }

    private mutating func input(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var headers: [Header] = []
        var value: [UInt8]?
        while let field = try reader.next() {
            switch field.number {
            case 1: try append(field, reader, to: &headers)
            case 14: value = try CompletionResult.readValue(reader.message(field))
            default: try takeCommon(field, reader)
            }
        }
        guard let value else { throw .missing(field: "value") }
        return .input(headers: headers, value: value)
    }

    private mutating func output(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var result: CompletionResult?
        while let field = try reader.next() {
            result = try .read(field, of: reader, fields: .output) ?? result
            try takeCommon(field, reader)
        }
        guard let result else { throw .missing(field: "result") }
        return .output(result)
    }

    private mutating func stateKey(_ fields: WireReader) throws(PayloadProblem) -> [UInt8] {
        var reader = fields
        var key: [UInt8] = []
        while let field = try reader.next() {
            if field.number == 1 { key = try reader.bytes(field) } else { try takeCommon(field, reader) }
        }
        return key
    }

    private mutating func setState(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var key: [UInt8] = []
        var value: [UInt8]?
        while let field = try reader.next() {
            switch field.number {
            case 1: key = try reader.bytes(field)
            case 3: value = try CompletionResult.readValue(reader.message(field))
            default: try takeCommon(field, reader)
            }
        }
        guard let value else { throw .missing(field: "value") }
        return .setState(key: key, value: value)
    }

    private mutating func getEagerState(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var key: [UInt8] = []
        var result: CompletionResult?
        while let field = try reader.next() {
            if field.number == 1 { key = try reader.bytes(field) }
            result = try .read(field, of: reader, fields: .eagerState) ?? result
            try takeCommon(field, reader)
        }
        guard let result else { throw .missing(field: "result") }
        return .getEagerState(key: key, result: result)
    }

    private mutating func getEagerStateKeys(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var keys: [[UInt8]]?
        while let field = try reader.next() {
            if case .stateKeys(let found) = try CompletionResult.read(field, of: reader, fields: .eagerStateKeys) {
                keys = found
            }
            try takeCommon(field, reader)
        }
        guard let keys else { throw .missing(field: "value") }
        return .getEagerStateKeys(keys: keys)
    }

    private mutating func promiseKey(_ fields: WireReader) throws(PayloadProblem) -> String {
        var reader = fields
        var key = ""
        while let field = try reader.next() {
            if field.number == 1 { key = try reader.string(field) } else { try takeCommon(field, reader) }
        }
        return key
    }

    private mutating func completePromise(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var key = ""
        var completion: CompletionResult?
        while let field = try reader.next() {
            if field.number == 1 { key = try reader.string(field) }
            completion = try .read(field, of: reader, fields: .completion) ?? completion
            try takeCommon(field, reader)
        }
        guard let completion else { throw .missing(field: "completion") }
        return .completePromise(key: key, completion: completion, completionID: try requiredCompletionID())
    }

    private mutating func sleep(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var time: UInt64 = 0
        while let field = try reader.next() {
            if field.number == 1 { time = try reader.uint64(field) } else { try takeCommon(field, reader) }
        }
        return .sleep(wakeUpTimeMilliseconds: time, completionID: try requiredCompletionID())
    }

    private mutating func sendSignal(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var target = ""
        var id: NotificationID?
        var result: CompletionResult?
        while let field = try reader.next() {
            switch field.number {
            case 1: target = try reader.string(field)
            case 2: id = .signal(try reader.uint32(field))
            case 3: id = .namedSignal(try reader.string(field))
            default:
                result = try .read(field, of: reader, fields: .signal) ?? result
                try takeCommon(field, reader)
            }
        }
        guard !target.isEmpty else { throw .missing(field: "target_invocation_id") }
        guard let id else { throw .missing(field: "signal_id") }
        guard let result else { throw .missing(field: "result") }
        return .sendSignal(target: target, id: id, result: result)
    }

    private mutating func completeAwakeable(_ fields: WireReader) throws(PayloadProblem) -> Command.Operation {
        var reader = fields
        var id = ""
        var result: CompletionResult?
        while let field = try reader.next() {
            if field.number == 1 { id = try reader.string(field) }
            result = try .read(field, of: reader, fields: .completion) ?? result
            try takeCommon(field, reader)
        }
        guard !id.isEmpty else { throw .missing(field: "awakeable_id") }
        guard let result else { throw .missing(field: "result") }
        return .completeAwakeable(id: id, result: result)
    }

    private mutating func call(_ fields: WireReader) throws(PayloadProblem) -> CallCommand {
        var reader = fields
        var call = CallCommand(
            serviceName: "",
            handlerName: "",
            invocationIDNotificationIndex: 0,
            resultCompletionID: 0
        )
        while let field = try reader.next() {
            switch field.number {
            case 1: call.serviceName = try reader.string(field)
            case 2: call.handlerName = try reader.string(field)
            case 3: call.parameter = try reader.bytes(field)
            case 4: try append(field, reader, to: &call.headers)
            case 5: call.key = try reader.string(field)
            case 6: call.idempotencyKey = try reader.string(field)
            case 7: call.scope = try reader.string(field)
            case 8: call.limitKey = try reader.string(field)
            case 10: call.invocationIDNotificationIndex = try reader.uint32(field)
            default: try takeCommon(field, reader)
            }
        }
        try checkCallee(call.serviceName, call.handlerName, call.invocationIDNotificationIndex)
        call.resultCompletionID = try requiredCompletionID()
        return call
    }

    private mutating func oneWayCall(_ fields: WireReader) throws(PayloadProblem) -> OneWayCallCommand {
        var reader = fields
        var call = OneWayCallCommand(serviceName: "", handlerName: "", invocationIDNotificationIndex: 0)
        while let field = try reader.next() {
            switch field.number {
            case 1: call.serviceName = try reader.string(field)
            case 2: call.handlerName = try reader.string(field)
            case 3: call.parameter = try reader.bytes(field)
            case 4: call.invokeTimeMilliseconds = try reader.uint64(field)
            case 5: try append(field, reader, to: &call.headers)
            case 6: call.key = try reader.string(field)
            case 7: call.idempotencyKey = try reader.string(field)
            case 8: call.scope = try reader.string(field)
            case 9: call.limitKey = try reader.string(field)
            case 10: call.invocationIDNotificationIndex = try reader.uint32(field)
            default: try takeCommon(field, reader)
            }
        }
        try checkCallee(call.serviceName, call.handlerName, call.invocationIDNotificationIndex)
        return call
    }

    private func checkCallee(_ service: String, _ handler: String, _ index: UInt32) throws(PayloadProblem) {
        guard !service.isEmpty else { throw .missing(field: "service_name") }
        guard !handler.isEmpty else { throw .missing(field: "handler_name") }
        guard index != 0 else { throw .missing(field: "invocation_id_notification_idx") }
    }

    private func append(
        _ field: WireReader.Field,
        _ reader: WireReader,
        to headers: inout [Header]
    ) throws(PayloadProblem) {
        try reader.checkRoom(for: field, in: headers.count)
        headers.append(try Header(reading: reader.message(field)))
    }

    private mutating func target(_ fields: WireReader) throws(PayloadProblem) -> InvocationTargetReference {
        var reader = fields
        var target: InvocationTargetReference?
        while let field = try reader.next() {
            switch field.number {
            case 1: target = .invocationID(try reader.string(field))
            case 3: target = try idempotentRequest(reader.message(field))
            case 4: target = try workflow(reader.message(field))
            default: try takeCommon(field, reader)
            }
        }
        guard let target else { throw .missing(field: "target") }
        return target
    }

    private func idempotentRequest(_ fields: WireReader) throws(PayloadProblem) -> InvocationTargetReference {
        var reader = fields
        var (service, handler, idempotencyKey) = ("", "", "")
        var (key, scope): (String?, String?) = (nil, nil)
        while let field = try reader.next() {
            switch field.number {
            case 1: service = try reader.string(field)
            case 2: key = try reader.string(field)
            case 3: handler = try reader.string(field)
            case 4: idempotencyKey = try reader.string(field)
            case 5: scope = try reader.string(field)
            default: continue
            }
        }
        return .idempotentRequest(
            serviceName: service,
            serviceKey: key,
            handlerName: handler,
            idempotencyKey: idempotencyKey,
            scope: scope
        )
    }

    private func workflow(_ fields: WireReader) throws(PayloadProblem) -> InvocationTargetReference {
        var reader = fields
        var (name, key) = ("", "")
        var scope: String?
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try reader.string(field)
            case 2: key = try reader.string(field)
            case 3: scope = try reader.string(field)
            default: continue
            }
        }
        return .workflow(name: name, key: key, scope: scope)
    }
}

extension CompletionResult.Fields {
    /// `OutputCommand`.
    static let output = Self(value: 14, failure: 15)
    /// `GetEagerStateCommand`.
    static let eagerState = Self(void: 13, value: 14)
    /// `GetEagerStateKeysCommand`.
    static let eagerStateKeys = Self(stateKeys: 14)
    /// `CompletePromiseCommand` and `CompleteAwakeableCommand`.
    static let completion = Self(value: 2, failure: 3)
    /// `SendSignalCommand`.
    static let signal = Self(void: 4, value: 5, failure: 6)
}
