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
        let rows = try journal(of: invocation)
        let index = try JournalIndex(rows: rows)
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
        if waitsForItself { return try goOn(number) }
        guard awaiting.evaluate({ index.outcomes[$0] ?? .pending }) != .pending else {
            return fallAsleep(number, awaiting: awaiting, from: 0, index)
        }
        // Known before, and the service waits all the same: for what else there is.
        let start = attempt(of: number)?.entriesAtStart ?? 0
        let known = try JournalIndex(rows: rows.filter { $0.index < start }).outcomes
        let news = try JournalIndex(rows: rows.filter { $0.index >= start }).outcomes
        guard awaiting.evaluate({ known[$0] ?? .pending }) != .pending else { return try goOn(number) }
        // A completion comes once, a signal may come again.
        let open = awaiting.allLeaves.filter { leaf in
            if case .completion = leaf { known[leaf] == nil } else { true }
        }
        guard !open.isEmpty, !open.contains(where: { news[$0] != nil }) else { return try goOn(number) }
        fallAsleep(number, awaiting: .flat(open), from: invocation.journalLength, index)
    }

    /// Ends an attempt that suspended on what has come: another one goes on with it. One that has got no further than the
    /// one before backs off.
    private mutating func goOn(_ number: InvocationNumber) throws(StorageError) {
        guard attemptHasProgressed(of: number) else { return try failAttempt(of: number, .suspendedInVain) }
        endAttempt(of: number) { .finish($0) }
        wake(number)
    }

    private mutating func fallAsleep(
        _ number: InvocationNumber,
        awaiting: Awaiting,
        from start: Int,
        _ index: JournalIndex
    ) {
        if let attempt = attempt(of: number), attempt.protocolVersion >= 7 {
            appendEvent(.suspended(awaiting), to: number)
        }
        endAttempt(of: number) { .finish($0) }
        setStatus(number, .suspended)
        let waitsFor = index.text(of: awaiting)
        modify(number) {
            $0.awaiting = awaiting
            $0.awaitingFrom = start
            $0.waitsFor = waitsFor
            $0.attempt.retryCount = 0
        }
    }
}
