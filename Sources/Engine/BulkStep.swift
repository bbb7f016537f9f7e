import DurableModel

/// One bounded step of an operation on many invocations. The caller goes on with the `next` and `upTo` of what it got
/// until there is no next: the operation can be stopped after any step and taken up again.
package struct BulkStep: Sendable, Hashable {
    package var operation: InvocationOperation
    package var filter: InvocationFilter
    /// Only counts what the operation would be tried on.
    package var isDryRun: Bool
    /// Where the step before ended; zero for the first.
    package var after: InvocationNumber
    /// The last invocation that the operation is for, so that it does not meet what it made itself; `nil` at the first step.
    package var upTo: InvocationNumber?
    /// At most so many invocations are operated on, bounded by `matchesMax`.
    package var limit: Int

    /// One step is one command and is decided within one turn.
    package static let matchesMax = 256
    /// How many rows a step looks at: about what a turn may take in time.
    package static let rowsMax = 1024

    package init(
        _ operation: InvocationOperation,
        _ filter: InvocationFilter,
        isDryRun: Bool = false,
        after: InvocationNumber = InvocationNumber(rawValue: 0),
        upTo: InvocationNumber? = nil,
        limit: Int = BulkStep.matchesMax
    ) {
        self.operation = operation
        self.filter = filter
        self.isDryRun = isDryRun
        self.after = after
        self.upTo = upTo
        self.limit = min(max(1, limit), Self.matchesMax)
    }

    /// Whether it makes invocations that were not there.
    package var makesNewWork: Bool {
        if case .restartAsNew = operation { !isDryRun } else { false }
    }

    /// The step after the one that came to `progress`; `nil` at the end.
    package func next(after progress: BulkProgress) -> BulkStep? {
        guard let next = progress.next else { return nil }
        return BulkStep(operation, filter, isDryRun: isDryRun, after: next, upTo: progress.upTo, limit: limit)
    }
}

/// What one step of a bulk operation came to.
package struct BulkProgress: Sendable, Hashable {
    /// An invocation that the operation was refused for.
    package struct Refused: Sendable, Hashable {
        package let id: InvocationID
        package let reason: OperationRefusal
    }

    /// An invocation that was made of another one.
    package struct Restarted: Sendable, Hashable {
        package let old: InvocationID
        package let new: InvocationID
    }

    /// Invocations that the filter matched.
    package internal(set) var matched = 0
    /// Those that the operation was done to; none in a dry run.
    package internal(set) var succeeded = 0
    /// Those that it was refused for, at most one per match.
    package internal(set) var refused: [Refused] = []
    /// What a restart made.
    package internal(set) var restarted: [Restarted] = []
    /// Where the next step begins; `nil` when this was the last.
    package internal(set) var next: InvocationNumber?
    /// The last invocation that the operation is for.
    package internal(set) var upTo: InvocationNumber

    package init(upTo: InvocationNumber) {
        self.upTo = upTo
    }
}
