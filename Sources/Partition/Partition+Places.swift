import DurableModel
import Engine

/// Places for those that can work: what only waits gives up its own when others need it.
extension Partition {
    /// Whether ready work waits because all places are taken.
    var isCrowded: Bool {
        startsAttempts && !ready.isEmpty && attemptCount >= memory.settings.attemptsMax
    }

    /// The attempts to be asked for their places: the longest silent first, no more than there is ready work. Only now and
    /// then, since all attempts are looked at.
    mutating func takeYields(at now: Timestamp) -> [AttemptID] {
        guard isCrowded, nextYield <= now else { return [] }
        nextYield = now.adding(limits.placeHold)
        var silent: [Attempt] = []
        for running in memory.work.running.values
        where running.attempt.stream == .inputOpen && now.since(running.attempt.lastActivityAt) >= limits.placeHold {
            silent.append(running.attempt)
        }
        silent.sort { ($0.lastActivityAt, $0.id.rawValue) < ($1.lastActivityAt, $1.id.rawValue) }
        return silent.prefix(ready.count).map(\.id)
    }
}
