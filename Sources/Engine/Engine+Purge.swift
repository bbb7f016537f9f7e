import DurableModel

/// Purging: what is kept of a completed invocation goes before its retention ends.
extension Engine {
    /// Of a workflow's run, at most as many who wait for promises are told as are left of `tells`. While there are more, it has
    /// only begun: the run is still there, and who asks again goes on.
    mutating func purge(_ invocation: Invocation, tells: inout Int) throws(StorageError) -> Operated {
        guard invocation.status == .completed else { return .refused(.notCompleted) }
        // Whoever is still to be told by the outbox must find the result: it is not over for them.
        guard try storage.attachments(to: invocation.number, limit: 1).isEmpty,
            attached[invocation.number]?.isEmpty ?? true
        else { return .refused(.notCompleted) }
        guard try load(invocation.number) else { return .refused(.notFound) }
        return try forget(invocation, tells: &tells) ? .done(.purged) : .begun
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
    ///
    /// At most as many of those who wait for the key's promises are told that these go as are left of `tells`; while there
    /// are more, nothing else is done, and false comes back.
    mutating func forget(_ invocation: Invocation, tells: inout Int) throws(StorageError) -> Bool {
        if invocation.head.handlerType == .workflowRun, let key = invocation.head.stateKey,
            derivedIDs[invocation.head.id] ?? invocation.number == invocation.number,
            try storage.invocation(derivedID: invocation.head.id)?.number ?? invocation.number == invocation.number
        {
            guard try clearWorkflow(key, tells: &tells) else { return false }
        }
        remove(invocation.number)
        return true
    }

    /// Removes the state and the promises of a workflow's key; false if more wait for promises than may be told.
    private mutating func clearWorkflow(_ key: ServiceKey, tells: inout Int) throws(StorageError) -> Bool {
        guard try settlePromises(of: key, tells: &tells) else { return false }
        clearPromises(of: key)
        writes.state[key, default: WriteSet.StateWrite()].clearsAll = true
        writes.state[key]?.values = [:]
        return true
    }

    /// A new run begins with nothing: of an earlier one that is no longer kept, what belongs to the key goes at once, and
    /// its row with its expiry.
    mutating func clearExpiredRun(_ id: InvocationID) throws(StorageError) {
        guard let earlier = try storage.invocation(derivedID: id), try peek(earlier.number) != nil,
            let key = earlier.head.stateKey
        else { return }
        var tells = Int.max
        _ = try clearWorkflow(key, tells: &tells)
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
