import DurableModel
import ServiceProtocol

/// What follows from a failed attempt: another one later, a pause, or the end.
extension Engine {
    /// Ends the attempt of a loaded invocation with a failure, and decides how it goes on.
    ///
    /// Also used when no attempt could begin: such a failure counts as an attempt of the policy.
    mutating func failAttempt(of number: InvocationNumber, _ failure: AttemptFailure) throws(StorageError) {
        guard let invocation = writes.invocations[number]?.invocation else { return }
        let neverBegan = attempt(of: number) == nil
        let hasProgressed = attemptHasProgressed(of: number)
        endAttempt(of: number) { $0.action(after: failure) }
        let record = record(of: failure, for: number)
        // A failure like the one before says nothing new.
        let event = record == invocation.attempt.lastFailure ? nil : JournalEvent.Kind.transientError(record)
        modify(number) {
            $0.attempt.lastFailure = record
            if neverBegan { $0.attempt.retryCount += 1 }
            if failure.reachedHandler { $0.attempt.retriesSinceLastEntry += 1 }
        }
        if case .reported(let error) = failure {
            switch error.behavior {
            case .retry: break
            case .pause: return pause(number, because: record)
            case .fail:
                return try complete(number, with: .failure(Failure(code: error.code, message: error.message)))
            }
        }
        if invocation.pauseRequested {
            appendEvent(event, to: number)
            return pause(number, because: nil)
        }
        // A service that has its attempts begin again at once, to do the same again, waits like any other.
        if let delay = failure.nextDelay, delay > .zero || hasProgressed {
            modify(number) { $0.attempt.retryCount = max(0, $0.attempt.retryCount - 1) }
            return backOff(number, for: delay, record, event)
        }
        let deployment = invocation.pin.flatMap { memory.catalog.deployment($0.deployment) }
        let policy = options(of: invocation.head, on: deployment).retryPolicy
        let attempts = writes.invocations[number]?.invocation.attempt.retryCount ?? 1
        guard attempts >= policy.attemptsMax ?? .max else {
            let delay = memory.entropy.jittered(policy.interval(afterAttempt: attempts))
            return backOff(number, for: delay, record, event)
        }
        switch policy.onMaxAttempts {
        case .pause:
            pause(number, because: record)
        case .kill:
            let code = UInt32(clamping: record.code)
            try complete(number, with: .failure(Failure(code: code, message: record.message)))
        }
    }

    /// The failure as operators see it, with the command that it is about if that is known.
    private func record(of failure: AttemptFailure, for number: InvocationNumber) -> AttemptFailureRecord {
        var record = failure.record
        if record.relatedCommandIndex == nil, let place = commandInHand, place.invocation == number {
            record.relatedCommandIndex = place.index
            record.relatedCommandName = place.name
            record.relatedCommandType = Int(place.type)
        }
        return record
    }

    private mutating func backOff(
        _ number: InvocationNumber,
        for delay: Interval,
        _ record: AttemptFailureRecord,
        _ event: JournalEvent.Kind?
    ) {
        appendEvent(event, to: number)
        let due = now.adding(delay)
        setStatus(number, .backingOff)
        modify(number) { $0.attempt.nextRetryAt = due }
        arm(InvocationTimer(due: due, invocation: number, kind: .retry))
        guard let invocation = writes.invocations[number]?.invocation else { return }
        actions.append(
            .note(
                .attemptFailed(
                    invocation.head.id,
                    invocation.head.target,
                    invocation.pin?.deployment,
                    record,
                    nextRetryAt: due
                )
            )
        )
    }

    /// An await nested too deeply would be so at every attempt: the invocation stops until an operator looks at it (RT0025).
    mutating func pauseForDepth(_ number: InvocationNumber) throws(StorageError) {
        endAttempt(of: number) { .abort($0) }
        let record = AttemptFailureRecord(
            documentedCode: "RT0025",
            message: "what the service awaits is nested deeper than \(Awaiting.depthMax) levels"
        )
        modify(number) { $0.attempt.lastFailure = record }
        pause(number, because: record)
    }
}

extension AttemptID {
    /// How the stream of an attempt is left after a failure: one that said its last word ends by itself.
    fileprivate func action(after failure: AttemptFailure) -> Action {
        switch failure {
        case .reported, .endedEarly, .suspendedInVain: .finish(self)
        default: .abort(self)
        }
    }
}

/// Where a command stands, or would, among those of its invocation.
struct CommandPlace {
    var invocation: InvocationNumber
    /// Counts the commands of the journal, the input being 0.
    var index: Int
    /// What the service calls it.
    var name: String?
    /// The message type code.
    var type: UInt16
}
