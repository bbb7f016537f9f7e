import DurableModel
import ServiceProtocol

/// Signals: what reaches an invocation from outside, by index or by name, whether it waits for it already or not. An
/// awakeable is a signal with an index of the SDK's and an id that names both (service-protocol.md, section 6).
///
/// What is not started yet or over does not get signals.
extension Engine {
    /// Sends a signal to another invocation, or this one; the built-in cancel signal takes the whole path of a cancel.
    mutating func sendSignal(
        to target: String,
        _ id: NotificationID,
        _ result: CompletionResult,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard
            let receiver = try store(
                frame,
                naming: try? InvocationID(parsing: target),
                else: "SendSignal names '\(target)', which is no invocation id",
                of: number
            )
        else { return false }
        guard let invocation = try find(receiver) else { return true }
        if id == .cancelSignal { try cancel(invocation) } else { try signal(invocation, id, result) }
        return attempt(of: number) != nil
    }

    /// Completes an awakeable of another invocation, or this one.
    mutating func completeAwakeable(
        _ text: String,
        _ result: CompletionResult,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard
            let awakeable = try store(
                frame,
                naming: try? AwakeableID(parsing: text),
                else: "CompleteAwakeable names '\(text)', which is no id of an awakeable",
                of: number
            )
        else { return false }
        try complete(awakeable, with: result)
        return attempt(of: number) != nil
    }

    /// Stores a command that names something by its id; `nil` once the attempt has failed, since that is none.
    private mutating func store<ID>(
        _ frame: MessageFrame,
        naming id: ID?,
        else violation: String,
        of number: InvocationNumber
    ) throws(StorageError) -> ID? {
        guard let id else {
            try failAttempt(of: number, .violation(violation))
            return nil
        }
        append(frame, to: number)
        return id
    }

    /// Completes an awakeable for somebody outside. Whether anybody waits is not told: the id says nothing of it.
    mutating func completeAwakeable(
        _ awakeable: AwakeableID,
        _ result: CompletionResult,
        for request: RequestID
    ) throws(StorageError) {
        try complete(awakeable, with: result)
        answer(request, .awakeableCompleted)
    }

    private mutating func complete(_ awakeable: AwakeableID, with result: CompletionResult) throws(StorageError) {
        guard let invocation = try find(awakeable.invocation) else { return }
        try signal(invocation, .signal(awakeable.index), result)
    }

    private mutating func signal(
        _ invocation: Invocation,
        _ id: NotificationID,
        _ result: CompletionResult
    ) throws(StorageError) {
        guard invocation.status.takesSignals else { return }
        // An awakeable is completed once: a second signal would change what a replay sees.
        if case .signal(let index) = id, index >= AwakeableID.indexMin, try hasSignal(index, invocation.number) {
            return
        }
        try notify(invocation.number, .signalNotification, id, result)
    }

    private func hasSignal(_ index: UInt32, _ number: InvocationNumber) throws(StorageError) -> Bool {
        let type = MessageType.signalNotification.rawValue
        let isNew = writes.journal[number]?.contains { row in
            row.type == type && (try? Notification.decode(row.frame))?.id == .signal(index)
        }
        if isNew == true { return true }
        return try storage.hasSignal(index, of: number)
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
