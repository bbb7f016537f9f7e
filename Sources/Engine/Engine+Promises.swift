import DurableModel
import ServiceProtocol

/// Durable promises: values that the handlers of one workflow key complete once and wait for any number of times. They live
/// as long as the run of the key is kept, and go with it.
extension Engine {
    mutating func getPromise(
        _ name: String,
        _ completionID: UInt32,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard let promise = try store(frame, about: name, of: number) else { return false }
        if let result = try result(of: promise) {
            try notify(number, .getPromiseCompletion, .completion(completionID), result)
        } else {
            let waiter = PromiseWaiter(promise: promise, waiter: number, completionID: completionID)
            writes.addedPromiseWaiters.insert(waiter)
            promiseWaiters[promise, default: []].append(waiter)
            if writes.promises[promise] == nil { writes.promises[promise] = .some(nil) }
        }
        return true
    }

    mutating func peekPromise(
        _ name: String,
        _ completionID: UInt32,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard let promise = try store(frame, about: name, of: number) else { return false }
        try notify(number, .peekPromiseCompletion, .completion(completionID), try result(of: promise) ?? .void)
        return true
    }

    mutating func completePromise(
        _ name: String,
        _ result: CompletionResult,
        _ completionID: UInt32,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard let promise = try store(frame, about: name, of: number) else { return false }
        guard try self.result(of: promise) == nil else {
            let failure = Failure(code: 409, message: "promise was already completed")
            try notify(number, .completePromiseCompletion, .completion(completionID), .failure(failure))
            return true
        }
        writes.promises[promise] = result
        try notify(number, .completePromiseCompletion, .completion(completionID), .void)
        if try !tellWaiters(of: promise, result) { addOutbox(.deliverPromise(promise)) }
        return true
    }

    // MARK: What a promise is

    /// Stores a command about a promise and says which one that is; `nil` once the attempt has failed, since only workflows
    /// have any.
    private mutating func store(
        _ frame: MessageFrame,
        about name: String,
        of number: InvocationNumber
    ) throws(StorageError) -> PromiseName? {
        guard let head = writes.invocations[number]?.invocation.head else { return nil }
        guard head.serviceType == .workflow, let key = head.stateKey else {
            try failAttempt(of: number, .promiseOutsideWorkflow(head.target))
            return nil
        }
        append(frame, to: number)
        return PromiseName(key: key, name: name)
    }

    /// What the promise was completed with; `nil` while it is not.
    private func result(of promise: PromiseName) throws(StorageError) -> CompletionResult? {
        if let written = writes.promises[promise] { return written }
        if writes.clearedPromises.contains(promise.key) { return nil }
        return try storage.promise(promise)
    }

    // MARK: Who waits

    /// Tells some of those who wait for a completed promise; true if that was all.
    private mutating func tellWaiters(
        of promise: PromiseName,
        _ result: CompletionResult
    ) throws(StorageError) -> Bool {
        let limit = memory.inlineEffectsMax
        let stored = try storage.promiseWaiters(of: promise, limit: limit + 1 + writes.removedPromiseWaiters.count)
        let waiting =
            stored.filter { !writes.removedPromiseWaiters.contains($0) } + (promiseWaiters[promise] ?? [])
        for waiter in waiting.prefix(limit) { try tell(waiter, result) }
        return waiting.count <= limit
    }

    private mutating func tell(_ waiter: PromiseWaiter, _ result: CompletionResult) throws(StorageError) {
        if writes.addedPromiseWaiters.remove(waiter) == nil {
            writes.removedPromiseWaiters.insert(waiter)
        } else {
            promiseWaiters[waiter.promise]?.removeAll { $0 == waiter }
        }
        try notify(waiter.waiter, .getPromiseCompletion, .completion(waiter.completionID), result)
    }

    /// Tells more of those who wait for a promise, if it is still there.
    mutating func deliver(_ promise: PromiseName) throws(StorageError) {
        guard let result = try result(of: promise) else { return }
        if try !tellWaiters(of: promise, result) { addOutbox(.deliverPromise(promise)) }
    }

    /// Ends the waiting for all promises of a key, which are about to go: those that are not completed never will be. At
    /// most as many are told as are left of `tells`; true if that was all.
    mutating func settlePromises(of key: ServiceKey, tells: inout Int) throws(StorageError) -> Bool {
        let removed = writes.removedPromiseWaiters.count
        let stored = try storage.promiseWaiters(ofKey: key, limit: tells.addingSaturating(1 + removed))
        let added = promiseWaiters.filter { $0.key.key == key }.values.joined()
            .sorted { ($0.waiter, $0.completionID) < ($1.waiter, $1.completionID) }
        let waiting = stored.filter { !writes.removedPromiseWaiters.contains($0) } + added
        let told = waiting.prefix(tells)
        for waiter in told {
            try tell(waiter, try result(of: waiter.promise) ?? .failure(Failure(code: 410, message: "gone")))
        }
        tells -= told.count
        return told.count == waiting.count
    }

    /// Removes the promises of a key that nobody waits for any more.
    mutating func clearPromises(of key: ServiceKey) {
        writes.clearedPromises.insert(key)
        for promise in writes.promises.keys where promise.key == key { writes.promises[promise] = nil }
    }
}

extension Int {
    /// The sum, or the greatest number if there is none.
    fileprivate func addingSaturating(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
