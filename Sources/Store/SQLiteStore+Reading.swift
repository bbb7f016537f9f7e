import DurableModel
import Engine
import ServiceProtocol

extension SQLiteStore {
    package func invocation(_ number: InvocationNumber) throws(StorageError) -> Invocation? {
        try beginIfNeeded()
        return try invocations.invocation(number)
    }

    package func invocation(derivedID: InvocationID) throws(StorageError) -> Invocation? {
        try beginIfNeeded()
        return try invocations.invocation(derivedID: derivedID)
    }

    package func input(of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        try beginIfNeeded()
        return try invocations.input(of: number)
    }

    package func output(of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        try beginIfNeeded()
        return try invocations.output(of: number)
    }

    package func journal(
        of number: InvocationNumber,
        from index: Int,
        limit: Int
    ) throws(StorageError) -> [JournalRow] {
        try beginIfNeeded()
        return try journalTable.rows(of: number, from: index, limit: limit)
    }

    package func hasSignal(_ index: UInt32, of number: InvocationNumber) throws(StorageError) -> Bool {
        try beginIfNeeded()
        return try journalTable.hasSignal(index, of: number)
    }

    package func promise(_ name: PromiseName) throws(StorageError) -> CompletionResult? {
        try beginIfNeeded()
        return try promises.result(of: name)
    }

    package func promiseWaiters(of promise: PromiseName, limit: Int) throws(StorageError) -> [PromiseWaiter] {
        try beginIfNeeded()
        return try promises.waiters(of: promise, limit: limit)
    }

    package func promiseWaiters(ofKey key: ServiceKey, limit: Int) throws(StorageError) -> [PromiseWaiter] {
        try beginIfNeeded()
        return try promises.waiters(ofKey: key, limit: limit)
    }

    package func state(of key: ServiceKey, named name: [UInt8]) throws(StorageError) -> [UInt8]? {
        try beginIfNeeded()
        return try keys.value(of: key, named: name)
    }

    package func state(
        of key: ServiceKey,
        bytesMax: Int
    ) throws(StorageError) -> (entries: [StateEntry], isWhole: Bool) {
        try beginIfNeeded()
        return try keys.state(of: key, bytesMax: bytesMax)
    }

    package func stateNames(of key: ServiceKey) throws(StorageError) -> [[UInt8]] {
        try beginIfNeeded()
        return try keys.stateNames(of: key)
    }

    package func lockHolder(of key: ServiceKey) throws(StorageError) -> InvocationNumber? {
        try beginIfNeeded()
        return try keys.lockHolder(of: key)
    }

    package func inbox(
        of key: ServiceKey,
        after sequence: Int64,
        limit: Int
    ) throws(StorageError) -> [InboxEntry] {
        try beginIfNeeded()
        return try keys.inbox(of: key, after: sequence, limit: limit)
    }

    package func statePatchCounts(of key: ServiceKey) throws(StorageError) -> (all: Int, ofKey: Int) {
        try beginIfNeeded()
        return try statePatches.counts(of: key)
    }

    package func inboxLength(of key: ServiceKey, atMost max: Int) throws(StorageError) -> Int {
        try beginIfNeeded()
        return try keys.inboxLength(of: key, atMost: max)
    }

    package func statePatch(_ sequence: Int64) throws(StorageError) -> QueuedStatePatch? {
        try statePatches.patch(sequence)
    }

    package func attachments(to number: InvocationNumber, limit: Int) throws(StorageError) -> [Attachment] {
        try beginIfNeeded()
        return try effects.attachments(to: number, limit: limit)
    }

    package func timers(after timer: InvocationTimer?, limit: Int) throws(StorageError) -> [InvocationTimer] {
        try beginIfNeeded()
        return try timersTable.timers(after: timer, limit: limit)
    }

    package func timers(of number: InvocationNumber) throws(StorageError) -> [InvocationTimer] {
        try beginIfNeeded()
        return try timersTable.timers(of: number)
    }

    package func outbox(after sequence: Int64, limit: Int) throws(StorageError) -> [OutboxItem] {
        try beginIfNeeded()
        return try effects.outbox(after: sequence, limit: limit)
    }

    package func runnable(after number: InvocationNumber, limit: Int) throws(StorageError) -> [InvocationNumber] {
        try beginIfNeeded()
        return try invocations.runnable(after: number, limit: limit)
    }

    package func invocations(
        in statuses: Set<InvocationStatus>,
        after: InvocationNumber,
        upTo: InvocationNumber,
        limit: Int
    ) throws(StorageError) -> [InvocationNumber] {
        try scan.numbers(in: statuses, after: after, upTo: upTo, limit: limit)
    }

    package func expired(at now: Timestamp, limit: Int) throws(StorageError) -> [InvocationNumber] {
        try beginIfNeeded()
        return try invocations.expired(at: now, limit: limit)
    }

    package func counts() throws(StorageError) -> [CountKey: Int] {
        try beginIfNeeded()
        return try counters.counts()
    }

    package func marks() throws(StorageError) -> PersistedMarks {
        try beginIfNeeded()
        return try counters.marks()
    }
}
