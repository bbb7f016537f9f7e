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
        if call.hasScope { return try fail(number, .scope(call.target)) }
        if let refusal = unsupported(route) {
            endAttempt(of: number) { .finish($0) }
            try complete(
                number,
                with: .failure(Failure(code: 501, message: "\(call.target.text): \(refusal.sentence)"))
            )
            return false
        }
        append(frame, to: number)
        if let existing = try existing(for: call) {
            try tellID(existing.head.id, of: call, to: number)
            if let completionID = call.completionID {
                try deliverOrAttach(existing, waiter: number, completionID: completionID, type: .callCompletion)
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

    /// The invocation that an earlier call with the same idempotency key made.
    private func existing(for call: Outgoing) throws(StorageError) -> Invocation? {
        guard let key = call.idempotencyKey else { return nil }
        return try find(derived: DerivedID.idempotent(target: call.target, idempotencyKey: key))
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

    /// Gives a caller the result of an invocation that exists already, now or when it ends.
    private mutating func deliverOrAttach(
        _ existing: Invocation,
        waiter: InvocationNumber,
        completionID: UInt32,
        type: MessageType
    ) throws(StorageError) {
        guard existing.status == .completed else {
            let attachment = Attachment(
                invocation: existing.number,
                waiter: waiter,
                completionID: completionID,
                completionType: type.rawValue
            )
            writes.addedAttachments.insert(attachment)
            attached[existing.number, default: []].append(attachment)
            return
        }
        try notify(waiter, type, .completion(completionID), completion(of: try result(of: existing)))
    }

    func completion(of result: InvocationResult) -> CompletionResult {
        switch result {
        case .success(let bytes): .value(bytes)
        case .failure(let failure): .failure(failure)
        }
    }

    // MARK: Signals

    /// Sends a signal to another invocation, or this one: what is not started yet or over does not get it, except that
    /// the built-in cancel signal takes the whole path of a cancel (service-protocol.md, section 6).
    mutating func sendSignal(
        to target: String,
        _ id: NotificationID,
        _ result: CompletionResult,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        let receiver: InvocationID
        do {
            receiver = try InvocationID(parsing: target)
        } catch {
            return try fail(number, .violation("SendSignal names '\(target)', which is no invocation id"))
        }
        append(frame, to: number)
        guard let invocation = try find(receiver) else { return true }
        if id == .cancelSignal {
            try cancel(invocation)
        } else if invocation.status.takesSignals, try load(invocation.number) {
            try notify(invocation.number, .signalNotification, id, result)
        }
        return attempt(of: number) != nil
    }
}

extension InvocationStatus {
    /// Whether signals are appended to its journal; to others they are lost (service-protocol.md, section 6).
    var takesSignals: Bool {
        switch self {
        case .ready, .running, .backingOff, .suspended, .paused: true
        case .scheduled, .inboxed, .completed: false
        }
    }
}
