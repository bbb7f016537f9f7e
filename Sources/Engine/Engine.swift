import DurableModel
import Registry
import ServiceProtocol

/// Invocations with an attempt under way and the counts of unfinished work: too large to copy each turn, and so shared.
///
/// Owned by the partition. The engine only reads it; `EngineMemory.apply` alone changes it, after a commit.
package final class WorkTable {
    package fileprivate(set) var running: [InvocationNumber: RunningInvocation] = [:]
    package fileprivate(set) var numberOfAttempt: [AttemptID: InvocationNumber] = [:]
    /// Keys whose exclusive handler has an attempt under way, with its invocation.
    package fileprivate(set) var busyKeys: [ServiceKey: InvocationNumber] = [:]
    /// Unfinished invocations by deployment, handler and status; the same as in the store.
    package fileprivate(set) var counts: [CountKey: Int]
    /// How many of these wait for keys.
    package fileprivate(set) var inboxed: Int

    package init(counts: [CountKey: Int]) {
        self.counts = counts
        inboxed = counts.inboxed
    }
}

/// What the engine knows from one turn to the next: the committed truth about work that is under way.
package struct EngineMemory {
    package var catalog: Catalog
    package var settings: Settings
    package let work: WorkTable
    package var marks: PersistedMarks
    package var nextInvocationNumber: Int64
    package var nextInboxSequence: Int64
    package var nextOutboxSequence: Int64
    package var nextAttempt: UInt64 = 1
    package var entropy: Entropy
    /// How many effects on other invocations one command may have before the rest goes to the outbox.
    package var inlineEffectsMax = 100

    package init(catalog: Catalog, settings: Settings, counts: [CountKey: Int], marks: PersistedMarks, seed: UInt64) {
        self.catalog = catalog
        self.settings = settings
        work = WorkTable(counts: counts)
        self.marks = marks
        nextInvocationNumber = marks.invocationNumberReserved + 1
        nextInboxSequence = marks.inboxSequenceReserved + 1
        nextOutboxSequence = marks.outboxSequenceReserved + 1
        entropy = Entropy(seed: seed)
    }
}

/// One turn of the invocation state machine: commands go in, writes and actions come out.
///
/// Invariants:
/// - Nothing outside of the value changes: a turn that is not committed has not happened.
/// - An invocation holds its key's lock from ready to completed; per key at most one does, and the next in the inbox
///   gets it in the very turn that frees it.
/// - A pin is written in the turn that starts the first attempt, and only an operator's act changes it.
/// - Whoever waits for an invocation is told in the turn that ends it, or by a durable row.
/// - Each change of status moves one count.
package struct Engine {
    /// How many kills the outbox may add to a turn: each reads a journal and ends an attempt, and a turn must stay short.
    package static let outboxKillsMax = 128
    /// Numbers are reserved on disk in blocks of this many, so that most turns do not write the mark.
    static let reservationBlock: Int64 = 4096

    let storage: any EngineStorage
    /// The time of the turn.
    package let now: Timestamp
    package internal(set) var memory: EngineMemory
    package internal(set) var writes = WriteSet()
    package internal(set) var actions: [Action] = []
    /// Attempts begun, changed or (as `nil`) ended by this turn.
    package internal(set) var attempts: [InvocationNumber: Attempt?] = [:]
    /// The number of the first attempt that this turn can begin.
    let firstAttempt: UInt64
    /// Invocations that became ready, in order.
    package internal(set) var becameReady: [InvocationNumber] = []
    /// Attempts begun by this turn, in order.
    package internal(set) var started: [InvocationNumber] = []
    /// New invocations of this turn whose id is a hash of their target.
    var derivedIDs: [InvocationID: InvocationNumber] = [:]
    /// How many invocations this turn killed for the outbox.
    var outboxKills = 0
    /// Those of `writes.addedAttachments` by the invocation waited for, so that an end does not look at all of them.
    var attached: [InvocationNumber: [Attachment]] = [:]
    /// Those of `writes.addedPromiseWaiters` by promise, in order.
    var promiseWaiters: [PromiseName: [PromiseWaiter]] = [:]
    /// Those of `writes.addedInbox` by key, in order.
    var queued: [ServiceKey: [InboxEntry]] = [:]
    /// How many the stored inbox of a key held when this turn asked.
    var inboxLengths: [ServiceKey: Int] = [:]
    /// Up to here, the stored inbox of a key is used up by this turn.
    var inboxUsedUp: [ServiceKey: Int64] = [:]
    /// The command that is being decided on: a failure that it brings names it.
    var commandInHand: CommandPlace?
    /// Requests that now wait for the result of an invocation.
    package internal(set) var waits: [(number: InvocationNumber, request: RequestID)] = []
    /// Invocations that ended, with what those who wait for them get.
    package internal(set) var endings: [(head: InvocationHead, result: InvocationResult)] = []
    /// Commands that have only begun, since they are more than a turn may do: the next one goes on with them.
    package internal(set) var unfinished: [EngineCommand] = []
    /// Requests whose waiter has gone.
    package internal(set) var forgotten: [RequestID] = []

    package init(memory: EngineMemory, storage: any EngineStorage, now: Timestamp) {
        self.memory = memory
        self.storage = storage
        self.now = now
        firstAttempt = memory.nextAttempt
    }

    /// Makes room for what so many commands usually lead to: growing step by step copies large values each time.
    package mutating func reserve(commands: Int) {
        actions.reserveCapacity(commands)
        endings.reserveCapacity(commands)
        writes.invocations.reserveCapacity(commands)
    }

    /// Decides on one command.
    package mutating func apply(_ command: EngineCommand) throws(StorageError) {
        switch command {
        case .invoke(let request, let id): try invoke(request, for: id)
        case .attach(let id, let request): try attach(to: id, for: request)
        case .fetchOutput(let id, let request): try fetchOutput(of: id, for: request)
        case .completeAwakeable(let id, let result, let request):
            try completeAwakeable(id, result, for: request)
        case .forget(let request): forgotten.append(request)
        case .attempt(let attempt, let event): try attemptReported(event, by: attempt)
        case .opened(let order): try opened(order)
        case .operate(let operation, let id, let actor, let request):
            try operate(operation, on: id, by: actor, for: request)
        case .operateBulk(let step, let actor, let request): try operate(step, by: actor, for: request)
        case .patchState(let patch, let actor, let request): try patchState(patch, by: actor, for: request)
        case .register(let registration, let request): register(registration, for: request)
        case .removeDeployment(let id, let force, let actor, let request):
            removeDeployment(id, force: force, actor: actor, for: request)
        case .catalog(let change, let actor, let request): apply(change, by: actor, for: request)
        }
    }

    /// How many attempts are under way at this point of the turn.
    package var attemptCount: Int {
        var count = memory.work.running.count
        for (number, attempt) in attempts {
            let wasRunning = memory.work.running[number] != nil
            if attempt == nil, wasRunning { count -= 1 }
            if attempt != nil, !wasRunning { count += 1 }
        }
        return count
    }

    /// Writes the time down when something is written anyway and the last note is a second old.
    package mutating func noteClock() {
        guard !writes.isEmpty, now.since(memory.marks.clock) > .seconds(1) else { return }
        memory.marks.clock = now
        writes.marks = memory.marks
    }

    mutating func answer(_ request: RequestID?, _ answer: Answer) {
        if let request { actions.append(.answer(request, answer)) }
    }
}

extension EngineMemory {
    /// Takes over what `turn` changed; called after its commit.
    package mutating func apply(_ turn: borrowing Engine) {
        self = turn.memory
        for (number, attempt) in turn.attempts {
            if let old = work.running[number] { work.numberOfAttempt[old.attempt.id] = nil }
            guard let attempt, let write = turn.writes.invocations[number] else {
                if let key = work.running.removeValue(forKey: number)?.invocation.head.lockedKey,
                    work.busyKeys[key] == number
                {
                    work.busyKeys[key] = nil
                }
                continue
            }
            if let key = write.invocation.head.lockedKey { work.busyKeys[key] = number }
            work.running[number] = RunningInvocation(invocation: write.invocation, attempt: attempt)
            work.numberOfAttempt[attempt.id] = number
        }
        for (number, write) in turn.writes.invocations where turn.attempts[number] == nil {
            work.running[number]?.invocation = write.invocation
        }
        work.inboxed += turn.writes.counts.inboxed
        for (key, difference) in turn.writes.counts {
            let count = work.counts[key, default: 0] + difference
            work.counts[key] = count == 0 ? nil : count
        }
    }
}

extension [CountKey: Int] {
    /// The sum of those that wait for keys.
    var inboxed: Int {
        reduce(0) { sum, entry in entry.key.status == .inboxed ? sum + entry.value : sum }
    }
}
