import DurableModel
import ServiceProtocol

/// Notifications: appended to the journal, then told to whoever runs or waits for them.
extension Engine {
    /// Appends a notification; false if the invocation is gone or over, and nobody needs it any more.
    @discardableResult
    mutating func notify(
        _ number: InvocationNumber,
        _ type: MessageType,
        _ id: NotificationID,
        _ result: CompletionResult
    ) throws(StorageError) -> Bool {
        guard try load(number), let invocation = writes.invocations[number]?.invocation,
            invocation.status != .completed
        else { return false }
        let frame = Notification(type: type, id: id, result: result).frame()
        appendRow(type: frame.type, payload: frame.payload, to: number, isCommand: false)
        switch invocation.status {
        case .running:
            if let attempt = attempt(of: number), attempt.stream == .inputOpen { send(frame, to: attempt) }
        case .suspended:
            guard let awaiting = invocation.awaiting, awaiting.allLeaves.contains(id) else { break }
            let outcome: LeafOutcome = result.isFailure ? .failed : .succeeded
            // Most awaits end with their first notification: the journal is read for the others only.
            let isEnough = awaiting.evaluate { $0 == id ? outcome : .pending } != .pending
            if isEnough {
                wake(number)
            } else if try isDone(awaiting, for: number) {
                wake(number)
            }
        case .scheduled, .inboxed, .ready, .backingOff, .paused, .completed:
            break
        }
        return true
    }

    /// Lets a suspended invocation go on; its attempts are counted anew.
    mutating func wake(_ number: InvocationNumber) {
        modify(number) { $0.attempt.retryCount = 0 }
        makeReady(number)
    }

    /// Whether what an invocation waits for has come, after the notifications in its journal.
    func isDone(_ awaiting: Awaiting, for number: InvocationNumber) throws(StorageError) -> Bool {
        guard let invocation = try peek(number) else { return false }
        let outcomes = try JournalIndex(rows: journal(of: invocation)).outcomes
        return awaiting.evaluate { outcomes[$0] ?? .pending } != .pending
    }

    // MARK: Suspension

    /// The service stops here until something of `awaiting` has come; it may have come meanwhile.
    mutating func suspend(_ number: InvocationNumber, awaiting: Awaiting) throws(StorageError) {
        guard let invocation = writes.invocations[number]?.invocation else { return }
        if awaiting.allLeaves.isEmpty { return try failAttempt(of: number, .violation("a suspension on nothing")) }
        let index = try JournalIndex(rows: journal(of: invocation))
        if let unknown = awaiting.allLeaves.first(where: { index.isUnknown($0) }) {
            return try failAttempt(
                of: number,
                .violation("a suspension on \(unknown), which no command of this invocation made")
            )
        }
        if invocation.pauseRequested {
            endAttempt(of: number) { .finish($0) }
            return pause(number, because: nil)
        }
        // A run that was never proposed cannot complete while nobody runs it: another attempt is the only way on.
        let waitsForItself = awaiting.allLeaves.contains { index.isOpenRun($0) }
        let outcome = awaiting.evaluate { index.outcomes[$0] ?? .pending }
        if waitsForItself || outcome != .pending {
            guard attemptHasProgressed(of: number) else { return try failAttempt(of: number, .suspendedInVain) }
            endAttempt(of: number) { .finish($0) }
            return wake(number)
        }
        endAttempt(of: number) { .finish($0) }
        setStatus(number, .suspended)
        modify(number) {
            $0.awaiting = awaiting
            $0.attempt.retryCount = 0
        }
    }
}

/// What a journal says of completions: which were made by commands, and which have come, with what outcome.
struct JournalIndex {
    private var made: [UInt32: MessageType] = [:]
    private(set) var outcomes: [NotificationID: LeafOutcome] = [:]

    /// Reads the rows of a journal, the input not among them.
    init(rows: [JournalRow]) throws(StorageError) {
        for row in rows {
            let type = MessageType(rawValue: row.type)
            if type.isNotification {
                guard let notification = try? Notification.decode(row.frame) else {
                    throw .refused("journal row \(row.index) of type \(type.wireName) does not decode")
                }
                outcomes[notification.id] = notification.result.isFailure ? .failed : .succeeded
            } else {
                guard let command = try? Command.decode(row.frame) else {
                    throw .refused("journal row \(row.index) of type \(type.wireName) does not decode")
                }
                for (id, type) in command.completionIDs { made[id] = type }
            }
        }
    }

    /// Whether it is a completion that no command made. Signals come from outside, and any may be waited for.
    func isUnknown(_ id: NotificationID) -> Bool {
        guard case .completion(let number) = id else { return false }
        return made[number] == nil
    }

    /// Whether it is the completion of a run that was never proposed.
    func isOpenRun(_ id: NotificationID) -> Bool {
        guard case .completion(let number) = id else { return false }
        return made[number] == .runCompletion && outcomes[id] == nil
    }
}
