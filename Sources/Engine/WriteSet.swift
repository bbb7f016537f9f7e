import DurableModel
import Registry
import ServiceProtocol

/// Everything that one turn changes, as values. A store applies it in one transaction; until then nothing of it is real.
///
/// A row that a turn writes more than once is written once, as it is at the end of the turn.
package struct WriteSet: Sendable {
    /// A changed or new invocation row.
    package struct InvocationWrite: Sendable {
        package var invocation: Invocation
        /// Whether the row is new; otherwise it exists, and only its changing columns are written.
        package var isNew: Bool
        /// The payload of the Input command, of new rows.
        package var input: [UInt8]?
        /// The payload of a new last Output command.
        package var output: [UInt8]?

        package init(invocation: Invocation, isNew: Bool, input: [UInt8]? = nil, output: [UInt8]? = nil) {
            self.invocation = invocation
            self.isNew = isNew
            self.input = input
            self.output = output
        }
    }

    /// Changes to the state of one key: first everything is removed if `clearsAll`, then `values` apply.
    package struct StateWrite: Sendable, Hashable {
        package var clearsAll = false
        /// By name; `nil` removes the name.
        package var values: [[UInt8]: [UInt8]?] = [:]

        package init() {}
    }

    package var invocations: [InvocationNumber: InvocationWrite] = [:]
    /// New journal rows by invocation, in order of index.
    package var journal: [InvocationNumber: [JournalRow]] = [:]
    /// New events by invocation, in order of sequence.
    package var events: [InvocationNumber: [JournalEvent]] = [:]
    /// Invocations whose journal rows and timers go; applied before `journal`.
    package var removedJournals: Set<InvocationNumber> = []
    /// Invocations whose rows go, with everything that hangs on their number.
    package var removedInvocations: Set<InvocationNumber> = []
    package var state: [ServiceKey: StateWrite] = [:]
    /// `nil` frees the key.
    package var locks: [ServiceKey: InvocationNumber?] = [:]
    package var addedInbox: [InboxEntry] = []
    package var removedInbox: Set<InboxEntry> = []
    /// Changes of states that wait in an inbox from now on, by the sequence number of their place.
    package var addedPatches: [Int64: QueuedStatePatch] = [:]
    package var removedPatches: [Int64] = []
    package var addedTimers: Set<InvocationTimer> = []
    package var removedTimers: Set<InvocationTimer> = []
    package var addedAttachments: Set<Attachment> = []
    package var removedAttachments: Set<Attachment> = []
    /// Keys whose promises go; applied before `promises`.
    package var clearedPromises: Set<ServiceKey> = []
    /// Promises with what they are completed with, a value or a failure; `nil` for one that is only asked for.
    package var promises: [PromiseName: CompletionResult?] = [:]
    package var addedPromiseWaiters: Set<PromiseWaiter> = []
    package var removedPromiseWaiters: Set<PromiseWaiter> = []
    package var addedOutbox: [OutboxItem] = []
    package var removedOutbox: [Int64] = []
    /// Differences to add to the counts; a row that reaches zero is removed.
    package var counts: [CountKey: Int] = [:]
    /// New values of the persisted marks, if they changed.
    package var marks: PersistedMarks?
    /// Changes of the catalog, in order.
    package var catalog: [CatalogChange] = []
    /// Pieces of payloads whose rows come in later turns.
    package var stagedPieces: [StagedPiece] = []
    /// Payloads that were staged as a whole for rows of this set; what none of them takes is removed.
    package var adoptedPayloads: [StagedPayload] = []
    /// Staged payloads, whole or not, whose rows never come: what there is of them is removed.
    package var abandonedPayloads: [StagedPayloadID] = []

    package init() {}

    /// Whether there is nothing to make durable.
    package var isEmpty: Bool {
        invocations.isEmpty && journal.isEmpty && removedJournals.isEmpty && removedInvocations.isEmpty
            && state.isEmpty && locks.isEmpty && addedInbox.isEmpty && removedInbox.isEmpty && addedTimers.isEmpty
            && removedTimers.isEmpty && addedAttachments.isEmpty && removedAttachments.isEmpty
            && addedOutbox.isEmpty && removedOutbox.isEmpty && counts.isEmpty && marks == nil && catalog.isEmpty
            && events.isEmpty && addedPatches.isEmpty && removedPatches.isEmpty && stagedPieces.isEmpty
            && adoptedPayloads.isEmpty && abandonedPayloads.isEmpty && clearedPromises.isEmpty && promises.isEmpty
            && addedPromiseWaiters.isEmpty && removedPromiseWaiters.isEmpty
    }
}
