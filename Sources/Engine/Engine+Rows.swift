import DurableModel
import ServiceProtocol

/// Reading rows with what the turn wrote laid over them, and changing them.
extension Engine {
    /// The row of that number as it is at this point of the turn.
    func peek(_ number: InvocationNumber) throws(StorageError) -> Invocation? {
        if let write = writes.invocations[number] { return write.invocation }
        if writes.removedInvocations.contains(number) { return nil }
        if let running = memory.work.running[number] { return running.invocation }
        return try storage.invocation(number)
    }

    /// Makes the row changeable; false if there is none.
    mutating func load(_ number: InvocationNumber) throws(StorageError) -> Bool {
        if writes.invocations[number] != nil { return true }
        guard let invocation = try peek(number) else { return false }
        writes.invocations[number] = WriteSet.InvocationWrite(invocation: invocation, isNew: false)
        return true
    }

    /// Changes a loaded row.
    mutating func modify(_ number: InvocationNumber, _ change: (inout Invocation) -> Void) {
        guard let index = writes.invocations.index(forKey: number) else { return }
        change(&writes.invocations.values[index].invocation)
    }

    /// The invocation of that id, whichever way the id was made. What has outlived its retention is not there.
    func find(_ id: InvocationID) throws(StorageError) -> Invocation? {
        if let invocation = try peek(id.number), invocation.head.id == id {
            return invocation.isExpired(at: now) ? nil : invocation
        }
        return try find(derived: id)
    }

    /// The latest invocation of that derived id.
    func find(derived id: InvocationID) throws(StorageError) -> Invocation? {
        if let number = derivedIDs[id], let write = writes.invocations[number] {
            return write.invocation.isExpired(at: now) ? nil : write.invocation
        }
        guard let stored = try storage.invocation(derivedID: id), let current = try peek(stored.number) else {
            return nil
        }
        return current.isExpired(at: now) ? nil : current
    }

    /// Moves a loaded row to `status`, and one count with it.
    mutating func setStatus(_ number: InvocationNumber, _ status: InvocationStatus) {
        let now = now
        modifyCounted(number) {
            $0.status = status
            $0.modifiedAt = now
        }
    }

    /// Changes what a loaded row is counted by, and moves its count.
    mutating func modifyCounted(_ number: InvocationNumber, _ change: (inout Invocation) -> Void) {
        guard let index = writes.invocations.index(forKey: number) else { return }
        let (before, after) = Self.countKeys(of: &writes.invocations.values[index].invocation, around: change)
        if let before { add(-1, to: before) }
        if let after { add(1, to: after) }
    }

    /// In place: a row is large, and every reading of it through the dictionary would be a copy.
    private static func countKeys(
        of invocation: inout Invocation,
        around change: (inout Invocation) -> Void
    ) -> (before: CountKey?, after: CountKey?) {
        let before = invocation.countKey
        change(&invocation)
        return (before, invocation.countKey)
    }

    /// Counts a new row.
    mutating func countNew(_ invocation: Invocation) {
        if let key = invocation.countKey { add(1, to: key) }
    }

    private mutating func add(_ difference: Int, to key: CountKey) {
        let sum = writes.counts[key, default: 0] + difference
        writes.counts[key] = sum == 0 ? nil : sum
    }

    /// Removes a loaded row and all that hangs on it.
    mutating func remove(_ number: InvocationNumber) {
        let isNew = writes.invocations[number]?.isNew ?? false
        writes.invocations[number] = nil
        writes.journal[number] = nil
        writes.events[number] = nil
        if !isNew { writes.removedInvocations.insert(number) }
    }

    /// The journal as it is at this point of the turn, without the input.
    func journal(of invocation: Invocation) throws(StorageError) -> [JournalRow] {
        var rows: [JournalRow] = []
        let isNew = writes.invocations[invocation.number]?.isNew ?? false
        if !isNew, invocation.journalLength > 1 {
            rows = try storage.journal(of: invocation.number, from: 1, limit: .max)
        }
        rows.append(contentsOf: writes.journal[invocation.number] ?? [])
        if let output = writes.invocations[invocation.number]?.output, let index = invocation.outputIndex {
            rows.append(
                JournalRow(index: index, type: MessageType.outputCommand.rawValue, payload: output, appendedAt: now)
            )
            rows.sort { $0.index < $1.index }
        }
        return rows
    }

    // MARK: Numbers

    mutating func takeInvocationNumber() -> InvocationNumber {
        let number = Self.take(&memory.nextInvocationNumber, &memory.marks.invocationNumberReserved)
        return InvocationNumber(rawValue: reserved(number))
    }

    mutating func takeInboxSequence() -> Int64 {
        reserved(Self.take(&memory.nextInboxSequence, &memory.marks.inboxSequenceReserved))
    }

    mutating func takeOutboxSequence() -> Int64 {
        reserved(Self.take(&memory.nextOutboxSequence, &memory.marks.outboxSequenceReserved))
    }

    /// The next number, and whether a new block had to be reserved for it.
    private static func take(_ next: inout Int64, _ reserved: inout Int64) -> (number: Int64, isNewBlock: Bool) {
        let number = next
        next += 1
        guard number > reserved else { return (number, false) }
        reserved = number + reservationBlock
        return (number, true)
    }

    /// Writes down a new block with the turn.
    private mutating func reserved(_ taken: (number: Int64, isNewBlock: Bool)) -> Int64 {
        if taken.isNewBlock { writes.marks = memory.marks }
        return taken.number
    }

    // MARK: Timers

    mutating func arm(_ timer: InvocationTimer) {
        if writes.removedTimers.remove(timer) == nil, !writes.addedTimers.insert(timer).inserted { return }
        modify(timer.invocation) { $0.pendingTimers += 1 }
    }

    mutating func disarm(_ timer: InvocationTimer) {
        if writes.addedTimers.remove(timer) == nil { writes.removedTimers.insert(timer) }
        modify(timer.invocation) { $0.pendingTimers = max(0, $0.pendingTimers - 1) }
    }

    /// Removes what timers an invocation still has.
    mutating func disarmAll(of number: InvocationNumber) throws(StorageError) {
        guard let invocation = writes.invocations[number]?.invocation, invocation.pendingTimers > 0 else { return }
        for timer in try storage.timers(of: number) where !writes.removedTimers.contains(timer) { disarm(timer) }
        // What is left was armed in this very turn.
        guard writes.invocations[number]?.invocation.pendingTimers ?? 0 > 0 else { return }
        for timer in writes.addedTimers.filter({ $0.invocation == number }) { disarm(timer) }
    }
}

extension Invocation {
    /// The count that it stands in, while it is unfinished.
    fileprivate var countKey: CountKey? {
        guard status != .completed else { return nil }
        return CountKey(
            deployment: pin?.deployment,
            service: head.target.service,
            handler: head.target.handler,
            status: status
        )
    }
}
