import DurableModel

extension Command {
    package func frame() -> MessageFrame {
        var writer = WireWriter()
        switch operation {
        case .input(let headers, let value):
            for header in headers { header.write(to: &writer, field: 1) }
            writeName(to: &writer)
            writer.value(14, value)
        case .output(let result):
            writeName(to: &writer)
            result.write(to: &writer, fields: .output)
        case .getEagerState(let key, let result):
            writer.bytes(1, key)
            writeName(to: &writer)
            result.write(to: &writer, fields: .eagerState)
        case .getEagerStateKeys(let keys):
            writeName(to: &writer)
            CompletionResult.stateKeys(keys).write(to: &writer, fields: .eagerStateKeys)
        default:
            writeBelowName(to: &writer)
            writeName(to: &writer)
        }
        return MessageFrame(type: type.rawValue, payload: writer.bytes)
    }

    private func writeName(to writer: inout WireWriter) {
        writer.string(12, name ?? "")
    }

    /// The fields of the commands that have none above the name.
    private func writeBelowName(to writer: inout WireWriter) {
        switch operation {
        case .input, .output, .getEagerState, .getEagerStateKeys, .clearAllState: break
        case .getLazyState(let key, let id):
            writer.bytes(1, key)
            writer.uint32(11, id)
        case .setState(let key, let value):
            writer.bytes(1, key)
            writer.value(3, value)
        case .clearState(let key): writer.bytes(1, key)
        case .getLazyStateKeys(let id), .run(let id): writer.uint32(11, id)
        case .getPromise(let key, let id), .peekPromise(let key, let id):
            writer.string(1, key)
            writer.uint32(11, id)
        case .completePromise(let key, let completion, let id):
            writer.string(1, key)
            completion.write(to: &writer, fields: .completion)
            writer.uint32(11, id)
        case .sleep(let time, let id):
            writer.uint64(1, time)
            writer.uint32(11, id)
        case .call(let call): call.write(to: &writer)
        case .oneWayCall(let call): call.write(to: &writer)
        case .sendSignal(let target, let id, let result):
            writer.string(1, target)
            switch id {
            case .signal(let number): writer.presentUInt64(2, UInt64(number))
            case .namedSignal(let name): writer.presentString(3, name)
            case .completion: break
            }
            result.write(to: &writer, fields: .signal)
        case .attachInvocation(let target, let id), .getInvocationOutput(let target, let id):
            target.write(to: &writer)
            writer.uint32(11, id)
        case .completeAwakeable(let id, let result):
            writer.string(1, id)
            result.write(to: &writer, fields: .completion)
        }
    }
}

extension CallCommand {
    fileprivate func write(to writer: inout WireWriter) {
        writer.string(1, serviceName)
        writer.string(2, handlerName)
        writer.bytes(3, parameter)
        for header in headers { header.write(to: &writer, field: 4) }
        writer.string(5, key)
        writer.optionalString(6, idempotencyKey)
        writer.optionalString(7, scope)
        writer.optionalString(8, limitKey)
        writer.uint32(10, invocationIDNotificationIndex)
        writer.uint32(11, resultCompletionID)
    }
}

extension OneWayCallCommand {
    fileprivate func write(to writer: inout WireWriter) {
        writer.string(1, serviceName)
        writer.string(2, handlerName)
        writer.bytes(3, parameter)
        writer.uint64(4, invokeTimeMilliseconds)
        for header in headers { header.write(to: &writer, field: 5) }
        writer.string(6, key)
        writer.optionalString(7, idempotencyKey)
        writer.optionalString(8, scope)
        writer.optionalString(9, limitKey)
        writer.uint32(10, invocationIDNotificationIndex)
    }
}

extension InvocationTargetReference {
    fileprivate func write(to writer: inout WireWriter) {
        switch self {
        case .invocationID(let id): writer.presentString(1, id)
        case .idempotentRequest(let service, let key, let handler, let idempotencyKey, let scope):
            writer.message(3) {
                $0.string(1, service)
                $0.optionalString(2, key)
                $0.string(3, handler)
                $0.string(4, idempotencyKey)
                $0.optionalString(5, scope)
            }
        case .workflow(let name, let key, let scope):
            writer.message(4) {
                $0.string(1, name)
                $0.string(2, key)
                $0.optionalString(3, scope)
            }
        }
    }
}
