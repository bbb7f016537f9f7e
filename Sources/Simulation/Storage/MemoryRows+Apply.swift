import DurableModel
import Engine
import Registry

extension MemoryRows {
    /// Applies a turn's writes; what is removed as a whole goes last.
    ///
    /// Gives back what an honest store would bear and a right engine never does: removing what is not there, gaps in a
    /// journal, counts below zero.
    mutating func apply(_ writes: WriteSet) -> [String] {
        var complaints: [String] = []
        // First: what fired may go with a journal that is removed in the same turn.
        for timer in writes.removedTimers where !remove(timer) {
            complaints.append("timer \(timer) is removed and not there")
        }
        for number in writes.removedJournals {
            journal[number] = nil
            events[number] = nil
            removeTimers(of: number)
        }
        for (number, write) in writes.invocations {
            apply(write)
            if write.invocation.journalIsGone, writes.removedJournals.contains(number) {
                invocations[number]?.input = nil
            }
        }
        for (number, rows) in writes.journal { append(rows, to: number, &complaints) }
        for (number, new) in writes.events { append(new, to: number, &complaints) }
        applyKeys(writes, &complaints)
        applyPromises(writes, &complaints)
        addTimers(writes, &complaints)
        applyEffects(writes, &complaints)
        for (key, difference) in writes.counts {
            let sum = counts[key, default: 0] + difference
            if sum < 0 { complaints.append("count \(key) falls to \(sum)") }
            counts[key] = sum == 0 ? nil : sum
        }
        if let changed = writes.marks { marks = changed }
        for change in writes.catalog { apply(change) }
        applyStaging(writes, &complaints)
        for number in writes.removedInvocations { removeInvocation(number, writes, &complaints) }
        return complaints
    }

    // MARK: Invocations and journals

    private mutating func apply(_ write: WriteSet.InvocationWrite) {
        let number = write.invocation.number
        if write.invocation.status == .completed {
            unfinishedNumbers.remove(number)
        } else {
            unfinishedNumbers.insert(number)
        }
        if write.isNew {
            numberOf[write.invocation.head.id] = number
            if write.invocation.head.hasDerivedID { byDerivedID[write.invocation.head.id, default: []].append(number) }
            setExpiry(of: number, from: nil, to: write.invocation.expiresAt)
            invocations[number] = Row(invocation: write.invocation, input: write.input, output: write.output)
            return
        }
        setExpiry(of: number, from: invocations[number]?.invocation.expiresAt, to: write.invocation.expiresAt)
        invocations[number]?.invocation = write.invocation
        if let output = write.output { invocations[number]?.output = output }
    }

    private mutating func setExpiry(of number: InvocationNumber, from old: Timestamp?, to new: Timestamp?) {
        guard old != new else { return }
        if let old { expiries.remove(Expiry(at: old, number: number)) }
        if let new { expiries.insert(Expiry(at: new, number: number)) }
    }

    private mutating func append(_ rows: [JournalRow], to number: InvocationNumber, _ complaints: inout [String]) {
        guard let invocation = invocations[number]?.invocation else {
            return complaints.append("journal rows of invocation \(number.rawValue), which is not there")
        }
        var stored = journal[number] ?? []
        for row in rows {
            var place = stored.count
            while place > 0, stored[place - 1].index >= row.index { place -= 1 }
            if place < stored.count, stored[place].index == row.index {
                complaints.append("journal row \(row.index) of invocation \(number.rawValue) is written twice")
                stored[place] = row
            } else {
                stored.insert(row, at: place)
            }
        }
        journal[number] = stored
        let length = 1 + stored.count + (invocation.outputIndex == nil ? 0 : 1)
        if !invocation.journalIsGone, length != invocation.journalLength {
            complaints.append(
                "invocation \(number.rawValue) has \(length) entries and says \(invocation.journalLength)"
            )
        }
    }

    private mutating func append(_ new: [JournalEvent], to number: InvocationNumber, _ complaints: inout [String]) {
        var stored = events[number] ?? []
        for event in new {
            if event.sequence != stored.count {
                complaints.append(
                    "event \(event.sequence) of invocation \(number.rawValue) follows \(stored.count) others"
                )
            }
            stored.append(event)
        }
        events[number] = stored
        if let count = invocations[number]?.invocation.eventCount, count != stored.count {
            complaints.append("invocation \(number.rawValue) has \(stored.count) events and says \(count)")
        }
    }

    private mutating func removeInvocation(
        _ number: InvocationNumber,
        _ writes: WriteSet,
        _ complaints: inout [String]
    ) {
        guard let row = invocations.removeValue(forKey: number) else {
            return complaints.append("invocation \(number.rawValue) is removed and not there")
        }
        setExpiry(of: number, from: row.invocation.expiresAt, to: nil)
        if [.scheduled, .inboxed].contains(row.invocation.status) { neverBegun.insert(row.invocation.head.id) }
        journal[number] = nil
        events[number] = nil
        removeTimers(of: number)
        removePromiseWaiters(of: number)
        for attachment in attachments[number] ?? [] { remove(attachment) }
        for awaited in awaitedBy[number] ?? [] {
            for attachment in attachments[awaited] ?? [] where attachment.waiter == number { remove(attachment) }
        }
        unfinishedNumbers.remove(number)
        let id = row.invocation.head.id
        if numberOf[id] == number { numberOf[id] = nil }
        if row.invocation.head.hasDerivedID {
            let others = (byDerivedID[id] ?? []).filter { $0 != number }
            byDerivedID[id] = others.isEmpty ? nil : others
        }
        // With the run of a workflow goes what belongs to its key, unless it never ran or there is another run by now.
        guard row.invocation.head.handlerType == .workflowRun, row.invocation.status == .completed,
            byDerivedID[id] == nil, let key = row.invocation.head.stateKey
        else { return }
        if state[key] != nil { complaints.append("the run of \(key.key) is removed and its state stays") }
        for promise in promises.keys where promise.key == key && writes.promises[promise] == nil {
            complaints.append("the run of \(key.key) is removed and its promise \(promise.name) stays")
        }
    }

    // MARK: Keys

    private mutating func applyKeys(_ writes: WriteSet, _ complaints: inout [String]) {
        for (key, write) in writes.state {
            var values = write.clearsAll ? [:] : state[key] ?? [:]
            for (name, value) in write.values { values[name] = value }
            state[key] = values.isEmpty ? nil : values
        }
        for (key, holder) in writes.locks { locks[key] = holder }
        for entry in writes.removedInbox {
            guard let place = inbox[entry.key]?.firstIndex(of: entry) else {
                complaints.append("inbox entry \(entry.sequence) is removed and not there")
                continue
            }
            inbox[entry.key]?.remove(at: place)
            if inbox[entry.key]?.isEmpty ?? false { inbox[entry.key] = nil }
        }
        for entry in writes.addedInbox {
            var entries = inbox[entry.key] ?? []
            inbox[entry.key] = nil
            var place = entries.count
            while place > 0, entries[place - 1].sequence > entry.sequence { place -= 1 }
            entries.insert(entry, at: place)
            inbox[entry.key] = entries
        }
        applyPatches(writes, &complaints)
    }

    private mutating func applyPatches(_ writes: WriteSet, _ complaints: inout [String]) {
        for sequence in writes.removedPatches where statePatches.removeValue(forKey: sequence) == nil {
            complaints.append("state patch \(sequence) is removed and not there")
        }
        statePatches.merge(writes.addedPatches) { _, new in new }
    }

    // MARK: Promises

    private mutating func applyPromises(_ writes: WriteSet, _ complaints: inout [String]) {
        forgottenKeys.formUnion(writes.clearedPromises)
        for promise in promises.keys where writes.clearedPromises.contains(promise.key) { promises[promise] = nil }
        for (promise, result) in writes.promises {
            switch (promises[promise] ?? nil, result) {
            case (.some, .some): complaints.append("the promise \(promise.name) is completed twice")
            case (.some, nil): complaints.append("the promise \(promise.name) is completed and waited for")
            case (nil, _): promises[promise] = .some(result)
            }
        }
        for waiter in writes.removedPromiseWaiters where !remove(waiter) {
            complaints.append("\(waiter) is removed and not there")
        }
        for waiter in writes.addedPromiseWaiters {
            promiseWaiters[waiter.promise, default: []].append(waiter)
            promiseWaiters[waiter.promise]?.sort { ($0.waiter, $0.completionID) < ($1.waiter, $1.completionID) }
            promisesAwaitedBy[waiter.waiter, default: []].insert(waiter.promise)
        }
    }

    private mutating func remove(_ waiter: PromiseWaiter) -> Bool {
        guard let place = promiseWaiters[waiter.promise]?.firstIndex(of: waiter) else { return false }
        promiseWaiters[waiter.promise]?.remove(at: place)
        if promiseWaiters[waiter.promise]?.isEmpty ?? false { promiseWaiters[waiter.promise] = nil }
        return true
    }

    private mutating func removePromiseWaiters(of number: InvocationNumber) {
        for promise in promisesAwaitedBy.removeValue(forKey: number) ?? [] {
            promiseWaiters[promise]?.removeAll { $0.waiter == number }
            if promiseWaiters[promise]?.isEmpty ?? false { promiseWaiters[promise] = nil }
        }
    }

    // MARK: Timers and effects

    private mutating func addTimers(_ writes: WriteSet, _ complaints: inout [String]) {
        for timer in writes.addedTimers {
            if !sortedTimers.insert(timer) { complaints.append("timer \(timer) is added twice") }
            timersOf[timer.invocation, default: []].insert(timer)
        }
    }

    private mutating func remove(_ timer: InvocationTimer) -> Bool {
        guard sortedTimers.remove(timer) else { return false }
        timersOf[timer.invocation]?.remove(timer)
        if timersOf[timer.invocation]?.isEmpty ?? false { timersOf[timer.invocation] = nil }
        return true
    }

    private mutating func removeTimers(of number: InvocationNumber) {
        for timer in timersOf[number] ?? [] { _ = remove(timer) }
    }

    private mutating func applyEffects(_ writes: WriteSet, _ complaints: inout [String]) {
        for attachment in writes.removedAttachments where !remove(attachment) {
            complaints.append("\(attachment) is removed and not there")
        }
        for attachment in writes.addedAttachments {
            attachments[attachment.invocation, default: []].append(attachment)
            attachments[attachment.invocation]?.sort { ($0.waiter, $0.completionID) < ($1.waiter, $1.completionID) }
            awaitedBy[attachment.waiter, default: []].insert(attachment.invocation)
        }
        let gone = Set(writes.removedOutbox)
        if !gone.isEmpty { outbox.removeAll { gone.contains($0.sequence) } }
        outbox.append(contentsOf: writes.addedOutbox)
        outbox.sort { $0.sequence < $1.sequence }
    }

    @discardableResult
    private mutating func remove(_ attachment: Attachment) -> Bool {
        guard let place = attachments[attachment.invocation]?.firstIndex(of: attachment) else { return false }
        attachments[attachment.invocation]?.remove(at: place)
        if attachments[attachment.invocation]?.isEmpty ?? false { attachments[attachment.invocation] = nil }
        let stillWaits = attachments[attachment.invocation]?.contains { $0.waiter == attachment.waiter } ?? false
        if !stillWaits {
            awaitedBy[attachment.waiter]?.remove(attachment.invocation)
            if awaitedBy[attachment.waiter]?.isEmpty ?? false { awaitedBy[attachment.waiter] = nil }
        }
        return true
    }

    // MARK: Staging

    private mutating func applyStaging(_ writes: WriteSet, _ complaints: inout [String]) {
        for piece in writes.stagedPieces {
            let written = staged[piece.payload.id]
            if written?.count ?? 0 != piece.range.lowerBound || (written == nil) != (piece.index == 0) {
                complaints.append("piece \(piece.index) of a staged payload comes out of order")
            }
            staged[piece.payload.id, default: []] += piece.payload.bytes[piece.range]
        }
        for payload in writes.adoptedPayloads where staged.removeValue(forKey: payload.id) != payload.bytes {
            complaints.append("a staged payload is adopted and not whole")
        }
        for id in writes.abandonedPayloads { staged[id] = nil }
    }

    // MARK: Catalog

    private mutating func apply(_ change: CatalogChange) {
        switch change {
        case .deploymentAdded(let deployment), .deploymentReplaced(let deployment):
            deployments[deployment.id] = deployment
        case .deploymentRemoved(let id): deployments[id] = nil
        case .revisionCounted(let service, let highest): revisionCounters[ExactText(service)] = highest
        case .recorded(let record): history.append(record)
        }
    }
}
