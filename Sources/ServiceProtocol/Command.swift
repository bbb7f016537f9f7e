/// A journal entry that the service makes (the first one, its input, is made by the server): what is to be done and
/// the name that the user gave it.
package struct Command: Hashable, Sendable {
    package var operation: Operation
    /// Field 12 of every command; never empty.
    package var name: String?

    package init(_ operation: Operation, name: String? = nil) {
        self.operation = operation
        self.name = name
    }

    /// What a command does (service-protocol.md, sections 5 and 7). Completion ids are the service's own numbers,
    /// never 0; state keys are bytes, other keys text.
    package enum Operation: Hashable, Sendable {
        case input(headers: [Header], value: [UInt8])
        /// `.value` or `.failure`.
        case output(CompletionResult)
        case getLazyState(key: [UInt8], completionID: UInt32)
        case setState(key: [UInt8], value: [UInt8])
        case clearState(key: [UInt8])
        case clearAllState
        case getLazyStateKeys(completionID: UInt32)
        /// `.void` or `.value`: the service read it from the state it was started with.
        case getEagerState(key: [UInt8], result: CompletionResult)
        case getEagerStateKeys(keys: [[UInt8]])
        case getPromise(key: String, completionID: UInt32)
        case peekPromise(key: String, completionID: UInt32)
        /// `completion` is `.value` or `.failure`.
        case completePromise(key: String, completion: CompletionResult, completionID: UInt32)
        case sleep(wakeUpTimeMilliseconds: UInt64, completionID: UInt32)
        case call(CallCommand)
        case oneWayCall(OneWayCallCommand)
        /// `id` is a signal; `result` is `.void`, `.value` or `.failure`.
        case sendSignal(target: String, id: NotificationID, result: CompletionResult)
        case run(completionID: UInt32)
        case attachInvocation(target: InvocationTargetReference, completionID: UInt32)
        case getInvocationOutput(target: InvocationTargetReference, completionID: UInt32)
        /// `result` is `.value` or `.failure`.
        case completeAwakeable(id: String, result: CompletionResult)
    }

    package var type: MessageType {
        switch operation {
        case .input: .inputCommand
        case .output: .outputCommand
        case .getLazyState: .getLazyStateCommand
        case .setState: .setStateCommand
        case .clearState: .clearStateCommand
        case .clearAllState: .clearAllStateCommand
        case .getLazyStateKeys: .getLazyStateKeysCommand
        case .getEagerState: .getEagerStateCommand
        case .getEagerStateKeys: .getEagerStateKeysCommand
        case .getPromise: .getPromiseCommand
        case .peekPromise: .peekPromiseCommand
        case .completePromise: .completePromiseCommand
        case .sleep: .sleepCommand
        case .call: .callCommand
        case .oneWayCall: .oneWayCallCommand
        case .sendSignal: .sendSignalCommand
        case .run: .runCommand
        case .attachInvocation: .attachInvocationCommand
        case .getInvocationOutput: .getInvocationOutputCommand
        case .completeAwakeable: .completeAwakeableCommand
        }
    }

    /// The ids that this command will be completed with and the notification for each, in the order in which a call
    /// completes them. Empty for a command that needs no completion.
    package var completionIDs: [(UInt32, MessageType)] {
        switch operation {
        case .input, .output, .setState, .clearState, .clearAllState, .getEagerState, .getEagerStateKeys, .sendSignal,
            .completeAwakeable:
            []
        case .getLazyState(_, let id): [(id, .getLazyStateCompletion)]
        case .getLazyStateKeys(let id): [(id, .getLazyStateKeysCompletion)]
        case .getPromise(_, let id): [(id, .getPromiseCompletion)]
        case .peekPromise(_, let id): [(id, .peekPromiseCompletion)]
        case .completePromise(_, _, let id): [(id, .completePromiseCompletion)]
        case .sleep(_, let id): [(id, .sleepCompletion)]
        case .call(let call):
            [
                (call.invocationIDNotificationIndex, .callInvocationIDCompletion),
                (call.resultCompletionID, .callCompletion),
            ]
        case .oneWayCall(let call): [(call.invocationIDNotificationIndex, .callInvocationIDCompletion)]
        case .run(let id): [(id, .runCompletion)]
        case .attachInvocation(_, let id): [(id, .attachInvocationCompletion)]
        case .getInvocationOutput(_, let id): [(id, .getInvocationOutputCompletion)]
        }
    }
}

/// A call whose result the caller is told.
package struct CallCommand: Hashable, Sendable {
    package var serviceName: String
    package var handlerName: String
    package var parameter: [UInt8]
    package var headers: [Header]
    /// `""` for an unkeyed service; the wire cannot tell it from the key `""`.
    package var key: String
    package var idempotencyKey: String?
    package var scope: String?
    package var limitKey: String?
    package var invocationIDNotificationIndex: UInt32
    package var resultCompletionID: UInt32

    package init(
        serviceName: String,
        handlerName: String,
        parameter: [UInt8] = [],
        headers: [Header] = [],
        key: String = "",
        idempotencyKey: String? = nil,
        scope: String? = nil,
        limitKey: String? = nil,
        invocationIDNotificationIndex: UInt32,
        resultCompletionID: UInt32
    ) {
        self.serviceName = serviceName
        self.handlerName = handlerName
        self.parameter = parameter
        self.headers = headers
        self.key = key
        self.idempotencyKey = idempotencyKey
        self.scope = scope
        self.limitKey = limitKey
        self.invocationIDNotificationIndex = invocationIDNotificationIndex
        self.resultCompletionID = resultCompletionID
    }
}

/// A call whose result nobody waits for, now or later.
package struct OneWayCallCommand: Hashable, Sendable {
    package var serviceName: String
    package var handlerName: String
    package var parameter: [UInt8]
    /// Milliseconds since 1970; 0 is now.
    package var invokeTimeMilliseconds: UInt64
    package var headers: [Header]
    /// `""` for an unkeyed service; the wire cannot tell it from the key `""`.
    package var key: String
    package var idempotencyKey: String?
    package var scope: String?
    package var limitKey: String?
    package var invocationIDNotificationIndex: UInt32

    package init(
        serviceName: String,
        handlerName: String,
        parameter: [UInt8] = [],
        invokeTimeMilliseconds: UInt64 = 0,
        headers: [Header] = [],
        key: String = "",
        idempotencyKey: String? = nil,
        scope: String? = nil,
        limitKey: String? = nil,
        invocationIDNotificationIndex: UInt32
    ) {
        self.serviceName = serviceName
        self.handlerName = handlerName
        self.parameter = parameter
        self.invokeTimeMilliseconds = invokeTimeMilliseconds
        self.headers = headers
        self.key = key
        self.idempotencyKey = idempotencyKey
        self.scope = scope
        self.limitKey = limitKey
        self.invocationIDNotificationIndex = invocationIDNotificationIndex
    }
}

/// Another invocation, by its id or by what it was called with.
package enum InvocationTargetReference: Hashable, Sendable {
    case invocationID(String)
    case idempotentRequest(
        serviceName: String,
        serviceKey: String?,
        handlerName: String,
        idempotencyKey: String,
        scope: String?
    )
    case workflow(name: String, key: String, scope: String?)
}
