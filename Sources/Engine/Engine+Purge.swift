import DurableModel

/// Purging: what is kept of a completed invocation goes before its retention ends.
extension Engine {
    mutating func purge(_ invocation: Invocation) throws(StorageError) -> Result<OperationOutcome, OperationRefusal> {
        guard invocation.status == .completed else { return .failure(.notCompleted) }
        // Whoever is still to be told by the outbox must find the result: it is not over for them.
        guard try storage.attachments(to: invocation.number, limit: 1).isEmpty else { return .failure(.notCompleted) }
        guard try load(invocation.number) else { return .failure(.notFound) }
        try forget(invocation)
        return .success(.purged)
    }

    mutating func purgeJournal(
        of invocation: Invocation
    ) throws(StorageError) -> Result<OperationOutcome, OperationRefusal> {
        guard invocation.status == .completed else { return .failure(.notCompleted) }
        guard try load(invocation.number) else { return .failure(.notFound) }
        if !invocation.journalIsGone { removeJournal(of: invocation.number) }
        return .success(.journalPurged)
    }

    /// Removes a loaded, completed invocation, and of a workflow's run what belongs to its key: it may run again. If it does
    /// so already, which it may from the end of the retention on, the key is the new run's.
    mutating func forget(_ invocation: Invocation) throws(StorageError) {
        if invocation.head.handlerType == .workflowRun, let key = invocation.head.stateKey,
            derivedIDs[invocation.head.id] ?? invocation.number == invocation.number,
            try storage.invocation(derivedID: invocation.head.id)?.number ?? invocation.number == invocation.number
        {
            writes.state[key, default: WriteSet.StateWrite()].clearsAll = true
            writes.state[key]?.values = [:]
        }
        remove(invocation.number)
    }

    /// Removes the journal of a loaded, completed invocation; its result stays.
    mutating func removeJournal(of number: InvocationNumber) {
        writes.removedJournals.insert(number)
        writes.journal[number] = nil
        writes.events[number] = nil
        modify(number) {
            $0.journalIsGone = true
            $0.journalLength = 0
            $0.commandCount = 0
            $0.journalBytes = 0
            $0.eventCount = 0
            $0.expiresAt = $0.completedAt?.adding($0.head.completionRetention)
        }
    }
}
