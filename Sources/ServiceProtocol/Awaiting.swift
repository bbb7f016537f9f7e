/// How the parts of an await are put together (service-protocol.md, sections 5 and 6).
package enum Combinator: UInt32, Hashable, Sendable {
    /// Whatever the service meant, it is done when any part is, and nobody can tell whether that was a success.
    case unknown = 0
    case firstCompleted = 1
    case allCompleted = 2
    case firstSucceededOrAllFailed = 3
    case allSucceededOrFirstFailed = 4
}

/// What has become of one awaited notification.
package enum LeafOutcome: Hashable, Sendable {
    case pending
    case succeeded
    case failed
}

/// What has become of an await as a whole.
package enum AwaitOutcome: Hashable, Sendable {
    case pending
    /// `success` is `nil` when only the service itself can tell.
    case done(success: Bool?)
}

/// What an invocation waits for: a tree of notifications under combinators.
package struct Awaiting: Hashable, Sendable {
    package var combinator: Combinator
    package var leaves: [NotificationID]
    package var children: [Awaiting]

    /// How many levels a tree may have, the outermost included. It also bounds the recursion of the methods here.
    package static let depthMax = 1000

    package init(combinator: Combinator, leaves: [NotificationID] = [], children: [Awaiting] = []) {
        self.combinator = combinator
        self.leaves = leaves
        self.children = children
    }

    /// The await of V5 and V6: any one of these wakes.
    package static func flat(_ leaves: [NotificationID]) -> Awaiting {
        Awaiting(combinator: .firstCompleted, leaves: leaves)
    }

    /// Every notification of the tree, outer ones first; one that occurs twice is listed twice.
    package var allLeaves: [NotificationID] {
        var collected: [NotificationID] = []
        collectLeaves(into: &collected)
        return collected
    }

    private func collectLeaves(into collected: inout [NotificationID]) {
        collected.append(contentsOf: leaves)
        for child in children { child.collectLeaves(into: &collected) }
    }

    /// Whether the await is done, given what has become of each notification.
    ///
    /// Where the answer depends on something only the service knows (in which order its parts were done, what an
    /// unknown combinator means), the part counts as done: waking too early costs an attempt, too late a hang.
    package func evaluate(_ outcome: (NotificationID) -> LeafOutcome) -> AwaitOutcome {
        var tally = Tally()
        for leaf in leaves {
            switch outcome(leaf) {
            case .pending: tally.pending += 1
            case .succeeded: tally.succeeded += 1
            case .failed: tally.failed += 1
            }
        }
        for child in children {
            switch child.evaluate(outcome) {
            case .pending: tally.pending += 1
            case .done(.some(true)): tally.succeeded += 1
            case .done(.some(false)): tally.failed += 1
            case .done(.none): tally.undecided += 1
            }
        }
        return tally.outcome(under: combinator)
    }
}

/// How many parts of a node are in which state.
private struct Tally {
    var pending = 0
    var succeeded = 0
    var failed = 0
    var undecided = 0

    func outcome(under combinator: Combinator) -> AwaitOutcome {
        let anyDone = succeeded + failed + undecided > 0
        switch combinator {
        case .unknown:
            return anyDone ? .done(success: nil) : .pending
        case .firstCompleted:
            return anyDone ? .done(success: agreed) : .pending
        case .allCompleted:
            // Whether a failed part makes the whole a failure differs between languages.
            return pending > 0 ? .pending : .done(success: failed + undecided == 0 ? true : nil)
        case .firstSucceededOrAllFailed:
            if succeeded > 0 { return .done(success: true) }
            if undecided > 0 { return .done(success: nil) }
            return pending > 0 ? .pending : .done(success: false)
        case .allSucceededOrFirstFailed:
            if failed > 0 { return .done(success: false) }
            if undecided > 0 { return .done(success: nil) }
            return pending > 0 ? .pending : .done(success: true)
        }
    }

    /// Whether all parts that are done succeeded, or all failed; `nil` if they differ.
    private var agreed: Bool? {
        guard undecided == 0 else { return nil }
        return failed == 0 ? true : succeeded == 0 ? false : nil
    }
}
