import DurableModel
import ServiceProtocol

/// Notifications: appended to the journal, then told to whoever runs or waits for them.
extension Engine {
    /// Appends a notification; false if the invocation is gone or over, and nobody needs it any more.
    @discardableResult
    mutating func notify(
        _ number: InvocationNumber,
        _ type: MessageType,
        _ id: NotificationID,
        _ result: CompletionResult
    ) throws(StorageError) -> Bool {
        guard try load(number), let invocation = writes.invocations[number]?.invocation,
            invocation.status != .completed
        else { return false }
        let frame = Notification(type: type, id: id, result: result).frame()
        appendRow(type: frame.type, payload: frame.payload, to: number, isCommand: false)
        switch invocation.status {
        case .running:
            if let attempt = attempt(of: number), attempt.stream == .inputOpen { send(frame, to: attempt) }
        case .suspended:
            guard let awaiting = invocation.awaiting, awaiting.allLeaves.contains(id) else { break }
            let outcome: LeafOutcome = result.isFailure ? .failed : .succeeded
            // Most awaits end with their first notification: the journal is read for the others only.
            let isEnough = awaiting.evaluate { $0 == id ? outcome : .pending } != .pending
            if isEnough {
                wake(number)
            } else if try isDone(awaiting, for: number) {
                wake(number)
            }
        case .scheduled, .inboxed, .ready, .backingOff, .paused, .completed:
            break
        }
        return true
    }

    /// Lets a suspended invocation go on; its attempts are counted anew.
    mutating func wake(_ number: InvocationNumber) {
        modify(number) { $0.attempt.retryCount = 0 }
        makeReady(number)
    }

    /// Whether what an invocation waits for has come, after the notifications in its journal.
    func isDone(_ awaiting: Awaiting, for number: InvocationNumber) throws(StorageError) -> Bool {
        guard let invocation = try peek(number) else { return false }
        let news = try journal(of: invocation).filter { $0.index >= invocation.awaitingFrom }
        let outcomes = try JournalIndex(rows: news).outcomes
        return awaiting.evaluate { outcomes[$0] ?? .pending } != .pending
    }
}
