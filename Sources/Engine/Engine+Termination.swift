import DurableModel
import ServiceProtocol

/// Cancel asks an invocation to end itself, kill ends it (invocations.md, section 5).
extension Engine {
    /// Cancels an invocation: one that has not begun is over at once, another one gets the built-in signal.
    mutating func cancel(_ invocation: Invocation) throws(StorageError) {
        let number = invocation.number
        guard try load(number) else { return }
        switch invocation.status {
        case .scheduled, .inboxed:
            try complete(number, with: .failure(Failure(code: 409, message: "canceled")))
        case .ready, .running, .suspended:
            // As with one that is paused, a cancel lets it go on to its end.
            modify(number) { $0.pauseRequested = false }
            try notify(number, .signalNotification, .cancelSignal, .void)
        case .backingOff, .paused:
            // Only an attempt can see the signal, and the next one may be far off or never come by itself.
            try notify(number, .signalNotification, .cancelSignal, .void)
            disarmRetry(of: invocation)
            makeReady(number)
        case .completed:
            break
        }
    }

    /// Kills an invocation and all that it called, directly and through others; past `limit` the outbox goes on. Says how
    /// many it looked at.
    mutating func killTree(from root: InvocationID, limit: Int) throws(StorageError) -> Int {
        var pending = [root]
        var killed = 0
        while let id = pending.popLast() {
            guard killed < limit else {
                addOutbox(.kill(id))
                continue
            }
            killed += 1
            guard let invocation = try find(id), invocation.status != .completed, try load(invocation.number) else {
                continue
            }
            pending.append(contentsOf: try callees(of: invocation))
            endAttempt(of: invocation.number) { .abort($0) }
            try complete(invocation.number, with: .failure(Failure(code: 409, message: "killed")))
        }
        return killed
    }

    /// The invocations that this one called or sent to, after its journal.
    private func callees(of invocation: Invocation) throws(StorageError) -> [InvocationID] {
        var ids: [InvocationID] = []
        for row in try journal(of: invocation) where row.type == MessageType.callInvocationIDCompletion.rawValue {
            guard let notification = try? Notification.decode(row.frame),
                case .invocationID(let text) = notification.result, let id = try? InvocationID(parsing: text)
            else { continue }
            ids.append(id)
        }
        return ids
    }

    // MARK: Outbox

    /// Carries out one durable effect and forgets it; one that is not finished leaves a new one behind. False if the turn
    /// has killed enough: the item stays as it is, and those after it must stay too.
    package mutating func consume(_ item: OutboxItem) throws(StorageError) -> Bool {
        switch item.effect {
        case .kill(let id):
            let left = Self.outboxKillsMax - outboxKills
            guard left > 0 else { return false }
            outboxKills += try killTree(from: id, limit: min(left, memory.inlineEffectsMax))
        case .deliver(let source):
            try deliver(item, from: source)
        case .deliverPromise(let promise):
            try deliver(promise)
        }
        writes.removedOutbox.append(item.sequence)
        return true
    }

    private mutating func deliver(_ item: OutboxItem, from source: InvocationNumber) throws(StorageError) {
        guard let invocation = try peek(source), invocation.status == .completed else { return }
        let completion = completion(of: try result(of: invocation))
        guard try deliverToAttached(completion, of: source) else { return addOutbox(item.effect) }
        if !invocation.head.isKept, try load(source) { remove(source) }
    }
}
