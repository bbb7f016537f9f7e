import DurableModel
import Engine

/// Places for those that can work: what only waits gives up its own when others need it.
extension Partition {
    /// Whether ready work waits because all places are taken.
    var isCrowded: Bool {
        startsAttempts && !ready.isEmpty && attemptCount >= memory.settings.attemptsMax
    }

    /// Whether attempts that only wait are asked to suspend: for their places, or since all is about to stop.
    var asksForPlaces: Bool { isCrowded || !startsAttempts && attemptCount > 0 }

    /// The attempts to be asked for their places, so many that with those asked before there is one for each that is ready:
    /// those that have declared to wait at once, and of the others the longest silent first. All of them are looked at only
    /// now and then. Before a stop all of them are asked.
    mutating func takeYields(at now: Timestamp) -> [AttemptID] {
        defer { declaredWaits.removeAll(keepingCapacity: true) }
        guard asksForPlaces else { return [] }
        if !yielding.isEmpty {
            let work = memory.work
            yielding = yielding.filter { Self.isLeaving($0, work) }
        }
        var candidates = declaredWaits
        if nextYield <= now {
            nextYield = now.adding(limits.placeHold.waiting)
            candidates = yieldable(at: now)
        }
        var asked: [AttemptID] = []
        for attempt in candidates where !startsAttempts || yielding.count < ready.count {
            if yielding.insert(attempt).inserted { asked.append(attempt) }
        }
        return asked
    }

    /// Whether an attempt that was to be asked was, and is not over yet: one that spoke in that very turn stays.
    private static func isLeaving(_ attempt: AttemptID, _ work: WorkTable) -> Bool {
        work.numberOfAttempt[attempt].flatMap { work.running[$0] }?.attempt.stream == .inputEnded
    }

    private func yieldable(at now: Timestamp) -> [AttemptID] {
        var silent: [Attempt] = []
        for running in memory.work.running.values where running.attempt.mayYield(at: now, limits.placeHold) {
            silent.append(running.attempt)
        }
        silent.sort { ($0.lastActivityAt, $0.id.rawValue) < ($1.lastActivityAt, $1.id.rawValue) }
        return silent.map(\.id)
    }

    /// Notes what has declared in a turn that it waits: the next one asks for its place if places are short by then. If they
    /// are not, all are looked at when they become so.
    mutating func noteWaits(_ turn: borrowing Engine) {
        guard asksForPlaces else { return }
        let waiting = turn.attempts.values.compactMap { attempt in
            attempt.flatMap { $0.wait == .declared && $0.stream == .inputOpen ? $0.id : nil }
        }
        // A dictionary has an order of its own in each process, and what happens must follow from what came.
        declaredWaits += waiting.sorted { $0.rawValue < $1.rawValue }
    }
}
