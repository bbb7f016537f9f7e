import DurableModel
import Registry
import ServiceProtocol

/// Accepting work: new invocations, and the ones that exist already under the same id.
extension Engine {
    /// What makes an invocation, whoever asks for it.
    struct Creation {
        var target: Target
        var input: [UInt8]
        var idempotencyKey: String?
        var startAt: Timestamp?
        var invoker: Invoker
    }

    mutating func invoke(_ request: InvokeRequest, for waiter: RequestID) throws(StorageError) {
        let target = request.target
        let route: HandlerRoute
        do {
            route = try memory.catalog.resolve(service: target.service, handler: target.handler)
        } catch {
            return answer(waiter, .refused(.routing(error)))
        }
        let derivedID = DerivedID.of(target, route.handler.type, idempotencyKey: request.idempotencyKey)
        if let derivedID, let existing = try find(derived: derivedID) {
            return try joinExisting(existing, waitsForResult: request.waitsForResult, waiter: waiter)
        }
        if request.startAt == nil, let refusal = try fullInbox(of: target, route) {
            return answer(waiter, .refused(refusal))
        }
        let number = try create(
            Creation(
                target: target,
                input: request.input,
                idempotencyKey: request.idempotencyKey,
                startAt: request.startAt,
                invoker: .ingress
            ),
            route: route
        )
        guard let id = writes.invocations[number]?.invocation.head.id else { return }
        if request.waitsForResult {
            waits.append((number, waiter))
        } else {
            answer(waiter, .accepted(id, isNew: true, executionTime: request.startAt))
        }
    }

    /// Turns callers from outside away while too many wait for their key. What handlers call and what was accepted with a
    /// delay is queued in any case: it cannot be told to try again.
    private mutating func fullInbox(of target: Target, _ route: HandlerRoute) throws(StorageError) -> Refusal? {
        guard let lengthMax = memory.settings.inboxLengthMax, route.handler.type == .exclusive, let name = target.key,
            // As long as few wait at all, no inbox needs to be counted.
            memory.work.inboxed + writes.counts.inboxed >= lengthMax
        else { return nil }
        let key = ServiceKey(service: target.service, key: name)
        let stored: Int
        if let known = inboxLengths[key] {
            stored = known
        } else {
            stored = try storage.inboxLength(of: key, atMost: lengthMax)
            inboxLengths[key] = stored
        }
        return stored + (queued[key]?.count ?? 0) >= lengthMax ? .inboxFull(key, lengthMax: lengthMax) : nil
    }

    private mutating func joinExisting(
        _ existing: Invocation,
        waitsForResult: Bool,
        waiter: RequestID
    ) throws(StorageError) {
        if waitsForResult {
            guard existing.head.handlerType == .workflowRun else { return try attach(to: existing, for: waiter) }
            let head = existing.head
            return answer(waiter, .result(head.id, .failure(.alreadyInvoked), of: head.target, expiresAt: nil))
        }
        let executionTime = existing.status == .scheduled ? existing.scheduledStartAt : nil
        answer(waiter, .accepted(existing.head.id, isNew: false, executionTime: executionTime))
    }

    /// Makes a new invocation: scheduled, queued for its key, or ready to run.
    mutating func create(_ creation: Creation, route: HandlerRoute) throws(StorageError) -> InvocationNumber {
        let number = takeInvocationNumber()
        let head = head(of: creation, route: route, number: number)
        if head.handlerType == .workflowRun { try clearExpiredRun(head.id) }
        var invocation = Invocation(head: head, status: .ready, inputBytes: creation.input.count)
        if let startAt = creation.startAt {
            invocation.status = .scheduled
            invocation.scheduledAt = now
            invocation.scheduledStartAt = startAt
        }
        writes.invocations[number] = WriteSet.InvocationWrite(
            invocation: invocation,
            isNew: true,
            input: creation.input
        )
        if head.hasDerivedID { derivedIDs[head.id] = number }
        countNew(invocation)
        if let startAt = creation.startAt {
            arm(InvocationTimer(due: startAt, invocation: number, kind: .start))
        } else {
            try queueOrReady(number)
        }
        return number
    }

    private mutating func head(of creation: Creation, route: HandlerRoute, number: InvocationNumber) -> InvocationHead {
        let options = route.effectiveOptions(memory.settings)
        let isRun = route.handler.type == .workflowRun
        let derivedID = DerivedID.of(creation.target, route.handler.type, idempotencyKey: creation.idempotencyKey)
        let id: InvocationID
        if let derivedID {
            id = derivedID
        } else {
            let partitionKey = creation.target.key.map(InvocationID.partitionKey(ofKey:)) ?? memory.entropy.next()
            id = InvocationID(
                partitionKey: partitionKey,
                createdAt: now,
                number: number,
                entropy: UInt32(truncatingIfNeeded: memory.entropy.next())
            )
        }
        return InvocationHead(
            number: number,
            id: id,
            hasDerivedID: derivedID != nil,
            target: creation.target,
            serviceType: route.serviceType,
            handlerType: route.handler.type,
            // A run is the only one of its key anyhow.
            idempotencyKey: isRun ? nil : creation.idempotencyKey,
            invoker: creation.invoker,
            createdAt: now,
            completionRetention: isRun
                ? options.workflowCompletionRetention
                : derivedID != nil ? options.idempotencyRetention : options.journalRetention,
            journalRetention: options.journalRetention
        )
    }

    /// Gives a loaded invocation its key, or a place in the key's inbox; without a key to hold it is ready at once.
    mutating func queueOrReady(_ number: InvocationNumber) throws(StorageError) {
        guard let invocation = writes.invocations[number]?.invocation else { return }
        guard let key = invocation.head.lockedKey else { return makeReady(number) }
        if try lockHolder(of: key) == nil {
            writes.locks[key] = .some(number)
            return makeReady(number)
        }
        let entry = InboxEntry(key: key, sequence: takeInboxSequence(), invocation: number)
        writes.addedInbox.append(entry)
        queued[key, default: []].append(entry)
        setStatus(number, .inboxed)
        let now = now
        modify(number) {
            $0.inboxedAt = now
            $0.inboxSequence = entry.sequence
        }
    }

    /// Lets a loaded invocation run as soon as there is a place.
    mutating func makeReady(_ number: InvocationNumber) {
        setStatus(number, .ready)
        modify(number) {
            $0.stopWaiting()
            $0.attempt.nextRetryAt = nil
        }
        becameReady.append(number)
    }

    func lockHolder(of key: ServiceKey) throws(StorageError) -> InvocationNumber? {
        if let written = writes.locks[key] { return written }
        return try storage.lockHolder(of: key)
    }

    // MARK: Waiting for results

    mutating func attach(to id: InvocationID, for waiter: RequestID) throws(StorageError) {
        guard let invocation = try find(id) else { return answer(waiter, .refused(.invocationNotFound(id))) }
        try attach(to: invocation, for: waiter)
    }

    private mutating func attach(to invocation: Invocation, for waiter: RequestID) throws(StorageError) {
        guard invocation.status == .completed else { return waits.append((invocation.number, waiter)) }
        answer(
            waiter,
            .result(
                invocation.head.id,
                try result(of: invocation),
                of: invocation.head.target,
                expiresAt: invocation.completedAt?.adding(invocation.head.completionRetention)
            )
        )
    }

    mutating func fetchOutput(of id: InvocationID, for waiter: RequestID) throws(StorageError) {
        guard let invocation = try find(id) else { return answer(waiter, .refused(.invocationNotFound(id))) }
        guard invocation.status == .completed else { return answer(waiter, .refused(.notYetCompleted(id))) }
        try attach(to: invocation, for: waiter)
    }

    /// The stored result of a completed invocation.
    func result(of invocation: Invocation) throws(StorageError) -> InvocationResult {
        if let failure = invocation.completionFailure { return .failure(failure) }
        let payload: [UInt8]?
        if let written = writes.invocations[invocation.number]?.output {
            payload = written
        } else {
            payload = try storage.output(of: invocation.number)
        }
        guard let payload else { return .success([]) }
        guard let result = Self.result(ofOutput: payload) else {
            throw .refused("the output of invocation \(invocation.head.id) does not decode")
        }
        return result
    }

    /// What the payload of an Output command says.
    static func result(ofOutput payload: [UInt8]) -> InvocationResult? {
        let frame = MessageFrame(type: MessageType.outputCommand.rawValue, payload: payload)
        guard let command = try? Command.decode(frame), case .output(let result) = command.operation else { return nil }
        switch result {
        case .value(let bytes): return .success(bytes)
        case .failure(let failure): return .failure(failure)
        case .void, .invocationID, .stateKeys: return nil
        }
    }
}

/// Ids that are hashes of what they stand for (service-protocol.md, section 9): the same call finds the same id.
package enum DerivedID {
    /// The id of a call, if it has one of this kind: runs of workflows do, and what has an idempotency key.
    package static func of(
        _ target: Target,
        _ handlerType: HandlerType,
        idempotencyKey: String?
    ) -> InvocationID? {
        if handlerType == .workflowRun { return workflow(service: target.service, key: target.key ?? "") }
        return idempotencyKey.map { idempotent(target: target, idempotencyKey: $0) }
    }

    /// The id of the call with that idempotency key.
    package static func idempotent(target: Target, idempotencyKey: String) -> InvocationID {
        id(
            partitionKey: InvocationID.partitionKey(ofKey: target.key ?? idempotencyKey),
            parts: ["ik", target.service, target.key, target.handler, idempotencyKey]
        )
    }

    /// The id of a workflow's run for that key.
    package static func workflow(service: String, key: String) -> InvocationID {
        id(partitionKey: InvocationID.partitionKey(ofKey: key), parts: ["wf", service, key])
    }

    /// Each part goes in behind its length, and an absent one as its own mark: no two lists of parts read the same.
    private static func id(partitionKey: UInt64, parts: [String?]) -> InvocationID {
        var hash = SHA256()
        for part in parts {
            guard let part else {
                hash.update([0])
                continue
            }
            hash.update([1])
            hash.update(UInt64(part.utf8.count).bigEndianBytes)
            hash.update(Array(part.utf8))
        }
        let digest = hash.finalized()
        return InvocationID(
            partitionKey: partitionKey,
            high: UInt64(bigEndianBytes: digest.prefix(8)),
            low: UInt64(bigEndianBytes: digest.dropFirst(8).prefix(8))
        )
    }
}

extension Failure {
    /// What every call of a workflow's run gets but the first.
    static let alreadyInvoked = Failure(code: 409, message: "the workflow method was already invoked")
}
