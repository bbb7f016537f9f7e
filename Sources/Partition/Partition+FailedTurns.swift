import DurableModel
import Engine
import ServiceProtocol

/// What becomes of a turn that did not happen (docs/architecture.md, "The turn").
extension Partition {
    /// A turn did not happen. Disk full: new work is refused, the rest is tried alone, then again later. Refused by the
    /// store: each piece is tried alone, and the culprit goes. Anything else ends the process.
    mutating func recover(
        from error: StorageError,
        batch: TurnBatch,
        at now: Timestamp
    ) throws(PartitionFault) -> [Action] {
        switch error {
        case .inputOutput(let text):
            throw PartitionFault(text: text)
        case .full(let text):
            var rest = batch
            rest.stagedPieces = []
            rest.abandonedPayloads = []
            var actions = turnAway(.refused(.storageFull)) { $0.isNewWork } + refuseNewWork(&rest)
            let isAllUnderWay = actions.isEmpty && !batch.stages
            if batch.stages { staging.pause(until: now.adding(.seconds(1))) }
            if batch.stages || isAllUnderWay, let note = room.foundFull(text, at: now) { actions.append(.note(note)) }
            if isAllUnderWay {
                held.append(rest)
                stall = Stall(until: now.adding(.seconds(1)), isFull: true)
            } else {
                actions += try run(rest, at: now)
            }
            return actions
        case .refused(let text):
            let pieces = batch.pieces
            if pieces.isEmpty {
                return batch.startsMax > 1
                    ? try run(TurnBatch(startsMax: 1), at: now) : dismissReady(because: text, at: now)
            }
            if pieces.count == 1, batch.startsMax == 0 { return try dismiss(batch, because: text, at: now) }
            return try runAlone(pieces, at: now)
        }
    }

    /// Takes each piece in a turn of its own, until the disk is full: what follows then must not overtake it. So with what is
    /// written ahead, which is gathered anew: a later part of a payload would be taken for the one that found no room.
    private mutating func runAlone(_ pieces: [TurnBatch], at now: Timestamp) throws(PartitionFault) -> [Action] {
        var actions: [Action] = []
        for piece in pieces where !(piece.stages && staging.isPaused(at: now)) {
            if stall == nil { actions += try run(piece, at: now) } else { held.append(piece) }
        }
        return actions
    }

    /// Puts back what a turn took that did not happen.
    mutating func putBackHeld() {
        timers.putBack(held.timers)
        for attempt in held.deadlines { deadlines.insert(AttemptDeadline(due: clock, attempt: attempt)) }
        if !held.outbox.isEmpty { outboxHasMore = true }
        queue.putBack(held.commands)
        held = TurnBatch(startsMax: 0)
    }

    /// A piece that the store refuses even alone: who asked is told. Timers and the failures of attempts are tried again
    /// later, since an invocation would stand still for ever without them.
    private mutating func dismiss(
        _ batch: TurnBatch,
        because text: String,
        at now: Timestamp
    ) throws(PartitionFault) -> [Action] {
        var actions: [Action] = [.note(.commandRefused(text))]
        if !batch.timers.isEmpty { postpone(at: now) { $0.timers += batch.timers } }
        if !batch.outbox.isEmpty { postpone(at: now) { $0.outbox += batch.outbox } }
        for attempt in batch.deadlines {
            deadlines.insert(AttemptDeadline(due: now.adding(.seconds(1)), attempt: attempt))
        }
        staging.forget(batch.abandonedPayloads)
        for queued in batch.commands + batch.stagedPieces.compactMap({ staging.command(of: $0.source) }) {
            defer { giveUp(queued) }
            if let request = queued.command.request { actions.append(.answer(request, .refused(.storage(text)))) }
            guard case .attempt(let attempt, let event) = queued.command else { continue }
            if case .failed = event {
                actions.append(.abort(attempt))
                unheard.insert(attempt)
                postpone(at: now) { $0.commands.append(queued) }
                continue
            }
            // At once: what the attempt says next must not be stored without what was refused.
            var failure = TurnBatch(startsMax: 0)
            let command = EngineCommand.attempt(attempt, .failed(.malformedFrame(text)))
            failure.commands = [QueuedCommand(command: command, source: queued.source)]
            actions += try run(failure, at: now)
        }
        return actions
    }

    private mutating func postpone(at now: Timestamp, _ change: (inout TurnBatch) -> Void) {
        change(&postponed)
        postponedUntil = min(postponedUntil, now.adding(.seconds(1)))
    }

    mutating func takePostponed(at now: Timestamp) {
        guard postponedUntil <= now else { return }
        timers.putBack(postponed.timers)
        queue.putBack(postponed.commands)
        ready.append(contentsOf: postponed.ready)
        if !postponed.outbox.isEmpty { outboxHasMore = true }
        postponed = TurnBatch(startsMax: 0)
        postponedUntil = .never
    }

    /// Whether a command counts: what an attempt says after something of it was refused would leave a gap in its journal.
    func isHeard(_ command: EngineCommand) -> Bool {
        guard !unheard.isEmpty, case .attempt(let attempt, let event) = command, unheard.contains(attempt) else {
            return true
        }
        if case .failed = event { return true }
        return false
    }

    /// Takes new work out of a batch and answers it with a refusal; the rest is what is under way.
    mutating func refuseNewWork(_ batch: inout TurnBatch) -> [Action] {
        guard batch.commands.contains(where: { $0.command.isNewWork }) else { return [] }
        var actions: [Action] = []
        for queued in batch.commands {
            guard queued.command.isNewWork, let request = queued.command.request else { continue }
            actions.append(.answer(request, .refused(.storageFull)))
            giveUp(queued)
        }
        batch.commands.removeAll { $0.command.isNewWork }
        return actions
    }

    /// Something ready cannot be begun: the first of the queue goes behind the others for a while.
    private mutating func dismissReady(because text: String, at now: Timestamp) -> [Action] {
        let first = ready.prefix(1)
        ready.removeFirst(1)
        postpone(at: now) { $0.ready += first }
        return [.note(.commandRefused(text))]
    }
}
