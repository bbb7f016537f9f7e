import DurableModel
import ServiceProtocol

/// What happens when time has passed: timers, and the ends of retentions.
extension Engine {
    /// Carries out a timer that is due. One whose invocation has moved on does nothing but go.
    package mutating func fire(_ timer: InvocationTimer) throws(StorageError) {
        guard try load(timer.invocation) else {
            writes.removedTimers.insert(timer)
            return
        }
        disarm(timer)
        guard let invocation = writes.invocations[timer.invocation]?.invocation else { return }
        switch (timer.kind, invocation.status) {
        case (.start, .scheduled):
            try queueOrReady(timer.invocation)
        case (.retry, .backingOff) where invocation.attempt.nextRetryAt == timer.due:
            makeReady(timer.invocation)
        case (.sleep, _):
            try notify(timer.invocation, .sleepCompletion, .completion(timer.completionID), .void)
        case (.start, _), (.retry, _):
            break
        }
    }

    /// Removes what an invocation's ended retention no longer keeps: the journal first, then the whole. False if it has only
    /// begun, since more have to be told of it than are left of `tells`.
    package mutating func expire(_ number: InvocationNumber, tells: inout Int) throws(StorageError) -> Bool {
        guard let invocation = try peek(number), invocation.status == .completed, try load(number) else { return true }
        guard invocation.isExpired(at: now) else {
            removeJournal(of: number)
            return true
        }
        // Whoever is still to be told by the outbox must find the result.
        guard try storage.attachments(to: number, limit: 1).isEmpty else { return true }
        return try forget(invocation, tells: &tells)
    }
}
