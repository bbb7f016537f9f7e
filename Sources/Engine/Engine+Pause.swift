import DurableModel

/// Pausing: an invocation stops until an operator resumes it. It keeps its key; what comes for it meanwhile is appended to
/// its journal and wakes nobody.
extension Engine {
    /// An operator's pause: at once where no attempt is under way, else when the attempt comes to rest. An attempt that ends
    /// with a result completes the invocation all the same.
    mutating func pause(_ invocation: Invocation) throws(StorageError) -> Result<OperationOutcome, OperationRefusal> {
        let number = invocation.number
        switch invocation.status {
        case .scheduled, .inboxed, .completed: return .failure(.notRunning)
        case .suspended, .paused: return .success(.alreadyPaused)
        case .ready, .running, .backingOff: break
        }
        guard try load(number) else { return .failure(.notFound) }
        if attempt(of: number) == nil {
            disarmRetry(of: invocation)
            pause(number, because: nil)
        } else {
            modify(number) { $0.pauseRequested = true }
            endInput(of: number)
        }
        return .success(.pauseRequested)
    }

    /// Tells the service of a running attempt to suspend as soon as it can; it is then given the abort timeout to do so.
    private mutating func endInput(of number: InvocationNumber) {
        guard var attempt = attempt(of: number), attempt.stream == .inputOpen else { return }
        attempt.stream = .inputEnded
        attempt.lastActivityAt = now
        attempts[number] = attempt
        actions.append(.endInput(attempt.id))
    }

    /// Pauses a loaded invocation whose attempt is over if an operator wants that; false if nobody does.
    mutating func pauseIfRequested(_ number: InvocationNumber) -> Bool {
        guard writes.invocations[number]?.invocation.pauseRequested ?? false else { return false }
        pause(number, because: nil)
        return true
    }

    /// Pauses a loaded invocation whose attempt is over. `record` is the failure that was the reason; `nil` if an operator
    /// was.
    mutating func pause(_ number: InvocationNumber, because record: AttemptFailureRecord?) {
        setStatus(number, .paused)
        modify(number) {
            $0.pauseRequested = false
            $0.attempt.nextRetryAt = nil
            $0.attempt.retryCount = 0
        }
        appendEvent(.paused(record), to: number)
        guard let head = writes.invocations[number]?.invocation.head else { return }
        actions.append(.note(.paused(head.id, head.target, record)))
    }

    /// Removes the timer of the next attempt of one that backs off.
    mutating func disarmRetry(of invocation: Invocation) {
        guard invocation.status == .backingOff, let due = invocation.attempt.nextRetryAt else { return }
        disarm(InvocationTimer(due: due, invocation: invocation.number, kind: .retry))
    }
}
