import DurableModel
import Registry
import ServiceProtocol

/// Calls from handler to handler: the callee is made, or found, in the transaction that stores the call.
extension Engine {
    /// What Call and OneWayCall have in common.
    private struct Outgoing {
        var target: Target
        var parameter: [UInt8]
        var headers: [Header]
        var idempotencyKey: String?
        var hasScope: Bool
        var startAt: Timestamp?
        var idNotification: UInt32
        var completionID: UInt32?
    }

    mutating func performCall(
        _ call: CallCommand,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        try perform(
            Outgoing(
                target: target(call.serviceName, call.key, call.handlerName),
                parameter: call.parameter,
                headers: call.headers,
                idempotencyKey: call.idempotencyKey,
                hasScope: call.scope != nil || call.limitKey != nil,
                startAt: nil,
                idNotification: call.invocationIDNotificationIndex,
                completionID: call.resultCompletionID
            ),
            frame: frame,
            of: number
        )
    }

    mutating func performOneWayCall(
        _ call: OneWayCallCommand,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        let startAt =
            call.invokeTimeMilliseconds == 0
            ? nil : Timestamp(milliseconds: Int64(clamping: call.invokeTimeMilliseconds))
        return try perform(
            Outgoing(
                target: target(call.serviceName, call.key, call.handlerName),
                parameter: call.parameter,
                headers: call.headers,
                idempotencyKey: call.idempotencyKey,
                hasScope: call.scope != nil || call.limitKey != nil,
                startAt: startAt,
                idNotification: call.invocationIDNotificationIndex,
                completionID: nil
            ),
            frame: frame,
            of: number
        )
    }

    /// The protocol cannot tell an absent key from an empty one: the service's type decides later.
    private func target(_ service: String, _ key: String, _ handler: String) -> Target {
        Target(service: service, key: key, handler: handler)
    }

    private mutating func perform(
        _ call: Outgoing,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard let caller = writes.invocations[number]?.invocation.head else { return false }
        guard let route = try? memory.catalog.resolve(service: call.target.service, handler: call.target.handler)
        else { return try fail(number, .unknownTarget(call.target)) }
        var call = call
        if !route.serviceType.isKeyed {
            guard call.target.key?.isEmpty ?? true else { return try fail(number, .keyForService(call.target)) }
            call.target.key = nil
        }
        if call.idempotencyKey?.isEmpty ?? false { return try fail(number, .emptyIdempotencyKey(call.target)) }
        if call.hasScope { return try fail(number, .scope("the call of \(call.target.text)")) }
        append(frame, to: number)
        let derivedID = DerivedID.of(call.target, route.handler.type, idempotencyKey: call.idempotencyKey)
        if let derivedID, let existing = try find(derived: derivedID) {
            try tellID(existing.head.id, of: call, to: number)
            if let completionID = call.completionID {
                try join(existing, caller: number, completionID: completionID)
            }
        } else if let id = try newCallee(of: call, route: route, caller: caller) {
            try tellID(id, of: call, to: number)
        }
        return true
    }

    private mutating func tellID(
        _ id: InvocationID,
        of call: Outgoing,
        to caller: InvocationNumber
    ) throws(StorageError) {
        try notify(
            caller,
            .callInvocationIDCompletion,
            .completion(call.idNotification),
            .invocationID(id.description)
        )
    }

    /// Gives a caller the result of the invocation that an earlier call made; of the run of a workflow only its first call
    /// gets that.
    private mutating func join(
        _ existing: Invocation,
        caller: InvocationNumber,
        completionID: UInt32
    ) throws(StorageError) {
        if existing.head.handlerType == .workflowRun {
            try notify(caller, .callCompletion, .completion(completionID), .failure(.alreadyInvoked))
        } else {
            try deliverOrAttach(existing, waiter: caller, completionID: completionID, type: .callCompletion)
        }
    }

    private mutating func newCallee(
        of call: Outgoing,
        route: HandlerRoute,
        caller: InvocationHead
    ) throws(StorageError) -> InvocationID? {
        let number = try create(
            Creation(
                target: call.target,
                input: inputFrame(headers: call.headers, value: call.parameter).payload,
                idempotencyKey: call.idempotencyKey,
                startAt: call.startAt,
                invoker: .service(
                    caller: caller.number,
                    id: caller.id,
                    target: caller.target,
                    completionID: call.completionID
                )
            ),
            route: route
        )
        return writes.invocations[number]?.invocation.head.id
    }
}
