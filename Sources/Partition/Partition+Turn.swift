import DurableModel
import Engine
import ServiceProtocol

/// Why the core cannot go on: what is on disk is known only after a new start.
package struct PartitionFault: Error, Sendable {
    /// What the store said.
    package let text: String
}

extension Partition {
    /// Takes one turn at `wallClock`: what has gathered is decided, committed, and what follows is returned.
    package mutating func turn(at wallClock: Timestamp) throws(PartitionFault) -> [Action] {
        var actions: [Action] = []
        let now = advance(to: wallClock, &actions)
        if let stall {
            guard stall.until <= now else { return actions }
            self.stall = nil
        }
        takePostponed(at: now)
        lookForRoom(at: now, &actions)
        var batch: TurnBatch
        do {
            batch = try gather(at: now)
        } catch {
            return try actions + waitAfterFailedRead(error, at: now)
        }
        if room.isShort { actions += refuseNewWork(&batch) }
        let decided = try run(batch, at: now)
        if stall != nil { putBackHeld() }
        return actions.isEmpty ? decided : actions + decided
    }

    /// Sees whether there is room for new work; what of it is being written ahead is turned away when there is none.
    private mutating func lookForRoom(at now: Timestamp, _ actions: inout [Action]) {
        let note = room.look(storage.space, reusable: storage.reusableBytes, reserve: limits.reserveBytes, at: now)
        if let note { actions.append(.note(note)) }
        if room.isShort { actions += turnAway(.refused(.storageFull)) { $0.isNewWork } }
    }

    /// The time of a turn that is taken at that time of the wall clock: never before that of the last one. When the wall
    /// clock was set back, time goes on from where it was at half its speed until the wall clock has caught up; standing
    /// still, it would hold every timeout for as long as the clock was wrong.
    func time(at wallClock: Timestamp) -> Timestamp {
        let passed = wallClock.since(lastWallClock ?? wallClock)
        return max(wallClock, clock.adding(Interval(milliseconds: passed.milliseconds / 2)))
    }

    private mutating func advance(to wallClock: Timestamp, _ actions: inout [Action]) -> Timestamp {
        let now = time(at: wallClock)
        lastWallClock = wallClock
        if let jump = retention.noteTime(now, after: clock) { actions.append(.note(.clockJumped(jump))) }
        clock = now
        return now
    }

    /// What is due cannot be read: nothing was taken, and it is tried again later.
    private mutating func waitAfterFailedRead(
        _ error: StorageError,
        at now: Timestamp
    ) throws(PartitionFault) -> [Action] {
        switch error {
        case .inputOutput(let text): throw PartitionFault(text: text)
        case .full(let text), .refused(let text):
            outboxHasMore = true
            stall = Stall(until: now.adding(.seconds(1)), isFull: false)
            return [.note(.commandRefused(text))]
        }
    }

    mutating func run(_ batch: TurnBatch, at now: Timestamp) throws(PartitionFault) -> [Action] {
        do {
            let prepared = try prepare(batch, at: now)
            return finish(try prepared.commit(to: storage), at: now)
        } catch {
            return try recover(from: error, batch: batch, at: now)
        }
    }

    // MARK: Gathering

    private mutating func gather(at now: Timestamp) throws(StorageError) -> TurnBatch {
        var batch = TurnBatch(startsMax: limits.starts)
        if outboxHasMore {
            batch.outbox = try storage.outbox(after: .min, limit: limits.outboxItems)
            outboxHasMore = batch.outbox.count == limits.outboxItems
        }
        if retention.isDue(at: now) {
            batch.expired = try storage.expired(at: now, limit: limits.expirations)
            retention.looked(at: now, found: batch.expired.count, limit: limits.expirations)
        } else if retention.nextCheck <= now {
            retention.postpone(at: now)
        }
        batch.timers = try timers.take(due: now, limit: limits.timers, from: storage)
        while let first = deadlines.first, first.due <= now, let deadline = deadlines.popFirst() {
            batch.deadlines.append(deadline.attempt)
        }
        batch.yields = takeYields(at: now)
        patientCount = 0
        batch.commands = queue.take(limit: limits.commands, bytesMax: limits.commandBytes)
        if staging.hasWork(at: now) {
            batch.stagedPieces = staging.pieces(bytesMax: limits.stagedBytes, pieceBytes: limits.stagedPieceBytes)
            batch.abandonedPayloads = staging.abandoned
        }
        return batch
    }

    // MARK: Deciding

    private func prepare(_ batch: TurnBatch, at now: Timestamp) throws(StorageError) -> PreparedTurn {
        var engine = Engine(memory: memory, storage: storage, now: now)
        engine.reserve(commands: batch.commands.count)
        var moved: [(due: Timestamp, attempt: AttemptID)] = []
        for timer in batch.timers { try engine.fire(timer) }
        for queued in batch.commands {
            if isHeard(queued.command) { try engine.apply(queued.command) }
            if !queued.staged.isEmpty { engine.adopt(queued.staged) }
        }
        // After the commands: what has come meanwhile keeps an attempt alive.
        for attempt in batch.deadlines {
            if let due = try engine.deadlinePassed(of: attempt) { moved.append((due, attempt)) }
        }
        for attempt in batch.yields {
            try engine.yieldPlace(of: attempt, limits.placeHold)
        }
        var outboxIsLeft = false
        for item in batch.outbox where !outboxIsLeft { outboxIsLeft = try !engine.consume(item) }
        var (expiryIsLeft, tells) = (false, limits.inlineEffects)
        for number in batch.expired where !expiryIsLeft {
            expiryIsLeft = try !engine.expire(number, tells: &tells)
        }
        if batch.stages {
            let wanted = batch.stagedPieces.filter { staging.wants($0) }
            engine.stage(wanted.map(\.piece), abandoning: batch.abandonedPayloads)
        }
        let taken = startsAttempts ? try startReady(&engine, limit: batch.startsMax) : (0, 0)
        engine.noteClock()
        return PreparedTurn(
            engine: engine,
            batch: batch,
            deadlines: moved,
            outboxIsLeft: outboxIsLeft,
            expiryIsLeft: expiryIsLeft,
            readyTaken: taken.0,
            becameReadyTaken: taken.1
        )
    }

    /// Begins attempts while there are places: what was ready before, then what became ready in this turn.
    private func startReady(
        _ engine: inout Engine,
        limit: Int
    ) throws(StorageError) -> (ready: Int, becameReady: Int) {
        var places = min(limit, memory.settings.attemptsMax - engine.attemptCount)
        var fromQueue = 0
        for number in ready.prefix(limit * 2) {
            guard places > 0 else { break }
            fromQueue += 1
            if try engine.startAttempt(of: number) { places -= 1 }
        }
        var becameReady = 0
        guard fromQueue == ready.count else { return (fromQueue, 0) }
        while places > 0, becameReady < min(engine.becameReady.count, limit * 2) {
            let number = engine.becameReady[becameReady]
            becameReady += 1
            if try engine.startAttempt(of: number) { places -= 1 }
        }
        return (fromQueue, becameReady)
    }

    // MARK: After the commit

    /// Takes over what a committed turn changed, and gives back what follows from it.
    private mutating func finish(_ committed: consuming CommittedTurn, at now: Timestamp) -> [Action] {
        let turn = committed.turn
        memory.apply(turn.engine)
        defer { if !staging.isEmpty || turn.batch.stages { settleStaging(turn.batch) } }
        if !unheard.isEmpty { unheard = unheard.filter { memory.work.numberOfAttempt[$0] != nil } }
        timers.apply(
            added: turn.engine.writes.addedTimers,
            removed: turn.engine.writes.removedTimers,
            taken: turn.batch.timers
        )
        ready.removeFirst(turn.readyTaken)
        ready.append(contentsOf: turn.engine.becameReady.dropFirst(turn.becameReadyTaken))
        if turn.outboxIsLeft || !turn.engine.writes.addedOutbox.isEmpty { outboxHasMore = true }
        for (due, attempt) in turn.deadlines { deadlines.insert(AttemptDeadline(due: due, attempt: attempt)) }
        if turn.expiryIsLeft { retention.noteBacklog() }
        for command in turn.engine.unfinished { submit(command, from: .core) }
        var actions = turn.engine.actions
        actions.reserveCapacity(actions.count + turn.engine.endings.count + turn.engine.started.count)
        if !openings.isEmpty {
            actions = openings.sift(actions, leavingUntil: now.adding(limits.openingHold))
        }
        for (number, request) in turn.engine.waits { waiters.add(request, to: number) }
        for request in turn.engine.forgotten { waiters.forget(request) }
        for ending in turn.engine.endings {
            let head = ending.head
            for request in waiters.take(head.number) {
                actions.append(.answer(request, .result(head.id, ending.result, of: head.target, expiresAt: nil)))
            }
        }
        for number in turn.engine.started {
            guard let running = memory.work.running[number] else { continue }
            deadlines.insert(AttemptDeadline(due: running.attempt.deadline, attempt: running.attempt.id))
            open(running, input: turn.engine.writes.invocations[number]?.input, into: &actions)
        }
        dropStaleDeadlines()
        noteWaits(turn.engine)
        if !openings.isEmpty { readLargeOpenings(at: now, into: &actions) }
        return actions
    }

    /// Rebuilds the deadlines once most of them are of attempts that are over: those would stay until they are due.
    private mutating func dropStaleDeadlines() {
        guard deadlines.count > 4 * attemptCount + 1024 else { return }
        deadlines = Heap()
        for running in memory.work.running.values {
            deadlines.insert(AttemptDeadline(due: running.attempt.deadline, attempt: running.attempt.id))
        }
    }
}

extension Partition {
    /// Ends all waiting for a stop: what is accepted goes on after the next start, and can be attached to.
    package mutating func stop() -> [Action] {
        startsAttempts = false
        nextYield = clock
        var actions = turnAway(.stopping(nil)) { $0.request != nil }
        for queued in queue.drain() {
            if let request = queued.command.request {
                actions.append(.answer(request, .stopping(nil)))
                giveUp(queued)
            } else {
                // What attempts have said is taken in: what they say next may rest on it.
                queue.append(queued)
            }
        }
        for (number, requests) in waiters.byNumber {
            let id = (try? storage.invocation(number))?.head.id
            for request in requests { actions.append(.answer(request, .stopping(id))) }
        }
        waiters = Waiters()
        return actions
    }
}
