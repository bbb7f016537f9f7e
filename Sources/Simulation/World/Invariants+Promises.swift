import DurableModel
import Engine
import ServiceProtocol

/// What must hold of promises and signals between two turns.
extension MemoryRows {
    /// An awakeable is completed once.
    func checkSignals(of invocation: Invocation, _ found: inout [String]) {
        var awakeables: Set<UInt32> = []
        for case .signal(let index) in signals(of: invocation.number).map(\.id) where index >= AwakeableID.indexMin {
            if !awakeables.insert(index).inserted {
                found.append("\(invocation.nameInWorld) has an awakeable completed twice")
            }
        }
    }

    /// The signals that came to an invocation, in their order.
    func signals(of number: InvocationNumber) -> [Notification] {
        (journal[number] ?? []).compactMap { row in
            row.type == MessageType.signalNotification.rawValue ? try? Notification.decode(row.frame) : nil
        }
    }

    /// Whoever asked for a promise has its value, the one that all others have, or stands among those who wait for it.
    func checkPromises(of invocation: Invocation, _ found: inout [String]) {
        guard invocation.head.serviceType == .workflow, let key = invocation.head.stateKey else { return }
        var asked: [UInt32: String] = [:]
        for row in journal[invocation.number] ?? [] {
            switch MessageType(rawValue: row.type) {
            case .getPromiseCommand, .peekPromiseCommand:
                switch (try? Command.decode(row.frame))?.operation {
                case .getPromise(let name, let id), .peekPromise(let name, let id): asked[id] = name
                default: continue
                }
            case .getPromiseCompletion, .peekPromiseCompletion:
                guard let notification = try? Notification.decode(row.frame),
                    case .completion(let id) = notification.id, let name = asked.removeValue(forKey: id),
                    notification.result != .void, !Self.isGone(notification.result), !forgottenKeys.contains(key)
                else { continue }
                if promises[PromiseName(key: key, name: name)] != notification.result {
                    found.append("\(invocation.nameInWorld) was told another value of the promise \(name) than it has")
                }
            default: continue
            }
        }
        guard invocation.status != .completed else { return }
        for (id, name) in asked {
            let waiter = PromiseWaiter(
                promise: PromiseName(key: key, name: name),
                waiter: invocation.number,
                completionID: id
            )
            if !(promiseWaiters[waiter.promise] ?? []).contains(waiter) {
                found.append("\(invocation.nameInWorld) waits for the promise \(name), which does not know of it")
            }
        }
    }

    /// The promises of a key go over several turns, if many wait for them.
    private static func isGone(_ result: CompletionResult) -> Bool {
        if case .failure(let failure) = result { failure.code == 410 } else { false }
    }

    /// Whoever waits for a promise is there, and so is the promise; of a completed one they are about to be told.
    func checkPromiseRows(_ found: inout [String]) {
        for (promise, waiters) in promiseWaiters {
            for waiter in waiters where invocations[waiter.waiter] == nil {
                found.append("\(waiter) of an invocation that is gone")
            }
            guard let result = promises[promise] else {
                found.append("the promise \(promise.name) is waited for and not there")
                continue
            }
            if result != nil, !outbox.contains(where: { $0.effect == .deliverPromise(promise) }) {
                found.append("the promise \(promise.name) is completed and \(waiters.count) are not told")
            }
        }
    }
}
