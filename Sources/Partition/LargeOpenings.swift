import DurableModel
import Engine

/// Attempts whose opening is too large to be read within a turn. It is read elsewhere, in the order in which they began, and
/// only so many bytes of them are in memory at once: from the read to when the endpoint has taken them.
///
/// What a deployment does not take in time holds up only itself: others go on, and it gets no more until it has taken that.
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
        /// The same, for so long that it does not hold up other deployments any more.
        case overdue
    }

    private struct Entry {
        var phase: Phase
        var bytes: Int
        let deployment: DeploymentID
    }

    private var entries: [AttemptID: Entry] = [:]
    /// Those that wait, in order.
    private var line: [AttemptID] = []
    /// Those whose opening leaves, with when it is overdue.
    private var leaving: [(attempt: AttemptID, until: Timestamp)] = []
    /// How many are overdue.
    private var overdue: [DeploymentID: Int] = [:]
    private(set) var bytesInFlight = 0

    var isEmpty: Bool { entries.isEmpty }

    /// Lets an attempt wait for its opening of about that many bytes.
    mutating func append(_ attempt: AttemptID, of deployment: DeploymentID, bytes: Int) {
        entries[attempt] = Entry(phase: .waiting, bytes: bytes, deployment: deployment)
        line.append(attempt)
    }

    // MARK: Reading

    /// Whether an opening may be read at `now`.
    func hasNext(bytesMax: Int, at now: Timestamp) -> Bool {
        guard !line.isEmpty else { return false }
        if let first = leaving.first, first.until <= now { return true }
        guard let place = nextPlace else { return false }
        return bytesInFlight == 0 || bytesInFlight + bytes(line[place]) <= bytesMax
    }

    /// The next attempt whose opening may be read: one whatever its size, more as long as there is room.
    mutating func takeNext(bytesMax: Int, at now: Timestamp) -> AttemptID? {
        while let first = leaving.first, first.until <= now { passOver(first.attempt) }
        guard let place = nextPlace, bytesInFlight == 0 || bytesInFlight + bytes(line[place]) <= bytesMax else {
            return nil
        }
        let attempt = line.remove(at: place)
        entries[attempt]?.phase = .reading(held: [])
        bytesInFlight += bytes(attempt)
        return attempt
    }

    /// The first in line whose deployment takes what it is given.
    private var nextPlace: Int? {
        if overdue.isEmpty { return line.isEmpty ? nil : 0 }
        return line.firstIndex { attempt in entries[attempt].map { overdue[$0.deployment] == nil } ?? false }
    }

    private func bytes(_ attempt: AttemptID) -> Int { entries[attempt]?.bytes ?? 0 }

    /// An opening takes too long to leave: it counts for its own deployment alone.
    private mutating func passOver(_ attempt: AttemptID) {
        leaving.removeAll { $0.attempt == attempt }
        guard let entry = entries[attempt] else { return }
        entries[attempt]?.phase = .overdue
        bytesInFlight -= entry.bytes
        overdue[entry.deployment, default: 0] += 1
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
        entries[order.attempt] = Entry(phase: .leaving, bytes: order.opening.count, deployment: entry.deployment)
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
        case .leaving, .overdue: return false
        }
    }

    /// The attempt is over; false if it never began for its endpoint.
    private mutating func end(_ attempt: AttemptID) -> Bool {
        guard let entry = entries[attempt] else { return true }
        switch entry.phase {
        case .waiting:
            entries[attempt] = nil
            line.removeAll { $0 == attempt }
            return false
        case .reading:
            entries[attempt] = nil
            bytesInFlight -= entry.bytes
            return false
        case .leaving, .overdue:
            left(attempt)
            return true
        }
    }

    /// The endpoint has taken the opening, or never will.
    mutating func left(_ attempt: AttemptID) {
        guard let entry = entries[attempt] else { return }
        switch entry.phase {
        case .waiting, .reading: return
        case .leaving:
            bytesInFlight -= entry.bytes
            leaving.removeAll { $0.attempt == attempt }
        case .overdue:
            let others = (overdue[entry.deployment] ?? 1) - 1
            overdue[entry.deployment] = others == 0 ? nil : others
        }
        entries[attempt] = nil
    }
}
