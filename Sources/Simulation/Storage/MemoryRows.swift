import DurableModel
import Engine
import Registry
import ServiceProtocol

/// What a store holds, as values: a copy is what a crash leaves behind.
package struct MemoryRows {
    /// An invocation with its payloads.
    package struct Row {
        package var invocation: Invocation
        package var input: [UInt8]?
        package var output: [UInt8]?
    }

    /// A place in the order of expiry.
    struct Expiry: Comparable {
        var at: Timestamp
        var number: InvocationNumber

        static func < (left: Self, right: Self) -> Bool { (left.at, left.number) < (right.at, right.number) }
    }

    package internal(set) var invocations: [InvocationNumber: Row] = [:]
    /// In order of index, without input and output.
    package internal(set) var journal: [InvocationNumber: [JournalRow]] = [:]
    /// In order of sequence.
    package internal(set) var events: [InvocationNumber: [JournalEvent]] = [:]
    package internal(set) var state: [ServiceKey: [[UInt8]: [UInt8]]] = [:]
    package internal(set) var locks: [ServiceKey: InvocationNumber] = [:]
    /// In order of sequence.
    package internal(set) var inbox: [ServiceKey: [InboxEntry]] = [:]
    /// Changes of states that wait in an inbox, by sequence.
    package internal(set) var statePatches: [Int64: QueuedStatePatch] = [:]
    /// `nil` for one that is only asked for.
    package internal(set) var promises: [PromiseName: CompletionResult?] = [:]
    /// Invocations that were removed before they began: by an operator, or by the end of who called them.
    var neverBegun: Set<InvocationID> = []
    /// Keys whose promises went at least once: what was told of them before need not be there.
    var forgottenKeys: Set<ServiceKey> = []
    /// In order of waiter and completion.
    package internal(set) var promiseWaiters: [PromiseName: [PromiseWaiter]] = [:]
    package internal(set) var attachments: [InvocationNumber: [Attachment]] = [:]
    package internal(set) var outbox: [OutboxItem] = []
    package internal(set) var counts: [CountKey: Int] = [:]
    /// Payloads that no row has yet, as far as they are written.
    package internal(set) var staged: [StagedPayloadID: [UInt8]] = [:]
    package internal(set) var marks = PersistedMarks()
    package internal(set) var deployments: [DeploymentID: Deployment] = [:]
    package internal(set) var revisionCounters: [ExactText: Int] = [:]
    package internal(set) var history: [CatalogHistoryRecord] = []

    var sortedTimers = SortedArray<InvocationTimer>()
    var timersOf: [InvocationNumber: Set<InvocationTimer>] = [:]
    var expiries = SortedArray<Expiry>()
    /// Numbers in ascending order.
    var byDerivedID: [InvocationID: [InvocationNumber]] = [:]
    /// The latest of each id.
    var numberOf: [InvocationID: InvocationNumber] = [:]
    /// What is not completed.
    var unfinishedNumbers: Set<InvocationNumber> = []
    /// Whom an invocation waits for.
    var awaitedBy: [InvocationNumber: Set<InvocationNumber>] = [:]
    /// Which promises an invocation waits for.
    var promisesAwaitedBy: [InvocationNumber: Set<PromiseName>] = [:]

    package init() {}

    /// All timers in order.
    package var timers: [InvocationTimer] { sortedTimers.elements }

    /// The latest invocation of that id.
    package func row(of id: InvocationID) -> Row? { numberOf[id].flatMap { invocations[$0] } }

    /// What is not completed, in order of number.
    package var unfinished: [Row] { unfinishedNumbers.sorted().compactMap { invocations[$0] } }

    /// The deployments as one value.
    package func catalog() throws(RegistryError) -> Catalog {
        try Catalog(rebuiltFrom: deployments.values, revisionCounters: revisionCounters)
    }
}
