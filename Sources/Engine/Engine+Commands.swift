import DurableModel
import Registry
import ServiceProtocol

/// What a handler's commands do (service-protocol.md, section 7). Each function stores the command and its effect, or ends
/// the attempt and stores nothing of it; it says whether the attempt goes on.
extension Engine {
    mutating func perform(
        _ command: Command,
        frame: MessageFrame,
        of number: InvocationNumber
    ) throws(StorageError) -> Bool {
        guard let head = writes.invocations[number]?.invocation.head else { return false }
        switch command.operation {
        case .input:
            return try fail(number, .violation("the service sent an Input command, which only the server writes"))
        case .output:
            try storeOutput(frame.payload, of: number)
        case .run:
            append(frame, to: number)
        case .getEagerState, .getEagerStateKeys:
            guard head.stateKey != nil else { return try fail(number, .stateWithoutKey(head.target)) }
            append(frame, to: number)
        case .getLazyState(let name, let completionID):
            guard let key = head.stateKey else { return try fail(number, .stateWithoutKey(head.target)) }
            append(frame, to: number)
            let value = try state(of: key, named: name)
            try notify(number, .getLazyStateCompletion, .completion(completionID), value.map { .value($0) } ?? .void)
        case .getLazyStateKeys(let completionID):
            guard let key = head.stateKey else { return try fail(number, .stateWithoutKey(head.target)) }
            append(frame, to: number)
            try notify(
                number,
                .getLazyStateKeysCompletion,
                .completion(completionID),
                .stateKeys(try stateNames(of: key))
            )
        case .setState(let name, let value):
            return try changeState(of: number, frame) { $0.values[name] = .some(value) }
        case .clearState(let name):
            return try changeState(of: number, frame) { $0.values[name] = .some(nil) }
        case .clearAllState:
            return try changeState(of: number, frame) {
                $0.clearsAll = true
                $0.values = [:]
            }
        case .sleep(let wakeUp, let completionID):
            append(frame, to: number)
            try sleep(number, until: Timestamp(milliseconds: Int64(clamping: wakeUp)), completionID: completionID)
        case .call(let call):
            return try performCall(call, frame: frame, of: number)
        case .oneWayCall(let call):
            return try performOneWayCall(call, frame: frame, of: number)
        case .sendSignal(let target, let id, let result):
            return try sendSignal(to: target, id, result, frame: frame, of: number)
        case .completeAwakeable(let id, let result):
            return try completeAwakeable(id, result, frame: frame, of: number)
        case .getPromise(let name, let completionID):
            return try getPromise(name, completionID, frame: frame, of: number)
        case .peekPromise(let name, let completionID):
            return try peekPromise(name, completionID, frame: frame, of: number)
        case .completePromise(let name, let result, let completionID):
            return try completePromise(name, result, completionID, frame: frame, of: number)
        case .attachInvocation(let reference, let completionID):
            return try attach(to: reference, completionID, frame: frame, of: number)
        case .getInvocationOutput(let reference, let completionID):
            return try getOutput(of: reference, completionID, frame: frame, of: number)
        }
        return true
    }

    /// Ends the attempt with a failure; false, so that a caller can return it.
    mutating func fail(_ number: InvocationNumber, _ failure: AttemptFailure) throws(StorageError) -> Bool {
        try failAttempt(of: number, failure)
        return false
    }

    // MARK: Journal

    /// Appends a command as it came off the wire.
    mutating func append(_ frame: MessageFrame, to number: InvocationNumber) {
        appendRow(type: frame.type, payload: frame.payload, to: number, isCommand: true)
        modify(number) { $0.attempt.retriesSinceLastEntry = 0 }
    }

    mutating func appendRow(type: UInt16, payload: [UInt8], to number: InvocationNumber, isCommand: Bool) {
        guard let index = writes.invocations[number]?.invocation.journalLength else { return }
        writes.journal[number, default: []].append(
            JournalRow(index: index, type: type, payload: payload, appendedAt: now)
        )
        grow(number, by: payload.count, isCommand: isCommand)
    }

    private mutating func grow(_ number: InvocationNumber, by bytes: Int, isCommand: Bool) {
        let now = now
        modify(number) {
            $0.journalLength += 1
            $0.commandCount += isCommand ? 1 : 0
            $0.journalBytes += bytes
            $0.lastEntryAt = now
            $0.modifiedAt = now
        }
    }

    /// The last Output command is the result; it lies in the invocation's row, an earlier one in the journal.
    private mutating func storeOutput(_ payload: [UInt8], of number: InvocationNumber) throws(StorageError) {
        guard let write = writes.invocations[number] else { return }
        if let earlier = write.invocation.outputIndex {
            let stored: [UInt8]?
            if let written = write.output { stored = written } else { stored = try storage.output(of: number) }
            writes.journal[number, default: []].append(
                JournalRow(
                    index: earlier,
                    type: MessageType.outputCommand.rawValue,
                    payload: stored ?? [],
                    appendedAt: now
                )
            )
        }
        guard let position = writes.invocations.index(forKey: number) else { return }
        writes.invocations.values[position].output = payload
        modify(number) {
            $0.outputIndex = $0.journalLength
            $0.attempt.retriesSinceLastEntry = 0
        }
        grow(number, by: payload.count, isCommand: true)
    }

    // MARK: State

    private mutating func changeState(
        of number: InvocationNumber,
        _ frame: MessageFrame,
        _ change: (inout WriteSet.StateWrite) -> Void
    ) throws(StorageError) -> Bool {
        guard let head = writes.invocations[number]?.invocation.head else { return false }
        guard let key = head.stateKey, head.handlerType == .exclusive || head.handlerType == .workflowRun else {
            return try fail(number, .stateNotWritable(head.target))
        }
        append(frame, to: number)
        change(&writes.state[key, default: WriteSet.StateWrite()])
        return true
    }

    func state(of key: ServiceKey, named name: [UInt8]) throws(StorageError) -> [UInt8]? {
        if let write = writes.state[key] {
            if let value = write.values[name] { return value }
            if write.clearsAll { return nil }
        }
        return try storage.state(of: key, named: name)
    }

    func stateNames(of key: ServiceKey) throws(StorageError) -> [[UInt8]] {
        let stored = try storage.stateNames(of: key)
        guard let write = writes.state[key] else { return stored }
        var names = Set(write.clearsAll ? [] : stored)
        for (name, value) in write.values {
            if value == nil { names.remove(name) } else { names.insert(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: Run and sleep

    mutating func recordRun(
        _ completionID: UInt32,
        _ result: CompletionResult,
        acknowledges: Bool,
        of number: InvocationNumber,
        by attempt: Attempt
    ) throws(StorageError) -> Bool {
        let notification = Notification(type: .runCompletion, id: .completion(completionID), result: result)
        let frame = notification.frame()
        appendRow(type: frame.type, payload: frame.payload, to: number, isCommand: false)
        guard attempt.stream == .inputOpen else { return true }
        let isAcknowledged = acknowledges && attempt.protocolVersion >= 7
        send(isAcknowledged ? ackFrame(completionID: completionID) : frame, to: attempt)
        return true
    }

    /// Sends a message on the open input of the attempt of a loaded invocation. One that begins in this turn has it in its
    /// journal, which is read after the commit.
    mutating func send(_ frame: MessageFrame, to attempt: Attempt) {
        guard attempt.id.rawValue < firstAttempt else { return }
        var active = self.attempt(of: attempt.invocation) ?? attempt
        active.sent(at: now)
        attempts[attempt.invocation] = active
        var bytes: [UInt8] = []
        frame.encode(into: &bytes)
        actions.append(.send(attempt.id, bytes))
    }

    private mutating func sleep(
        _ number: InvocationNumber,
        until wakeUp: Timestamp,
        completionID: UInt32
    ) throws(StorageError) {
        if wakeUp <= now {
            try notify(number, .sleepCompletion, .completion(completionID), .void)
        } else {
            let timer = InvocationTimer(due: wakeUp, invocation: number, kind: .sleep, completionID: completionID)
            if try !isStored(timer) { arm(timer) }
        }
    }

    /// Whether a sleep was said before: nothing stops a service from saying one again, with the same number.
    private func isStored(_ timer: InvocationTimer) throws(StorageError) -> Bool {
        guard writes.invocations[timer.invocation]?.invocation.pendingTimers ?? 0 > 0,
            !writes.removedTimers.contains(timer)
        else { return false }
        var before = timer
        before.completionID -= 1
        return try storage.timers(after: before, limit: 1).first == timer
    }
}
