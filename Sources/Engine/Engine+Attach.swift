import DurableModel
import ServiceProtocol

/// Handlers that wait for other invocations, or look whether they have a result (invocations.md, section 8).
extension Engine {
    mutating func attach(
        to reference: InvocationTargetReference,
        _ completionID: UInt32,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard let id = try id(of: reference, for: number) else { return false }
        append(frame, to: number)
        guard let existing = try find(id) else {
            try notify(number, .attachInvocationCompletion, .completion(completionID), .notFound)
            return true
        }
        try deliverOrAttach(existing, waiter: number, completionID: completionID, type: .attachInvocationCompletion)
        return true
    }

    mutating func getOutput(
        of reference: InvocationTargetReference,
        _ completionID: UInt32,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard let id = try id(of: reference, for: number) else { return false }
        append(frame, to: number)
        let answer: CompletionResult
        if let existing = try find(id) {
            answer = existing.status == .completed ? completion(of: try result(of: existing)) : .void
        } else {
            answer = .notFound
        }
        try notify(number, .getInvocationOutputCompletion, .completion(completionID), answer)
        return true
    }

    /// The id that the invocation has or would have; whether the service exists is not asked. `nil` if the reference is none
    /// and the attempt of `number` has ended over it.
    private mutating func id(
        of reference: InvocationTargetReference,
        for number: InvocationNumber
    ) throws(StorageError) -> InvocationID? {
        let failure: AttemptFailure
        switch reference {
        case .invocationID(let text):
            if let id = try? InvocationID(parsing: text) { return id }
            failure = .badInvocationID(text)
        case .idempotentRequest(let service, let key, let handler, let idempotencyKey, let scope):
            let target = Target(service: service, key: key, handler: handler)
            if scope == nil { return DerivedID.idempotent(target: target, idempotencyKey: idempotencyKey) }
            failure = .scope("the reference to \(target.text)")
        case .workflow(let name, let key, let scope):
            if scope == nil { return DerivedID.workflow(service: name, key: key) }
            failure = .scope("the reference to \(name)/\(key)")
        }
        try failAttempt(of: number, failure)
        return nil
    }

    /// Gives a handler the result of an invocation that exists already, now or when it ends.
    mutating func deliverOrAttach(
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
}

extension CompletionResult {
    fileprivate static let notFound = CompletionResult.failure(Failure(code: 404, message: "not found"))
}
