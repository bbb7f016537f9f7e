import DurableModel
import ServiceProtocol

/// The end of an invocation: its result, its key, and everybody who waits for it.
extension Engine {
    /// The service said End: the last Output command is the result.
    mutating func end(_ number: InvocationNumber) throws(StorageError) {
        guard let write = writes.invocations[number] else { return }
        guard write.invocation.outputIndex != nil else {
            return try failAttempt(of: number, .violation("End without an Output command before it"))
        }
        endAttempt(of: number) { .finish($0) }
        let result = try result(of: write.invocation)
        try complete(number, with: result)
    }

    /// Completes a loaded invocation whose attempt, if it had one, is over.
    mutating func complete(_ number: InvocationNumber, with result: InvocationResult) throws(StorageError) {
        guard let invocation = writes.invocations[number]?.invocation, invocation.status != .completed else { return }
        let wasQueued = invocation.status == .scheduled || invocation.status == .inboxed
        try leaveInbox(invocation)
        try disarmAll(of: number)
        setStatus(number, .completed)
        let now = now
        modify(number) {
            $0.completedAt = now
            $0.pauseRequested = false
            $0.stopWaiting()
            $0.attempt.nextRetryAt = nil
            $0.attempt.retryCount = 0
            if case .failure(let failure) = result { $0.completionFailure = failure }
            $0.expiresAt = $0.firstExpiry(completedAt: now)
        }
        let everyoneKnows = try deliver(result, of: invocation)
        endings.append((invocation.head, result))
        try releaseKey(of: invocation)
        // Nothing ever ran: there is nothing to keep (invocations.md, section 5).
        let isKept = !wasQueued && invocation.head.isKept
        if !isKept, everyoneKnows { remove(number) }
    }

    /// Tells other invocations that wait for this one; false if there are more than one command may tell, and the outbox
    /// has to go on.
    private mutating func deliver(_ result: InvocationResult, of invocation: Invocation) throws(StorageError) -> Bool {
        let completion = completion(of: result)
        if case .service(let caller, _, _, .some(let completionID)) = invocation.head.invoker {
            try notify(caller, .callCompletion, .completion(completionID), completion)
        }
        if try deliverToAttached(completion, of: invocation.number) { return true }
        addOutbox(.deliver(source: invocation.number))
        return false
    }

    /// Tells some of those attached to an invocation; true if that was all.
    mutating func deliverToAttached(
        _ completion: CompletionResult,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        let stored = try storage.attachments(to: number, limit: memory.inlineEffectsMax + 1)
            .filter { !writes.removedAttachments.contains($0) }
        let added = attached.removeValue(forKey: number) ?? []
        let waiting = stored + added
        if waiting.count > memory.inlineEffectsMax {
            let rest = added.dropFirst(max(0, memory.inlineEffectsMax - stored.count))
            attached[number] = rest.isEmpty ? nil : Array(rest)
        }
        for attachment in waiting.prefix(memory.inlineEffectsMax) {
            if writes.addedAttachments.remove(attachment) == nil { writes.removedAttachments.insert(attachment) }
            let type = MessageType(rawValue: attachment.completionType)
            try notify(attachment.waiter, type, .completion(attachment.completionID), completion)
        }
        return waiting.count <= memory.inlineEffectsMax
    }

    mutating func addOutbox(_ effect: OutboxItem.Effect) {
        writes.addedOutbox.append(OutboxItem(sequence: takeOutboxSequence(), effect: effect))
    }

    // MARK: Keys

    /// Hands the key of an ended invocation to the next in its inbox, in the same turn.
    private mutating func releaseKey(of invocation: Invocation) throws(StorageError) {
        guard let key = invocation.head.lockedKey, try lockHolder(of: key) == invocation.number else { return }
        var first = try firstInInbox(of: key)
        while let patch = first, patch.isPatch {
            takeFromInbox(patch)
            try applyQueuedPatch(patch)
            first = try firstInInbox(of: key)
        }
        guard let next = first else {
            writes.locks[key] = .some(nil)
            return
        }
        takeFromInbox(next)
        writes.locks[key] = .some(next.invocation)
        guard try load(next.invocation) else { return }
        modify(next.invocation) { $0.inboxSequence = nil }
        makeReady(next.invocation)
    }

    private mutating func takeFromInbox(_ entry: InboxEntry) {
        guard let place = queued[entry.key]?.firstIndex(of: entry) else {
            writes.removedInbox.insert(entry)
            return
        }
        queued[entry.key]?.remove(at: place)
        if let position = positionOfAdded(entry) { writes.addedInbox.remove(at: position) }
    }

    /// Where an entry is in `writes.addedInbox`, which is in order of sequence.
    private func positionOfAdded(_ entry: InboxEntry) -> Int? {
        var low = 0
        var high = writes.addedInbox.count
        while low < high {
            let middle = (low + high) / 2
            if writes.addedInbox[middle].sequence < entry.sequence { low = middle + 1 } else { high = middle }
        }
        return low < writes.addedInbox.count && writes.addedInbox[low] == entry ? low : nil
    }

    private mutating func firstInInbox(of key: ServiceKey) throws(StorageError) -> InboxEntry? {
        let pageSize = 16
        while true {
            let usedUp = inboxUsedUp[key] ?? -1
            let page = try storage.inbox(of: key, after: usedUp, limit: pageSize)
            if let place = page.firstIndex(where: { !writes.removedInbox.contains($0) }) {
                if place > 0 { inboxUsedUp[key] = page[place - 1].sequence }
                return page[place]
            }
            if let last = page.last { inboxUsedUp[key] = last.sequence }
            guard page.count == pageSize else { break }
        }
        return queued[key]?.first
    }

    private mutating func leaveInbox(_ invocation: Invocation) throws(StorageError) {
        guard invocation.status == .inboxed, let key = invocation.head.lockedKey,
            let sequence = invocation.inboxSequence
        else { return }
        takeFromInbox(InboxEntry(key: key, sequence: sequence, invocation: invocation.number))
    }
}

extension Invocation {
    /// When the first of the retentions of an invocation completed at `moment` ends; `nil` if it is not kept at all.
    fileprivate func firstExpiry(completedAt moment: Timestamp) -> Timestamp? {
        moment.adding(min(head.journalRetention, head.completionRetention))
    }
}
