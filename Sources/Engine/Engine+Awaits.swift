import DurableModel
import ServiceProtocol

/// What attempts wait for while they run, and what is left of them when they suspend.
extension Engine {
    /// Keeps what an attempt says it waits for while its stream stays open: for people to see. An await on what cannot come
    /// ends the attempt.
    mutating func noteAwaiting(_ awaiting: Awaiting, of number: InvocationNumber) throws(StorageError) -> Bool {
        guard let attempt = attempt(of: number), let invocation = writes.invocations[number]?.invocation else {
            return false
        }
        let completions = awaiting.allLeaves.compactMap { leaf in
            if case .completion(let id) = leaf { id } else { nil }
        }
        if let highest = completions.max(), highest > attempt.completionIDMax {
            // The journal is read at the first await of an attempt that reaches back, and not at each: a suspension looks
            // at every id.
            let index = try JournalIndex(rows: journal(of: invocation))
            if let unknown = awaiting.allLeaves.first(where: { index.isUnknown($0) }) {
                return try fail(
                    number,
                    .violation("an await on \(unknown.text), which no command of this invocation made")
                )
            }
            raiseCompletionIDMax(to: index.completionIDMax, for: number)
        }
        modify(number) { $0.lastAwaitingOn = awaiting }
        return true
    }

    /// Whether a loaded invocation waits for nothing but what comes from outside of it, as it declared: SDKs declare a wait
    /// also for a step that they have just proposed, whose result is on its way to them.
    func onlyWaits(_ number: InvocationNumber) throws(StorageError) -> Bool {
        guard let invocation = writes.invocations[number]?.invocation, let awaiting = invocation.lastAwaitingOn else {
            return true
        }
        let index = try JournalIndex(rows: journal(of: invocation))
        return awaiting.evaluate { index.outcomes[$0] ?? .pending } == .pending
            && !awaiting.allLeaves.contains { index.isOpenRun($0) }
    }

    /// Notes the completions that a stored command of a running attempt made.
    mutating func noteCompletionIDs(of command: Command, for number: InvocationNumber) {
        guard let highest = command.completionIDs.map(\.0).max() else { return }
        raiseCompletionIDMax(to: highest, for: number)
    }

    private mutating func raiseCompletionIDMax(to id: UInt32, for number: InvocationNumber) {
        guard var attempt = attempt(of: number), attempt.completionIDMax < id else { return }
        attempt.completionIDMax = id
        attempts[number] = attempt
    }

    // MARK: Suspension

    /// The service stops here until something of `awaiting` has come; it may have come meanwhile.
    mutating func suspend(_ number: InvocationNumber, awaiting: Awaiting) throws(StorageError) {
        guard let invocation = writes.invocations[number]?.invocation else { return }
        if awaiting.allLeaves.isEmpty { return try failAttempt(of: number, .violation("a suspension on nothing")) }
        let index = try JournalIndex(rows: journal(of: invocation))
        if let unknown = awaiting.allLeaves.first(where: { index.isUnknown($0) }) {
            return try failAttempt(
                of: number,
                .violation("a suspension on \(unknown.text), which no command of this invocation made")
            )
        }
        if invocation.pauseRequested {
            endAttempt(of: number) { .finish($0) }
            return pause(number, because: nil)
        }
        // A run that was never proposed cannot complete while nobody runs it: another attempt is the only way on.
        let waitsForItself = awaiting.allLeaves.contains { index.isOpenRun($0) }
        let outcome = awaiting.evaluate { index.outcomes[$0] ?? .pending }
        if waitsForItself || outcome != .pending {
            guard attemptHasProgressed(of: number) else { return try failAttempt(of: number, .suspendedInVain) }
            endAttempt(of: number) { .finish($0) }
            return wake(number)
        }
        if let attempt = attempt(of: number), attempt.protocolVersion >= 7 {
            appendEvent(.suspended(awaiting), to: number)
        }
        endAttempt(of: number) { .finish($0) }
        setStatus(number, .suspended)
        let waitsFor = index.text(of: awaiting)
        modify(number) {
            $0.awaiting = awaiting
            $0.waitsFor = waitsFor
            $0.attempt.retryCount = 0
        }
    }
}
