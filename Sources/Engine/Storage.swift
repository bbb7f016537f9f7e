import DurableModel
import Registry
import ServiceProtocol

/// Why the store refused or failed. What follows from each is the partition's rule (docs/architecture.md, "The turn").
package enum StorageError: Error, Sendable, Hashable {
    /// The disk is full. The transaction is rolled back and nothing of it is there.
    case full(String)
    /// Reading or writing failed in a way after which only a new start knows what is on disk.
    case inputOutput(String)
    /// The transaction was refused as a whole and rolled back: a constraint, a size, a row that does not decode.
    case refused(String)
}

/// What a timer does when it is due.
package enum TimerKind: Int, Sendable, Hashable {
    /// Starts a scheduled invocation.
    case start = 0
    /// Completes a Sleep command with `completionID`.
    case sleep = 1
    /// Starts the next attempt of an invocation that backs off.
    case retry = 2
}

/// A timer: ordered by due time, then invocation.
package struct InvocationTimer: Sendable, Hashable, Comparable {
    package var due: Timestamp
    package var invocation: InvocationNumber
    package var kind: TimerKind
    /// Of a sleep; zero otherwise.
    package var completionID: UInt32

    package init(due: Timestamp, invocation: InvocationNumber, kind: TimerKind, completionID: UInt32 = 0) {
        self.due = due
        self.invocation = invocation
        self.kind = kind
        self.completionID = completionID
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.due, left.invocation, left.kind.rawValue, left.completionID)
            < (right.due, right.invocation, right.kind.rawValue, right.completionID)
    }
}

/// Who, besides its first caller, waits for an invocation's result: a command of another invocation.
package struct Attachment: Sendable, Hashable {
    package var invocation: InvocationNumber
    package var waiter: InvocationNumber
    package var completionID: UInt32
    /// The message type code of the notification that completes the command.
    package var completionType: UInt16

    package init(
        invocation: InvocationNumber,
        waiter: InvocationNumber,
        completionID: UInt32,
        completionType: UInt16
    ) {
        self.invocation = invocation
        self.waiter = waiter
        self.completionID = completionID
        self.completionType = completionType
    }
}

/// An effect on another invocation that was too much for the transaction that caused it: durable, numbered, consumed once.
package struct OutboxItem: Sendable, Hashable {
    package enum Effect: Sendable, Hashable {
        case kill(InvocationID)
        /// Gives the stored result of `source` to more of those attached to it.
        case deliver(source: InvocationNumber)
        /// Gives the result of a completed promise to more of those who wait for it.
        case deliverPromise(PromiseName)
    }

    package var sequence: Int64
    package var effect: Effect

    package init(sequence: Int64, effect: Effect) {
        self.sequence = sequence
        self.effect = effect
    }
}

/// A row of the journal: one command or notification at its index, from 1 on (0 is the input, which is in the
/// invocation's row).
package struct JournalRow: Sendable, Hashable {
    package var index: Int
    package var type: UInt16
    package var payload: [UInt8]
    package var appendedAt: Timestamp

    package init(index: Int, type: UInt16, payload: [UInt8], appendedAt: Timestamp) {
        self.index = index
        self.type = type
        self.payload = payload
        self.appendedAt = appendedAt
    }

    package var frame: MessageFrame { MessageFrame(type: type, payload: payload) }
}

/// What unfinished invocations are counted by.
package struct CountKey: Sendable, Hashable {
    /// `nil` for work that is not pinned yet.
    package var deployment: DeploymentID?
    package var service: String
    package var handler: String
    package var status: InvocationStatus

    package init(deployment: DeploymentID?, service: String, handler: String, status: InvocationStatus) {
        self.deployment = deployment
        self.service = service
        self.handler = handler
        self.status = status
    }

    /// By bytes, as the store compares.
    package static func == (left: Self, right: Self) -> Bool {
        left.status == right.status && left.deployment == right.deployment
            && left.service.hasSameBytes(as: right.service) && left.handler.hasSameBytes(as: right.handler)
    }

    /// There are few keys and each call looks some up: the lengths of the names tell enough of them apart to spare
    /// hashing their bytes.
    package func hash(into hasher: inout Hasher) {
        let lengths = service.utf8.count << 16 ^ handler.utf8.count << 4 ^ status.rawValue
        hasher.combine(UInt64(truncatingIfNeeded: lengths) ^ (deployment?.low ?? 0))
    }
}

/// Small rows that are read once at the start and written when they change.
package struct PersistedMarks: Sendable, Hashable {
    /// Invocation numbers up to this one may have been given out.
    package var invocationNumberReserved: Int64 = 0
    /// Inbox sequence numbers up to this one may have been given out.
    package var inboxSequenceReserved: Int64 = 0
    /// Outbox sequence numbers up to this one may have been given out.
    package var outboxSequenceReserved: Int64 = 0
    /// The latest turn's time that was written down; no later turn's time lies before it.
    package var clock = Timestamp(milliseconds: 0)

    package init() {}
}

/// The room of the file system that a store lies on.
package struct StorageSpace: Sendable, Hashable {
    /// Bytes that the daemon may still write.
    package var freeBytes: Int64
    package var totalBytes: Int64

    package init(freeBytes: Int64, totalBytes: Int64) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
    }
}

/// What an attempt's opening is made of. Apart from the rest, since it is also read by connections that do nothing else.
package protocol OpeningStorage: AnyObject {
    /// The payload of the Input command.
    func input(of number: InvocationNumber) throws(StorageError) -> [UInt8]?
    /// The journal from `index` on, in order, at most `limit` rows; without the input, but with the output at its index.
    func journal(of number: InvocationNumber, from index: Int, limit: Int) throws(StorageError) -> [JournalRow]
    /// The whole state of a key, ordered by name, until `bytesMax` of names and values are passed; whether it is whole.
    func state(of key: ServiceKey, bytesMax: Int) throws(StorageError) -> (entries: [StateEntry], isWhole: Bool)
}

/// What the engine reads: small and synchronous, so that a double in memory and a second store can stand for it.
///
/// Reads see what was committed before; the engine lays what the running turn wrote over it.
package protocol EngineStorage: OpeningStorage {
    /// The row of that number.
    func invocation(_ number: InvocationNumber) throws(StorageError) -> Invocation?
    /// The latest row with that derived id (one that is a hash of its target).
    func invocation(derivedID: InvocationID) throws(StorageError) -> Invocation?
    /// The payload of the last Output command.
    func output(of number: InvocationNumber) throws(StorageError) -> [UInt8]?
    /// Whether the journal has the signal of that index.
    func hasSignal(_ index: UInt32, of number: InvocationNumber) throws(StorageError) -> Bool
    /// What a promise was completed with; `nil` while it is not.
    func promise(_ name: PromiseName) throws(StorageError) -> CompletionResult?
    /// Who waits for that promise, at most `limit`.
    func promiseWaiters(of promise: PromiseName, limit: Int) throws(StorageError) -> [PromiseWaiter]
    /// Who waits for any promise of that key, at most `limit`.
    func promiseWaiters(ofKey key: ServiceKey, limit: Int) throws(StorageError) -> [PromiseWaiter]
    /// One value of a key's state.
    func state(of key: ServiceKey, named name: [UInt8]) throws(StorageError) -> [UInt8]?
    /// The names of a key's state, in order.
    func stateNames(of key: ServiceKey) throws(StorageError) -> [[UInt8]]
    /// Who holds a key's lock.
    func lockHolder(of key: ServiceKey) throws(StorageError) -> InvocationNumber?
    /// The first `limit` entries of a key's inbox after sequence number `sequence`.
    func inbox(of key: ServiceKey, after sequence: Int64, limit: Int) throws(StorageError) -> [InboxEntry]
    /// How many entries a key's inbox has, counted up to `max`.
    func inboxLength(of key: ServiceKey, atMost max: Int) throws(StorageError) -> Int
    /// The change of a key's state that waits in an inbox at that sequence number.
    func statePatch(_ sequence: Int64) throws(StorageError) -> QueuedStatePatch?
    /// How many changes of states wait in inboxes, and how many of them in that of the key.
    func statePatchCounts(of key: ServiceKey) throws(StorageError) -> (all: Int, ofKey: Int)
    /// Who waits for that invocation, at most `limit`.
    func attachments(to number: InvocationNumber, limit: Int) throws(StorageError) -> [Attachment]
    /// Timers after `timer` in order, at most `limit`.
    func timers(after timer: InvocationTimer?, limit: Int) throws(StorageError) -> [InvocationTimer]
    /// The timers of one invocation.
    func timers(of number: InvocationNumber) throws(StorageError) -> [InvocationTimer]
    /// The outbox after `sequence`, in order, at most `limit`.
    func outbox(after sequence: Int64, limit: Int) throws(StorageError) -> [OutboxItem]
    /// Numbers of ready and running invocations in order of number, after `number`, at most `limit`.
    func runnable(after number: InvocationNumber, limit: Int) throws(StorageError) -> [InvocationNumber]
    /// Numbers after `after` and up to `upTo` in order, at most `limit`: all that are in one of `statuses`, and perhaps others.
    func invocations(
        in statuses: Set<InvocationStatus>,
        after: InvocationNumber,
        upTo: InvocationNumber,
        limit: Int
    ) throws(StorageError) -> [InvocationNumber]
    /// Completed invocations whose next retention ends at or before `now`, in that order, at most `limit`.
    func expired(at now: Timestamp, limit: Int) throws(StorageError) -> [InvocationNumber]
    /// All counts that are not zero.
    func counts() throws(StorageError) -> [CountKey: Int]
    func marks() throws(StorageError) -> PersistedMarks
    /// How much room there is for more; `nil` where that cannot be said. Cheap: asked in each turn.
    var space: StorageSpace? { get }
    /// Bytes of the store's own files that hold nothing any more and are filled before those grow.
    var reusableBytes: Int64 { get }
    /// Makes all of `writes` durable in one transaction, or nothing of it.
    func commit(_ writes: WriteSet) throws(StorageError)
}

/// A place in a key's inbox.
package struct InboxEntry: Sendable, Hashable {
    package var key: ServiceKey
    package var sequence: Int64
    package var invocation: InvocationNumber

    package init(key: ServiceKey, sequence: Int64, invocation: InvocationNumber) {
        self.key = key
        self.sequence = sequence
        self.invocation = invocation
    }
}
