import DurableModel
import ServiceProtocol

/// The state of an invocation, as rows keep it (reference: the value sets of `sys_invocation.status`).
package enum InvocationStatus: Int, Sendable, Hashable, CaseIterable {
    /// Accepted with a start time in the future; holds no key.
    case scheduled = 0
    /// Waiting for its key behind another invocation.
    case inboxed = 1
    /// May run as soon as there is a place for an attempt.
    case ready = 2
    /// An attempt is under way.
    case running = 3
    /// Its last attempt failed; a timer starts the next one.
    case backingOff = 4
    /// Waits on disk for one of the notifications it named.
    case suspended = 5
    /// Stopped until an operator resumes it.
    case paused = 6
    /// Has a result; kept until its retention ends.
    case completed = 7

    /// The name in `sys_invocation.status`.
    package var name: String {
        switch self {
        case .scheduled: "scheduled"
        case .inboxed: "pending"
        case .ready: "ready"
        case .running: "running"
        case .backingOff: "backing-off"
        case .suspended: "suspended"
        case .paused: "paused"
        case .completed: "completed"
        }
    }
}

/// A service, a key and a handler: what a call names.
package struct Target: Sendable, Hashable {
    package var service: String
    /// Of objects and workflows only.
    package var key: String?
    package var handler: String

    package init(service: String, key: String?, handler: String) {
        self.service = service
        self.key = key
        self.handler = handler
    }

    /// By bytes, as the store compares.
    package static func == (left: Self, right: Self) -> Bool {
        guard left.service.hasSameBytes(as: right.service), left.handler.hasSameBytes(as: right.handler) else {
            return false
        }
        guard let leftKey = left.key, let rightKey = right.key else { return left.key == nil && right.key == nil }
        return leftKey.hasSameBytes(as: rightKey)
    }

    package func hash(into hasher: inout Hasher) {
        service.hashBytes(into: &hasher)
        handler.hashBytes(into: &hasher)
        key?.hashBytes(into: &hasher)
    }

    /// `Service/handler` or `Object/key/handler`.
    package var text: String {
        key.map { "\(service)/\($0)/\(handler)" } ?? "\(service)/\(handler)"
    }
}

/// A key of an object or workflow: what its state, its lock and its inbox belong to.
package struct ServiceKey: Sendable, Hashable {
    package var service: String
    package var key: String

    package init(service: String, key: String) {
        self.service = service
        self.key = key
    }

    /// By bytes, as the store compares.
    package static func == (left: Self, right: Self) -> Bool {
        left.key.hasSameBytes(as: right.key) && left.service.hasSameBytes(as: right.service)
    }

    package func hash(into hasher: inout Hasher) {
        service.hashBytes(into: &hasher)
        key.hashBytes(into: &hasher)
    }
}

/// Where an invocation came from.
package enum Invoker: Sendable, Hashable {
    case ingress
    /// A handler: its invocation, its target, and for a call the completion that waits for the result.
    case service(caller: InvocationNumber, id: InvocationID, target: Target, completionID: UInt32?)
    /// An operator, as a new run of that completed invocation.
    case restart(of: InvocationID)
}

/// What of an invocation never changes after it was accepted. A class, so that carrying it costs one reference.
package final class InvocationHead: Sendable {
    package let number: InvocationNumber
    package let id: InvocationID
    /// Whether `id` is a hash of the target and has to be found by the index on ids.
    package let hasDerivedID: Bool
    package let target: Target
    package let serviceType: ServiceType
    package let handlerType: HandlerType
    package let idempotencyKey: String?
    package let invoker: Invoker
    package let createdAt: Timestamp
    /// How long the result stays after completion; zero frees the invocation at once.
    package let completionRetention: Interval
    /// How long the journal stays after completion; never longer than the result.
    package let journalRetention: Interval
    /// The seed of the invocation that this one goes on from, if the SDK has drawn from it; otherwise the id gives one.
    package let inheritedSeed: UInt64?

    package init(
        number: InvocationNumber,
        id: InvocationID,
        hasDerivedID: Bool,
        target: Target,
        serviceType: ServiceType,
        handlerType: HandlerType,
        idempotencyKey: String?,
        invoker: Invoker,
        createdAt: Timestamp,
        completionRetention: Interval,
        journalRetention: Interval,
        inheritedSeed: UInt64? = nil
    ) {
        self.number = number
        self.id = id
        self.hasDerivedID = hasDerivedID
        self.target = target
        self.serviceType = serviceType
        self.handlerType = handlerType
        self.idempotencyKey = idempotencyKey
        self.invoker = invoker
        self.createdAt = createdAt
        self.completionRetention = completionRetention
        self.journalRetention = min(journalRetention, completionRetention)
        self.inheritedSeed = inheritedSeed
    }

    /// Whether the row stays after completion. The run of a workflow always does until it expires: what belongs to its key
    /// goes then, and that may take several turns.
    package var isKept: Bool { completionRetention > .zero || handlerType == .workflowRun }

    /// The key whose lock the invocation needs to run, if it needs one.
    package var lockedKey: ServiceKey? {
        guard handlerType == .exclusive, let key = target.key else { return nil }
        return ServiceKey(service: target.service, key: key)
    }

    /// The key whose state the invocation sees.
    package var stateKey: ServiceKey? {
        target.key.map { ServiceKey(service: target.service, key: $0) }
    }
}

/// The deployment and protocol version that an invocation stays on.
package struct Pin: Sendable, Hashable {
    package var deployment: DeploymentID
    package var protocolVersion: Int

    package init(deployment: DeploymentID, protocolVersion: Int) {
        self.deployment = deployment
        self.protocolVersion = protocolVersion
    }
}

/// Why the last attempt failed, as operators see it.
package struct AttemptFailureRecord: Sendable, Hashable {
    /// The numeric code: the SDK's, 500 for our own findings.
    package var code: Int
    /// The documented code, e.g. `RT0012`.
    package var documentedCode: String
    package var message: String
    package var stacktrace: String?
    package var relatedCommandIndex: Int?
    package var relatedCommandName: String?
    /// The message type code.
    package var relatedCommandType: Int?

    package init(
        code: Int = 500,
        documentedCode: String,
        message: String,
        stacktrace: String? = nil,
        relatedCommandIndex: Int? = nil,
        relatedCommandName: String? = nil,
        relatedCommandType: Int? = nil
    ) {
        self.code = code
        self.documentedCode = documentedCode
        self.message = message
        self.stacktrace = stacktrace
        self.relatedCommandIndex = relatedCommandIndex
        self.relatedCommandName = relatedCommandName
        self.relatedCommandType = relatedCommandType
    }
}

/// The columns of an invocation that its attempts write; kept in rows, so that they survive a restart.
package struct AttemptColumns: Sendable, Hashable {
    /// Attempts started under the retry policy since the invocation last became ready by itself; 1 during the first.
    package var retryCount = 0
    /// Failed attempts since the last new command was stored; goes to the SDK.
    package var retriesSinceLastEntry = 0
    package var lastStartAt: Timestamp?
    package var nextRetryAt: Timestamp?
    package var lastDeployment: DeploymentID?
    package var lastServer: String?
    package var lastFailure: AttemptFailureRecord?

    package init() {}
}

/// How an invocation ended.
package enum InvocationResult: Sendable, Hashable {
    case success([UInt8])
    case failure(Failure)
}

/// An invocation's row without the payloads of input and output.
package struct Invocation: Sendable {
    package let head: InvocationHead
    package var status: InvocationStatus
    package var pin: Pin?
    package var attempt = AttemptColumns()
    package var modifiedAt: Timestamp
    package var inboxedAt: Timestamp?
    package var scheduledAt: Timestamp?
    /// When a scheduled invocation is to start.
    package var scheduledStartAt: Timestamp?
    package var runningAt: Timestamp?
    package var completedAt: Timestamp?
    /// Entries of the journal, the input included: the index of the next one.
    package var journalLength: Int
    /// Commands among them.
    package var commandCount: Int
    /// Payload bytes of the journal, the input included: decides how it is read.
    package var journalBytes: Int
    /// When the journal got its last entry; `nil` while it has the input only.
    package var lastEntryAt: Timestamp?
    /// What a suspended invocation waits for.
    package var awaiting: Awaiting?
    /// Notifications of the journal below this index were known to the attempt that suspended, and do not wake it.
    package var awaitingFrom = 0
    /// The same in words, by the commands that made it, for operators.
    package var waitsFor: String?
    /// What its attempt last said it waits for, of the services that say so.
    package var lastAwaitingOn: Awaiting?
    /// The index of the last Output command; its payload is the row's output.
    package var outputIndex: Int?
    /// Why it failed, of completed ones: `nil` is success.
    package var completionFailure: Failure?
    /// When the next of its retentions ends: first the journal's, then its own.
    package var expiresAt: Timestamp?
    /// The place in the inbox of its key.
    package var inboxSequence: Int64?
    /// Whether an operator wants it to stop as soon as its attempt comes to rest.
    package var pauseRequested = false
    /// How many events its journal has: the sequence number of the next one.
    package var eventCount = 0
    /// How many timers of it are not due yet; those of an ended invocation are removed with it.
    package var pendingTimers = 0
    /// Whether the journal was removed after completion.
    package var journalIsGone = false

    package init(head: InvocationHead, status: InvocationStatus, inputBytes: Int) {
        self.head = head
        self.status = status
        self.modifiedAt = head.createdAt
        self.journalLength = 1
        self.commandCount = 1
        self.journalBytes = inputBytes
    }

    package var number: InvocationNumber { head.number }

    /// What it suspended on does not matter any more.
    mutating func stopWaiting() {
        awaiting = nil
        awaitingFrom = 0
        waitsFor = nil
    }

    /// Whether the result has outlived its retention: readers must not see it any more, deleted or not.
    package func isExpired(at now: Timestamp) -> Bool {
        guard status == .completed, let completedAt else { return false }
        return completedAt.adding(head.completionRetention) <= now
    }
}
