import DurableModel
import Engine
import ServiceProtocol

/// An honest store in memory: it applies a whole set of writes or nothing of it, in the same way each time, and fails when
/// it is told to.
package final class MemoryStorage: EngineStorage {
    /// What is on the disk.
    package private(set) var rows: MemoryRows
    /// Asked before each commit what goes wrong with it.
    package var onCommit: ((WriteSet) -> CommitFault?)?
    /// Asked before each read whether it fails.
    package var onRead: (() -> StorageError?)?
    /// The room that the disk says it has.
    package var space: StorageSpace?
    package var reusableBytes: Int64 = 0
    /// How many commits went well.
    package private(set) var commitCount = 0
    /// The writes of the last commit that went well.
    package private(set) var lastCommit = WriteSet()
    /// Invocations that were written since it was last asked.
    private var changed: Set<InvocationNumber> = []
    /// Changes what is written behind the partition's back, after it was judged: of worlds that are broken on purpose.
    var distort: ((inout WriteSet, MemoryRows) -> Void)?
    /// Changes a key's inbox as it is read.
    var distortInbox: (([InboxEntry]) -> [InboxEntry])?
    /// What a right engine never writes; empty if all is well.
    package private(set) var complaints: [String] = []
    /// Why nothing works any more, after an input/output error.
    private var broken: String?

    package init(_ rows: MemoryRows = MemoryRows()) {
        self.rows = rows
    }

    /// What a new start finds after a crash at this point: the same rows, without the faults.
    package func afterCrash() -> MemoryStorage {
        var left = rows
        left.staged = [:]
        return MemoryStorage(left)
    }

    // MARK: Writing

    package func commit(_ writes: WriteSet) throws(StorageError) {
        if let broken { throw .inputOutput(broken) }
        switch onCommit?(writes) {
        case nil: break
        case .full: throw .full("the simulated disk is full")
        case .refused(let text): throw .refused(text)
        case .inputOutput(let isWritten):
            if isWritten, problem(with: writes) == nil { apply(writes) }
            broken = "the simulated disk fails"
            throw .inputOutput("the simulated disk fails")
        }
        if let problem = problem(with: writes) { throw .refused(problem) }
        apply(writes)
        commitCount += 1
        lastCommit = writes
    }

    private func apply(_ writes: WriteSet) {
        var written = writes
        distort?(&written, rows)
        complaints += rows.apply(written)
        for number in writes.invocations.keys { changed.insert(number) }
    }

    /// The invocations that were written since this was last asked, in order of number.
    func takeChanged() -> [InvocationNumber] {
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.sorted()
    }

    /// Why no store could take these writes, if so.
    private func problem(with writes: WriteSet) -> String? {
        for (number, write) in writes.invocations {
            if write.isNew, rows.invocations[number] != nil {
                return "invocation \(number.rawValue) is there already"
            }
            if !write.isNew, rows.invocations[number] == nil { return "invocation \(number.rawValue) is not there" }
        }
        return nil
    }

    // MARK: Reading

    private func read() throws(StorageError) {
        if let broken { throw .inputOutput(broken) }
        if let error = onRead?() { throw error }
    }

    package func invocation(_ number: InvocationNumber) throws(StorageError) -> Invocation? {
        try read()
        return rows.invocations[number]?.invocation
    }

    package func invocation(derivedID: InvocationID) throws(StorageError) -> Invocation? {
        try read()
        guard let number = rows.byDerivedID[derivedID]?.last else { return nil }
        return rows.invocations[number]?.invocation
    }

    package func input(of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        try read()
        return rows.invocations[number]?.input
    }

    package func output(of number: InvocationNumber) throws(StorageError) -> [UInt8]? {
        try read()
        return rows.invocations[number]?.output
    }

    package func journal(
        of number: InvocationNumber,
        from index: Int,
        limit: Int
    ) throws(StorageError) -> [JournalRow] {
        try read()
        var journal = (rows.journal[number] ?? []).filter { $0.index >= index }
        if let row = rows.invocations[number], let output = row.output, let place = row.invocation.outputIndex,
            place >= index, !row.invocation.journalIsGone
        {
            let entry = JournalRow(
                index: place,
                type: MessageType.outputCommand.rawValue,
                payload: output,
                appendedAt: row.invocation.modifiedAt
            )
            journal.insert(entry, at: journal.firstIndex { $0.index > place } ?? journal.count)
        }
        return Array(journal.prefix(limit))
    }

    package func hasSignal(_ index: UInt32, of number: InvocationNumber) throws(StorageError) -> Bool {
        try read()
        return (rows.journal[number] ?? []).contains { row in
            row.type == MessageType.signalNotification.rawValue
                && (try? Notification.decode(row.frame))?.id == .signal(index)
        }
    }

    package func promise(_ name: PromiseName) throws(StorageError) -> CompletionResult? {
        try read()
        return rows.promises[name] ?? nil
    }

    package func promiseWaiters(of promise: PromiseName, limit: Int) throws(StorageError) -> [PromiseWaiter] {
        try read()
        return Array((rows.promiseWaiters[promise] ?? []).prefix(limit))
    }

    package func promiseWaiters(ofKey key: ServiceKey, limit: Int) throws(StorageError) -> [PromiseWaiter] {
        try read()
        let promises = rows.promiseWaiters.keys.filter { $0.key == key }
        let ordered = promises.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return Array(ordered.lazy.flatMap { self.rows.promiseWaiters[$0] ?? [] }.prefix(limit))
    }

    package func state(of key: ServiceKey, named name: [UInt8]) throws(StorageError) -> [UInt8]? {
        try read()
        return rows.state[key]?[name]
    }

    package func state(
        of key: ServiceKey,
        bytesMax: Int
    ) throws(StorageError) -> (entries: [StateEntry], isWhole: Bool) {
        try read()
        var entries: [StateEntry] = []
        var bytes = 0
        for (name, value) in (rows.state[key] ?? [:]).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            bytes += name.count + value.count
            guard bytes <= bytesMax else { return (entries, false) }
            entries.append(StateEntry(key: name, value: value))
        }
        return (entries, true)
    }

    package func stateNames(of key: ServiceKey) throws(StorageError) -> [[UInt8]] {
        try read()
        return (rows.state[key] ?? [:]).keys.sorted { $0.lexicographicallyPrecedes($1) }
    }

    package func lockHolder(of key: ServiceKey) throws(StorageError) -> InvocationNumber? {
        try read()
        return rows.locks[key]
    }

    package func inbox(of key: ServiceKey, after sequence: Int64, limit: Int) throws(StorageError) -> [InboxEntry] {
        try read()
        let inbox = rows.inbox[key] ?? []
        return Array((distortInbox?(inbox) ?? inbox).lazy.filter { $0.sequence > sequence }.prefix(limit))
    }

    package func statePatchCounts(of key: ServiceKey) throws(StorageError) -> (all: Int, ofKey: Int) {
        try read()
        return (rows.statePatches.count, rows.statePatches.values.lazy.filter { $0.patch.key == key }.count)
    }

    package func inboxLength(of key: ServiceKey, atMost max: Int) throws(StorageError) -> Int {
        try read()
        return min(max, rows.inbox[key]?.count ?? 0)
    }

    package func statePatch(_ sequence: Int64) throws(StorageError) -> QueuedStatePatch? {
        try read()
        return rows.statePatches[sequence]
    }

    package func attachments(to number: InvocationNumber, limit: Int) throws(StorageError) -> [Attachment] {
        try read()
        return Array((rows.attachments[number] ?? []).prefix(limit))
    }

    package func timers(after timer: InvocationTimer?, limit: Int) throws(StorageError) -> [InvocationTimer] {
        try read()
        return Array(rows.sortedTimers.after(timer, limit: limit))
    }

    package func timers(of number: InvocationNumber) throws(StorageError) -> [InvocationTimer] {
        try read()
        return (rows.timersOf[number] ?? []).sorted()
    }

    package func outbox(after sequence: Int64, limit: Int) throws(StorageError) -> [OutboxItem] {
        try read()
        return Array(rows.outbox.lazy.filter { $0.sequence > sequence }.prefix(limit))
    }

    package func runnable(after number: InvocationNumber, limit: Int) throws(StorageError) -> [InvocationNumber] {
        try read()
        let runnable = rows.invocations.values.lazy.filter {
            $0.invocation.number > number && ($0.invocation.status == .ready || $0.invocation.status == .running)
        }
        return Array(runnable.map(\.invocation.number).sorted().prefix(limit))
    }

    package func invocations(
        in statuses: Set<InvocationStatus>,
        after: InvocationNumber,
        upTo: InvocationNumber,
        limit: Int
    ) throws(StorageError) -> [InvocationNumber] {
        try read()
        let numbers = rows.invocations.values.lazy.filter {
            let number = $0.invocation.number
            return number > after && number <= upTo && statuses.contains($0.invocation.status)
        }
        return Array(numbers.map(\.invocation.number).sorted().prefix(limit))
    }

    package func expired(at now: Timestamp, limit: Int) throws(StorageError) -> [InvocationNumber] {
        try read()
        return rows.expiries.elements.prefix { $0.at <= now }.prefix(limit).map(\.number)
    }

    package func counts() throws(StorageError) -> [CountKey: Int] {
        try read()
        return rows.counts
    }

    package func marks() throws(StorageError) -> PersistedMarks {
        try read()
        return rows.marks
    }
}
