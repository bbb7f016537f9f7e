import DurableModel
import Engine

/// The earliest timers in memory; the rest lies in the store (known faults: timers lost by a small window, and all kept in
/// memory).
///
/// Invariant: every stored timer that is not after `horizon` is here, unless it was taken. Without a horizon all are.
struct TimerWindow {
    private let limit: Int
    private var heap = Heap<InvocationTimer>()
    /// Timers of the heap that are not there any more.
    private var removed: Set<InvocationTimer> = []
    /// Timers after this one may be in the store alone.
    private var horizon: InvocationTimer?
    private var isComplete = false

    init(limit: Int) {
        self.limit = limit
    }

    /// When the next timer is due, as far as the window sees; the store is asked when it is empty.
    var nextDue: Timestamp? {
        if let first = heap.first { return first.due }
        return isComplete ? nil : Timestamp(milliseconds: .min)
    }

    /// Takes up to `limit` timers that are due, after filling up from the store if there may be more.
    mutating func take(
        due now: Timestamp,
        limit count: Int,
        from storage: any EngineStorage
    ) throws(StorageError) -> [InvocationTimer] {
        var taken: [InvocationTimer] = []
        while taken.count < count {
            if heap.isEmpty {
                guard !isComplete else { break }
                do {
                    try fill(from: storage)
                } catch {
                    putBack(taken)
                    throw error
                }
                continue
            }
            guard let first = heap.first, first.due <= now, let timer = heap.popFirst() else { break }
            if removed.remove(timer) == nil { taken.append(timer) }
        }
        return taken
    }

    private mutating func fill(from storage: any EngineStorage) throws(StorageError) {
        let page = try storage.timers(after: horizon, limit: limit)
        for timer in page { heap.insert(timer) }
        isComplete = page.count < limit
        horizon = isComplete ? nil : page.last
    }

    /// Puts back what was taken by a turn that did not happen; what lies behind the horizon by now is read again.
    mutating func putBack(_ timers: [InvocationTimer]) {
        for timer in timers where isInside(timer) { heap.insert(timer) }
    }

    /// Takes over what a committed turn added and removed, `taken` by it aside.
    mutating func apply(added: Set<InvocationTimer>, removed gone: Set<InvocationTimer>, taken: [InvocationTimer]) {
        if !gone.isEmpty {
            var stale = gone
            stale.subtract(taken)
            for timer in stale where isInside(timer) { removed.insert(timer) }
        }
        // One that fired and was armed again for the same moment has never left the store.
        putBack(taken.filter { !gone.contains($0) })
        for timer in added where isInside(timer) {
            if removed.remove(timer) == nil { heap.insert(timer) }
        }
        guard heap.count > 2 * limit else { return }
        horizon = heap.cut(to: limit)
        isComplete = false
        if let horizon { removed = removed.filter { $0 <= horizon } }
    }

    private func isInside(_ timer: InvocationTimer) -> Bool {
        if isComplete { return true }
        guard let horizon else { return false }
        return timer <= horizon
    }
}
