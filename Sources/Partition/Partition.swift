import DurableModel
import Engine
import Registry

/// The core as a value: commands gather, a turn takes them on, decides, commits, and gives back what is to be done.
///
/// Time, chance and storage come in; nothing here knows a clock, a socket or a thread, so that the daemon and the
/// simulation run the very same turns (docs/architecture.md, "The turn").
package struct Partition: ~Copyable {
    let storage: any EngineStorage
    let limits: TurnLimits
    var memory: EngineMemory
    var queue = CommandQueue()
    /// How many of the queue came since the last turn and need none of their own.
    var patientCount = 0
    var ready: ReadyQueue
    var timers: TimerWindow
    var deadlines = Heap<AttemptDeadline>()
    var waiters = Waiters()
    /// Whether the store may have items in its outbox. True at the start: only looking tells.
    var outboxHasMore = true
    /// When all attempts may be looked at again for places.
    var nextYield = Timestamp(milliseconds: .min)
    /// Attempts that have declared to wait since then, while places are short.
    var declaredWaits: [AttemptID] = []
    /// Attempts that were asked for their places and have not ended yet.
    var yielding: Set<AttemptID> = []
    var openings = LargeOpenings()
    var staging = StagingTable()
    var retention: RetentionSchedule
    /// The time of the last turn: no later one lies before it.
    var clock: Timestamp
    /// False once a stop has begun.
    var startsAttempts = true
    /// The wall clock of the last turn.
    var lastWallClock: Timestamp?
    var room = DiskRoom()
    /// While nothing is tried.
    var stall: Stall?
    /// What the store refused and is tried again, and when.
    var postponed = TurnBatch(startsMax: 0)
    var postponedUntil = Timestamp.never
    /// Attempts of which something was refused, and whose failure was refused too.
    var unheard: Set<AttemptID> = []
    /// What a turn took that finds no room on the disk, in order; empty between turns.
    var held = TurnBatch(startsMax: 0)

    /// Recovers what a store holds: the runnable work by number, everything else stays where it is.
    package init(
        storage: any EngineStorage,
        catalog: Catalog,
        settings: Settings,
        seed: UInt64,
        now: Timestamp,
        limits: TurnLimits = TurnLimits()
    ) throws(StorageError) {
        var memory = EngineMemory(
            catalog: catalog,
            settings: settings,
            counts: try storage.counts(),
            marks: try storage.marks(),
            seed: seed
        )
        memory.inlineEffectsMax = limits.inlineEffects
        self.init(storage: storage, memory: memory, ready: try Self.runnable(in: storage), now: now, limits: limits)
    }

    private init(
        storage: any EngineStorage,
        memory: EngineMemory,
        ready: ReadyQueue,
        now: Timestamp,
        limits: TurnLimits
    ) {
        self.storage = storage
        self.memory = memory
        self.ready = ready
        self.limits = limits
        timers = TimerWindow(limit: limits.timerWindow)
        clock = max(memory.marks.clock, now)
        retention = RetentionSchedule(limits: limits)
        _ = retention.noteTime(clock, after: memory.marks.clock)
    }

    private static func runnable(in storage: any EngineStorage) throws(StorageError) -> ReadyQueue {
        var ready = ReadyQueue()
        var last = InvocationNumber(rawValue: .min)
        while true {
            let page = try storage.runnable(after: last, limit: 4096)
            ready.append(contentsOf: page)
            guard page.count == 4096, let end = page.last else { return ready }
            last = end
        }
    }

    /// The deployments and services as committed.
    package var catalog: Catalog { memory.catalog }
    package var settings: Settings { memory.settings }

    /// Takes up changed settings; attempts under way keep what they began with.
    package mutating func reload(_ settings: Settings) { memory.settings = settings }

    /// Whether nothing new is accepted because the disk is full, but for the reserve.
    package var isStorageFull: Bool { room.isShort || stall?.isFull ?? false }

    /// How many attempts are under way.
    package var attemptCount: Int { memory.work.running.count }

    /// Unfinished invocations by deployment, handler and status, as committed.
    package var counts: [CountKey: Int] { memory.work.counts }

    /// Whether a turn would find something to do without waiting.
    package func hasWork(at now: Timestamp) -> Bool {
        // A turn takes note of a clock that was set back: from then on time goes on.
        if let lastWallClock, now < lastWallClock { return true }
        let queueWantsTurn = queueWantsTurn(at: now)
        let now = time(at: now)
        if let stall, stall.until > now { return false }
        return queueWantsTurn || postponedUntil <= now || outboxHasMore || retention.hasBacklog
            || retention.nextCheck <= now
            || (!ready.isEmpty && startsAttempts && attemptCount < memory.settings.attemptsMax)
            || nextDue.map { $0 <= now } ?? false || openings.hasNext(bytesMax: limits.openingBytes, at: now)
            || staging.hasWork(at: now) || (asksForPlaces && !declaredWaits.isEmpty)
    }

    /// When a turn is to be taken even if nothing arrives: at the next timer, and at least every second, since the wall
    /// clock may be set.
    package func nextTurn(after now: Timestamp) -> Timestamp {
        let second = now.adding(.seconds(1))
        if let stall { return min(second, stall.until) }
        let company = queue.isEmpty ? second : now.adding(limits.patience)
        return min(company, min(retention.nextCheck, nextDue ?? second))
    }

    private var nextDue: Timestamp? {
        [timers.nextDue, deadlines.first?.due, asksForPlaces ? nextYield : nil].compactMap { $0 }.min()
    }
}

/// Why no turn is taken for a while.
struct Stall {
    var until: Timestamp
    /// Whether the disk is full; otherwise what is due cannot be read.
    var isFull: Bool
}

/// When an attempt has to be looked at.
struct AttemptDeadline: Comparable {
    var due: Timestamp
    var attempt: AttemptID

    static func < (left: Self, right: Self) -> Bool {
        (left.due, left.attempt.rawValue) < (right.due, right.attempt.rawValue)
    }
}

/// Requests that wait for the result of an invocation, both ways.
struct Waiters {
    private(set) var byNumber: [InvocationNumber: [RequestID]] = [:]
    private var numberOf: [RequestID: InvocationNumber] = [:]

    mutating func add(_ request: RequestID, to number: InvocationNumber) {
        byNumber[number, default: []].append(request)
        numberOf[request] = number
    }

    mutating func forget(_ request: RequestID) {
        guard let number = numberOf.removeValue(forKey: request) else { return }
        byNumber[number]?.removeAll { $0 == request }
        if byNumber[number]?.isEmpty ?? false { byNumber[number] = nil }
    }

    mutating func take(_ number: InvocationNumber) -> [RequestID] {
        let requests = byNumber.removeValue(forKey: number) ?? []
        for request in requests { numberOf[request] = nil }
        return requests
    }
}

/// When expired rows are looked for, and when the clock is not trusted enough to delete.
struct RetentionSchedule {
    private let check: Interval
    private let jump: Interval
    private let hold: Interval
    private(set) var nextCheck = Timestamp(milliseconds: .min)
    private var heldUntil: Timestamp?
    /// Whether the last look found as many as a turn may remove, or more than it could.
    private(set) var hasBacklog = false

    init(limits: TurnLimits) {
        check = limits.retentionCheck
        jump = limits.clockJump
        hold = limits.retentionHold
    }

    /// Notes the time of a turn; a jump forward, which it gives back, holds deletion back.
    mutating func noteTime(_ now: Timestamp, after last: Timestamp) -> Interval? {
        guard last.milliseconds > 0, now.since(last) > jump else { return nil }
        heldUntil = now.adding(hold)
        hasBacklog = false
        return now.since(last)
    }

    func isDue(at now: Timestamp) -> Bool {
        if let heldUntil, heldUntil > now { return false }
        return hasBacklog || nextCheck <= now
    }

    mutating func looked(at now: Timestamp, found: Int, limit: Int) {
        hasBacklog = found == limit
        nextCheck = now.adding(check)
    }

    /// Of what was found, some is left for the next turn.
    mutating func noteBacklog() { hasBacklog = true }

    /// Nothing may be deleted now: looks again later.
    mutating func postpone(at now: Timestamp) {
        hasBacklog = false
        nextCheck = now.adding(check)
    }
}
