/// What an invocation does, in the words of the SQL views.
package enum InvocationStatus: String, Codable, CaseIterable, Sendable {
    /// Waits for its time.
    case scheduled
    /// Waits for its turn at a key.
    case pending
    /// Waits for a place to run.
    case ready
    /// An attempt is under way.
    case running
    /// Waits for its next attempt after one that failed.
    case backingOff = "backing-off"
    /// Waits for something to happen.
    case suspended
    /// Held by an operator, or after its last attempt.
    case paused
    case completed
}

/// A line of `invocations list`.
package struct InvocationSummary: Codable, Hashable, Sendable {
    package var id: String
    /// `Service/handler` or `Service/key/handler`.
    package var target: String
    package var status: InvocationStatus
    package var createdAt: ControlTime
    /// When it last changed.
    package var modifiedAt: ControlTime?
    /// The deployment it is pinned to.
    package var deploymentId: String?
    /// Attempts so far that failed since it last made progress.
    package var retryCount: Int?
    /// When the next attempt is due.
    package var nextRetryAt: ControlTime?
    /// The message of the last failed attempt.
    package var lastFailure: String?
    /// `success` or `failure`, once completed.
    package var completionResult: String?

    /// An invocation in this status, with nothing else known of it.
    package init(id: String, target: String, status: InvocationStatus, createdAt: ControlTime) {
        self.id = id
        self.target = target
        self.status = status
        self.createdAt = createdAt
    }
}

/// An invocation with all that is known of it. What is absent has not happened or does not apply.
package struct InvocationDetails: Codable, Hashable, Sendable {
    package var id: String
    package var target: String
    package var service: String
    package var key: String?
    package var handler: String
    package var flavor: ServiceFlavor
    package var status: InvocationStatus
    package var idempotencyKey: String?
    /// `ingress`, `service` or `restart_as_new`.
    package var invokedBy: String?
    package var invokedById: String?
    package var invokedByTarget: String?
    package var deploymentId: String?
    package var protocolVersion: Int?
    package var createdAt: ControlTime
    package var modifiedAt: ControlTime?
    /// When a delayed invocation is due.
    package var scheduledStartAt: ControlTime?
    package var runningAt: ControlTime?
    package var lastStartAt: ControlTime?
    package var nextRetryAt: ControlTime?
    package var completedAt: ControlTime?
    package var retryCount: Int?
    package var lastFailure: String?
    package var lastFailureErrorCode: String?
    /// The journal entry that the last failure is about.
    package var lastFailureEntry: String?
    /// What a suspended invocation waits for, in words.
    package var waitsFor: String?
    package var completionResult: String?
    package var completionFailure: String?
    /// How many entries the journal has; `journal` may hold fewer.
    package var journalSize: Int
    package var journal: [JournalEntrySummary]

    /// An invocation in this status, with nothing else known of it.
    package init(
        id: String,
        target: String,
        service: String,
        key: String?,
        handler: String,
        flavor: ServiceFlavor,
        status: InvocationStatus,
        createdAt: ControlTime,
        journalSize: Int = 0,
        journal: [JournalEntrySummary] = []
    ) {
        self.id = id
        self.target = target
        self.service = service
        self.key = key
        self.handler = handler
        self.flavor = flavor
        self.status = status
        self.createdAt = createdAt
        self.journalSize = journalSize
        self.journal = journal
    }
}

/// An entry of a journal.
package struct JournalEntrySummary: Codable, Hashable, Sendable {
    package var index: Int
    /// The entry's type in the words of the SQL views, such as `Command: Run`.
    package var type: String
    /// The name its author gave it.
    package var name: String?
    /// What it is about, for people: whom it calls, until when it sleeps, which state it reads.
    package var detail: String?
    /// Whether a command has its result; absent for what needs none.
    package var isCompleted: Bool?
    package var appendedAt: ControlTime?

    /// An entry of this type.
    package init(
        index: Int,
        type: String,
        name: String? = nil,
        detail: String? = nil,
        isCompleted: Bool? = nil,
        appendedAt: ControlTime? = nil
    ) {
        self.index = index
        self.type = type
        self.name = name
        self.detail = detail
        self.isCompleted = isCompleted
        self.appendedAt = appendedAt
    }
}
