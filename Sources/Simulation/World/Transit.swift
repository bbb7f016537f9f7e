import DurableModel
import Engine

/// What is on its way from services to the daemon: in order within an attempt, since a stream keeps it, and in any order
/// between attempts.
struct Transit {
    private struct Letter {
        var due: Timestamp
        var event: AttemptEvent
    }

    /// Oldest first for each attempt.
    private var letters: [AttemptID: [Letter]] = [:]

    var isEmpty: Bool { letters.isEmpty }

    mutating func add(_ event: AttemptEvent, of attempt: AttemptID, due: Timestamp) {
        letters[attempt, default: []].append(Letter(due: due, event: event))
    }

    /// The connection broke: what was on its way never comes.
    mutating func lose(_ attempt: AttemptID) { letters[attempt] = nil }

    /// Takes out what has come until `now`: one attempt's in order, attempts in any.
    mutating func take(at now: Timestamp, _ entropy: inout Entropy) -> [(AttemptID, AttemptEvent)] {
        var come: [(AttemptID, AttemptEvent)] = []
        let attempts = letters.keys.sorted { $0.rawValue < $1.rawValue }
        for attempt in attempts.shuffled(using: &entropy) {
            guard let waiting = letters[attempt] else { continue }
            let ready = waiting.prefix { $0.due <= now }
            come += ready.map { (attempt, $0.event) }
            letters[attempt] = ready.count == waiting.count ? nil : Array(waiting.dropFirst(ready.count))
        }
        return come
    }
}
