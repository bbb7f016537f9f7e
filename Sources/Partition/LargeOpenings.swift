import DurableModel
import Engine

/// Attempts whose opening is too large to be read within a turn. It is read elsewhere, in the order in which they began, and
/// only so many bytes of them are in memory at once: from the read to when the endpoint has taken them.
///
/// Invariant: an attempt is told everything that concerns it exactly once and in order: what came before the read began is
/// in its opening, what came since is held here until the opening has gone.
struct LargeOpenings {
    private enum Phase {
        /// Its journal is read later, with all that is added until then.
        case waiting
        /// The read has begun: what is for it follows its opening.
        case reading(held: [Action])
        /// Its opening is on the way to the endpoint.
        case leaving
    }

    private struct Entry {
        var phase: Phase
        var bytes: Int
    }

    private var entries: [AttemptID: Entry] = [:]
    /// Those that wait, and some that have ended waiting.
    private var line: [AttemptID] = []
    private var head = 0
    /// Those whose opening leaves, with when they no longer count: an endpoint that takes nothing must not hold up others.
    private var leaving: [(attempt: AttemptID, until: Timestamp)] = []
    private(set) var bytesInFlight = 0

    var isEmpty: Bool { entries.isEmpty }

    /// Lets an attempt wait for its opening of about that many bytes.
    mutating func append(_ attempt: AttemptID, bytes: Int) {
        entries[attempt] = Entry(phase: .waiting, bytes: bytes)
        line.append(attempt)
    }

    // MARK: Reading

    /// Whether an opening may be read at `now`.
    func hasNext(bytesMax: Int, at now: Timestamp) -> Bool {
        guard let attempt = line[head...].first(where: isWaiting), let bytes = entries[attempt]?.bytes else {
            return false
        }
        if let first = leaving.first, first.until <= now { return true }
        return bytesInFlight == 0 || bytesInFlight + bytes <= bytesMax
    }

    /// The next attempt whose opening may be read: one whatever its size, more as long as there is room.
    mutating func takeNext(bytesMax: Int, at now: Timestamp) -> AttemptID? {
        while let first = leaving.first, first.until <= now { left(first.attempt) }
        while head < line.count, !isWaiting(line[head]) { head += 1 }
        guard head < line.count else {
            line = []
            head = 0
            return nil
        }
        let attempt = line[head]
        let bytes = entries[attempt]?.bytes ?? 0
        guard bytesInFlight == 0 || bytesInFlight + bytes <= bytesMax else { return nil }
        head += 1
        entries[attempt]?.phase = .reading(held: [])
        bytesInFlight += bytes
        return attempt
    }

    private func isWaiting(_ attempt: AttemptID) -> Bool {
        if let entry = entries[attempt], case .waiting = entry.phase { true } else { false }
    }

    // MARK: What happens to them

    /// Gives back what of a turn's actions can be carried out now; keeps what has to follow an opening.
    mutating func sift(_ actions: [Action], leavingUntil: Timestamp) -> [Action] {
        var passed: [Action] = []
        passed.reserveCapacity(actions.count)
        for action in actions {
            switch action {
            case .start(let order):
                passed.append(action)
                passed += start(order, until: leavingUntil)
            case .send(let attempt, _), .endInput(let attempt):
                if !keep(action, for: attempt) { passed.append(action) }
            case .finish(let attempt), .abort(let attempt):
                if end(attempt) { passed.append(action) }
            case .read, .answer, .note:
                passed.append(action)
            }
        }
        return passed
    }

    /// The opening is there and goes out; what has been held for it follows.
    private mutating func start(_ order: AttemptOrder, until: Timestamp) -> [Action] {
        guard let entry = entries[order.attempt], case .reading(let held) = entry.phase else { return [] }
        bytesInFlight += order.opening.count - entry.bytes
        entries[order.attempt] = Entry(phase: .leaving, bytes: order.opening.count)
        leaving.append((order.attempt, until))
        return held
    }

    /// Whether an action is not for now: it is held, or the opening will say it.
    private mutating func keep(_ action: Action, for attempt: AttemptID) -> Bool {
        guard let entry = entries[attempt] else { return false }
        switch entry.phase {
        case .waiting: return true
        case .reading(let held):
            entries[attempt]?.phase = .reading(held: held + [action])
            return true
        case .leaving: return false
        }
    }

    /// The attempt is over; false if it never began for its endpoint.
    private mutating func end(_ attempt: AttemptID) -> Bool {
        guard let entry = entries[attempt] else { return true }
        switch entry.phase {
        case .waiting:
            entries[attempt] = nil
            return false
        case .reading:
            entries[attempt] = nil
            bytesInFlight -= entry.bytes
            return false
        case .leaving:
            left(attempt)
            return true
        }
    }

    /// The endpoint has taken the opening, or does not count any more.
    mutating func left(_ attempt: AttemptID) {
        guard let entry = entries[attempt], case .leaving = entry.phase else { return }
        entries[attempt] = nil
        bytesInFlight -= entry.bytes
        leaving.removeAll { $0.attempt == attempt }
    }
}
