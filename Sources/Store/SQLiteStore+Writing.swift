import Engine
import Registry

extension SQLiteStore {
    /// Applies a turn's changes inside the open transaction. What is removed as a whole goes last: a row that came and
    /// went in the same turn leaves nothing.
    func apply(_ writes: WriteSet) throws(StorageError) {
        for piece in writes.stagedPieces { try staging.write(piece) }
        staging.offer(writes.adoptedPayloads)
        for number in writes.removedJournals {
            try journalTable.remove(of: number)
            try timersTable.remove(of: number)
        }
        try invocations.write(writes.invocations)
        for number in writes.removedJournals where writes.invocations[number]?.invocation.journalIsGone == true {
            try invocations.removeInput(number)
        }
        for (number, rows) in writes.journal.sorted(by: { $0.key < $1.key }) {
            try journalTable.append(rows, to: number)
        }
        for (number, new) in writes.events { try events.append(new, to: number) }
        try applyKeys(writes)
        for timer in writes.removedTimers { try timersTable.remove(timer) }
        for timer in writes.addedTimers { try timersTable.add(timer) }
        for attachment in writes.removedAttachments { try effects.remove(attachment) }
        for attachment in writes.addedAttachments { try effects.add(attachment) }
        for sequence in writes.removedOutbox { try effects.removeOutbox(sequence) }
        for item in writes.addedOutbox { try effects.add(item) }
        for (key, difference) in writes.counts { try counters.add(difference, to: key) }
        if let marks = writes.marks { try counters.set(marks) }
        for change in writes.catalog { try catalogTable.apply(change) }
        for number in writes.removedInvocations {
            try journalTable.remove(of: number)
            try timersTable.remove(of: number)
            try effects.removeAttachments(of: number)
            try promises.removeWaiting(of: number)
            try invocations.remove(number)
        }
        try staging.finish(writes)
    }

    private func applyKeys(_ writes: WriteSet) throws(StorageError) {
        for (key, write) in writes.state { try keys.write(write, of: key) }
        for (key, holder) in writes.locks { try keys.setLock(of: key, to: holder) }
        for entry in writes.removedInbox { try keys.remove(entry) }
        for entry in writes.addedInbox { try keys.add(entry) }
        for sequence in writes.removedPatches { try statePatches.remove(sequence) }
        for patch in writes.addedPatches.values { try statePatches.add(patch) }
        for key in writes.clearedPromises { try promises.removeAll(of: key) }
        for (promise, result) in writes.promises { try promises.write(result, to: promise) }
        for waiter in writes.removedPromiseWaiters { try promises.remove(waiter) }
        for waiter in writes.addedPromiseWaiters { try promises.add(waiter) }
    }
}
