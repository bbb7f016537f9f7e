import ServiceProtocol

/// The fields of a message as the recordings write them: names of the protocol, unset fields and zeros left out,
/// bytes as text if they are printable, else in hexadecimal.
func recordedForm(of message: ServerMessage) -> JSONValue {
    var fields = RecordedFields()
    switch message {
    case .start(let start): fields.add(start)
    case .command(let command): fields.add(command)
    case .notification(let notification):
        switch notification.id {
        case .completion(let id): fields.number("completion_id", UInt64(id))
        case .signal(let id): fields.number("signal_id", UInt64(id))
        case .namedSignal(let name): fields.string("signal_name", name)
        }
        fields.result(notification.result)
    case .commandAck(let index): fields.number("command_index", UInt64(index))
    case .runAck(let id): fields.number("completion_id", UInt64(id))
    }
    return fields.object
}

func recordedForm(of message: ServiceMessage, version: Int) -> JSONValue {
    var fields = RecordedFields()
    switch message {
    case .command(let command): fields.add(command)
    case .proposeRunCompletion(let id, let result, _):
        fields.number("result_completion_id", UInt64(id))
        if case .value(let value) = result {
            fields.present("value", recordedBytes(value))
        } else {
            fields.result(result)
        }
    case .awaitingOn(let awaiting, let executing):
        fields.present("awaiting_on", recordedForm(of: awaiting))
        if executing { fields.present("executing_side_effects", .bool(true)) }
    case .suspension(let awaiting):
        let future = recordedForm(of: awaiting)
        guard version < 7, case .object(let lists) = future else {
            fields.present("awaiting_on", future)
            break
        }
        return .object(lists.filter { $0.key != "combinator_type" })
    case .error(let error):
        fields.number("code", UInt64(error.code))
        fields.string("message", error.message)
        fields.string("stacktrace", error.stacktrace)
        if let index = error.relatedCommandIndex { fields.present("related_command_index", .number(UInt64(index))) }
        if let name = error.relatedCommandName { fields.present("related_command_name", .string(name)) }
        if let type = error.relatedCommandType { fields.present("related_command_type", .number(UInt64(type))) }
        if let delay = error.nextRetryDelayMilliseconds { fields.present("next_retry_delay", .number(delay)) }
        fields.number("behavior", UInt64(error.behavior.rawValue))
    case .end: break
    }
    return fields.object
}

func recordedForm(of awaiting: Awaiting) -> JSONValue {
    var fields = RecordedFields()
    var (completions, signals, names): ([JSONValue], [JSONValue], [JSONValue]) = ([], [], [])
    for leaf in awaiting.leaves {
        switch leaf {
        case .completion(let id): completions.append(.number(UInt64(id)))
        case .signal(let id): signals.append(.number(UInt64(id)))
        case .namedSignal(let name): names.append(.string(name))
        }
    }
    fields.array("waiting_completions", completions)
    fields.array("waiting_signals", signals)
    fields.array("waiting_named_signals", names)
    fields.array("nested_futures", awaiting.children.map { recordedForm(of: $0) })
    fields.number("combinator_type", UInt64(awaiting.combinator.rawValue))
    return fields.object
}

private func recordedBytes(_ bytes: [UInt8]) -> JSONValue {
    let isPrintable = bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a }
    if isPrintable { return .string(String(decoding: bytes, as: UTF8.self)) }
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return .string("0x" + digits.joined())
}

private struct RecordedFields {
    private var fields: [String: JSONValue] = [:]

    var object: JSONValue { .object(fields) }

    mutating func present(_ name: String, _ value: JSONValue) { fields[name] = value }
    mutating func number(_ name: String, _ value: UInt64) { if value != 0 { fields[name] = .number(value) } }
    mutating func string(_ name: String, _ value: String) { if !value.isEmpty { fields[name] = .string(value) } }
    mutating func bytes(_ name: String, _ value: [UInt8]) { if !value.isEmpty { fields[name] = recordedBytes(value) } }
    mutating func array(_ name: String, _ value: [JSONValue]) { if !value.isEmpty { fields[name] = .array(value) } }

    mutating func value(_ name: String, _ content: [UInt8]) {
        var value = RecordedFields()
        value.bytes("content", content)
        fields[name] = value.object
    }

    mutating func result(_ result: CompletionResult, prefix: String = "") {
        switch result {
        case .void: fields[prefix + "void"] = .object([:])
        case .value(let content): value(prefix + "value", content)
        case .failure(let failure):
            var nested = RecordedFields()
            nested.number("code", UInt64(failure.code))
            nested.string("message", failure.message)
            nested.array(
                "metadata",
                failure.metadata.map { .object(["key": .string($0.key), "value": .string($0.value)]) }
            )
            fields[prefix + "failure"] = nested.object
        case .invocationID(let id): string("invocation_id", id)
        case .stateKeys(let keys): stateKeys("state_keys", keys)
        }
    }

    mutating func stateKeys(_ name: String, _ keys: [[UInt8]]) {
        var nested = RecordedFields()
        nested.array("keys", keys.map(recordedBytes))
        fields[name] = nested.object
    }

    mutating func headers(_ headers: [Header]) {
        array("headers", headers.map { .object(["key": .string($0.key), "value": .string($0.value)]) })
    }

    mutating func add(_ start: StartMessage) {
        bytes("id", start.id)
        string("debug_id", start.debugID)
        number("known_entries", UInt64(start.knownEntries))
        array(
            "state_map",
            start.stateMap.map { .object(["key": recordedBytes($0.key), "value": recordedBytes($0.value)]) }
        )
        if start.partialState { fields["partial_state"] = .bool(true) }
        string("key", start.key)
        number("retry_count_since_last_stored_entry", UInt64(start.retryCountSinceLastStoredEntry))
        number("duration_since_last_stored_entry", start.durationSinceLastStoredEntryMilliseconds)
        number("random_seed", start.randomSeed)
        string("idempotency_key", start.idempotencyKey ?? "")
    }

    mutating func add(_ command: Command) {
        if case .sendSignal = command.operation {
            string("entry_name", command.name ?? "")
        } else {
            string("name", command.name ?? "")
        }
        for (id, type) in command.completionIDs {
            let isCallee = type == .callInvocationIDCompletion
            number(isCallee ? "invocation_id_notification_idx" : "result_completion_id", UInt64(id))
        }
        switch command.operation {
        case .input(let headers, let content):
            self.headers(headers)
            value("value", content)
        case .output(let result): self.result(result)
        case .getLazyState(let key, _), .clearState(let key): bytes("key", key)
        case .setState(let key, let content):
            bytes("key", key)
            value("value", content)
        case .clearAllState, .getLazyStateKeys, .run: break
        case .getEagerState(let key, let result):
            bytes("key", key)
            self.result(result)
        case .getEagerStateKeys(let keys): stateKeys("value", keys)
        case .getPromise(let key, _), .peekPromise(let key, _): string("key", key)
        case .completePromise(let key, let completion, _):
            string("key", key)
            result(completion, prefix: "completion_")
        case .sleep(let time, _): number("wake_up_time", time)
        case .call(let call):
            callee(call.serviceName, call.handlerName, call.parameter, call.key, call.idempotencyKey)
            headers(call.headers)
        case .oneWayCall(let call):
            callee(call.serviceName, call.handlerName, call.parameter, call.key, call.idempotencyKey)
            headers(call.headers)
            number("invoke_time", call.invokeTimeMilliseconds)
        case .sendSignal(let target, let id, let result):
            string("target_invocation_id", target)
            if case .signal(let number) = id { fields["idx"] = .number(UInt64(number)) }
            if case .namedSignal(let name) = id { fields["name"] = .string(name) }
            self.result(result)
        case .attachInvocation(let target, _), .getInvocationOutput(let target, _):
            if case .invocationID(let id) = target { string("invocation_id", id) }
        case .completeAwakeable(let id, let result):
            string("awakeable_id", id)
            self.result(result)
        }
    }

    private mutating func callee(
        _ service: String,
        _ handler: String,
        _ parameter: [UInt8],
        _ key: String,
        _ idempotencyKey: String?
    ) {
        string("service_name", service)
        string("handler_name", handler)
        bytes("parameter", parameter)
        string("key", key)
        if let idempotencyKey { fields["idempotency_key"] = .string(idempotencyKey) }
    }
}
