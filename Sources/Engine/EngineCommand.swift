import DurableModel
import Registry
import ServiceProtocol

/// A call or send that was accepted by a face: everything the engine needs to make an invocation of it.
package struct InvokeRequest: Sendable {
    package var target: Target
    /// The headers and body for the handler, as the payload of an Input command.
    package var input: [UInt8]
    package var idempotencyKey: String?
    /// When it is to start, of delayed sends; a moment in the past starts it at once.
    package var startAt: Timestamp?
    /// Whether the caller waits for the result rather than for the acceptance.
    package var waitsForResult: Bool

    package init(
        target: Target,
        input: [UInt8],
        idempotencyKey: String? = nil,
        startAt: Timestamp? = nil,
        waitsForResult: Bool
    ) {
        self.target = target
        self.input = input
        self.idempotencyKey = idempotencyKey
        self.startAt = startAt
        self.waitsForResult = waitsForResult
    }
}

/// A registration after discovery: what was found and what the operator allows.
package struct RegisterRequest: Sendable {
    package var discovered: DiscoveredDeployment
    package var options: RegisterOptions
    /// Who asks, for the history: peer credentials or a remote address.
    package var actor: String

    package init(discovered: DiscoveredDeployment, options: RegisterOptions, actor: String) {
        self.discovered = discovered
        self.options = options
        self.actor = actor
    }
}

/// What may be asked of the engine. Every change of what is stored begins as one of these.
package enum EngineCommand: Sendable {
    case invoke(InvokeRequest, RequestID)
    /// Waits for the result of an invocation.
    case attach(InvocationID, RequestID)
    /// Asks for the result of an invocation if it is there.
    case fetchOutput(InvocationID, RequestID)
    /// Completes an awakeable, with a value or a failure.
    case completeAwakeable(AwakeableID, CompletionResult, RequestID)
    /// The waiter has gone; the invocation is not touched.
    case forget(RequestID)
    case attempt(AttemptID, AttemptEvent)
    /// An opening that was read elsewhere is there.
    case opened(AttemptOrder)
    /// An operator acts on one invocation; `actor` is who, for the log.
    case operate(InvocationOperation, InvocationID, actor: String, RequestID)
    /// One step of an operator's act on many invocations.
    case operateBulk(BulkStep, actor: String, RequestID)
    /// An operator replaces the state of a key.
    case patchState(StatePatch, actor: String, RequestID)
    case register(RegisterRequest, RequestID)
    case removeDeployment(DeploymentID, force: Bool, actor: String, RequestID)
    /// An operator changes the catalog in another way.
    case catalog(CatalogRequest, actor: String, RequestID)

    /// Who waits for an answer to it.
    package var request: RequestID? {
        switch self {
        case .invoke(_, let request), .attach(_, let request), .fetchOutput(_, let request),
            .completeAwakeable(_, _, let request), .register(_, let request),
            .removeDeployment(_, _, _, let request), .operate(_, _, _, let request),
            .operateBulk(_, _, let request), .patchState(_, _, let request), .catalog(_, _, let request):
            request
        case .forget, .attempt, .opened: nil
        }
    }

    /// About how many bytes the command makes the turn write: what a turn is bounded by.
    package var weight: Int {
        switch self {
        case .invoke(let request, _): request.input.count + 512
        case .attempt(_, .received(let frames)): frames.reduce(64) { $0 + $1.payload.count + 64 }
        case .patchState(let patch, _, _): patch.bytes + 512
        case .completeAwakeable(_, .value(let value), _): value.count + 512
        case .completeAwakeable(_, .failure(let failure), _): failure.message.utf8.count + 512
        case .operateBulk(let step, _, _): step.limit * 512
        case .operate(.restartAsNew, _, _, _): 64 << 10
        default: 512
        }
    }
}

/// Why the engine did not do what a command asked. The caller can act on each.
package enum Refusal: Error, Sendable, Equatable {
    /// There is no handler of that name to call.
    case routing(RoutingError)
    case invocationNotFound(InvocationID)
    case notYetCompleted(InvocationID)
    /// An answer came that is none to what was asked: an error of this program.
    case misfit
    case registry(RegistryError)
    /// The operation on that invocation was not done.
    case operation(OperationRefusal, InvocationOperation, InvocationID)
    /// The state of a key is not of the version that the change was made for; `current` is its version.
    case stateConflict(ServiceKey, current: [UInt8])
    /// As many changes of that key's state, or of all states, wait for invocations to end as may.
    case tooManyPatches(ServiceKey)
    /// Services of that type have no state.
    case statelessService(ServiceType)
    /// As many invocations wait for that key as may.
    case inboxFull(ServiceKey, lengthMax: Int)
    /// The disk is full: nothing new is accepted until there is room.
    case storageFull
    /// The store refused this command's rows; what it said.
    case storage(String)
    case shuttingDown
}

extension Refusal {
    /// What happened, to what, why, and what to do about it, for people.
    package var sentence: String {
        switch self {
        case .routing(.unknownService(let service)):
            "service '\(service)' not found, make sure to register the service before calling it."
        case .routing(.unknownHandler(let service, let handler)):
            "the service '\(service)' exists, but the handler '\(handler)' was not found"
        case .invocationNotFound(let id): "invocation '\(id)' not found"
        case .notYetCompleted: "the invocation exists but has not completed yet"
        case .misfit: "the answer does not fit the request"
        case .registry(let error): error.description
        case .operation(let reason, let operation, let id): reason.sentence(operation, of: id)
        case .stateConflict(let key, _):
            "the state of '\(key.service)/\(key.key)' has changed since it was read; read it again and repeat the change"
        case .tooManyPatches(let key):
            "too many changes wait already for the invocation that has '\(key.service)/\(key.key)', or for others; "
                + "try again when it is over"
        case .statelessService(let type): "Cannot modify state for service type \(type.text)"
        case .inboxFull(let key, let max):
            "\(max) invocations wait for the key '\(key.key)' of '\(key.service)' already, which is all that may "
                + "(inbox-length-max); try again later"
        case .storageFull: "the disk is full: nothing new is accepted until there is room in the data directory"
        case .storage(let text): "the store refused this: \(text)"
        case .shuttingDown: "the server is stopping"
        }
    }
}

extension ServiceType {
    /// As clients of the admin API know it.
    fileprivate var text: String {
        switch self {
        case .service: "Service"
        case .virtualObject: "VirtualObject"
        case .workflow: "Workflow"
        }
    }
}

/// What a waiter is told, after the commit that made it true.
package enum Answer: Sendable {
    case accepted(InvocationID, isNew: Bool, executionTime: Timestamp?)
    /// The result of an invocation of that target; `expiresAt` only if it was stored before the question came.
    case result(InvocationID, InvocationResult, of: Target, expiresAt: Timestamp?)
    /// The awakeable is completed, or was before, or nobody has it any more: all of these look alike.
    case awakeableCompleted
    /// An operator's act on one invocation was done.
    case operated(InvocationID, OperationOutcome)
    /// A step of an operator's act on many invocations was done.
    case bulk(BulkProgress)
    /// A key's state was replaced, or will be when the invocations before the change are over.
    case statePatched(isQueued: Bool)
    case registered(Registration)
    case removed(Removal)
    /// A deployment was changed in place, or would be.
    case updated(Update)
    /// The options of a service were set.
    case configured(Configured)
    /// Drained deployments were removed, or would be.
    case pruned(Pruned)
    case refused(Refusal)
    /// The daemon stops; the work, if there is an id, is accepted and goes on after the next start.
    case stopping(InvocationID?)
}

/// What is to be done once a turn is committed, and never before. Values with ids: the shell knows who stands behind them.
package enum Action: Sendable {
    /// Carry out an attempt.
    case start(AttemptOrder)
    /// Read an opening that is too large for a turn, away from the core, and submit the command that it gives.
    case read(Opening)
    /// Send frames on the open input of an attempt.
    case send(AttemptID, [UInt8])
    /// End the input of an attempt: the hint to suspend.
    case endInput(AttemptID)
    /// The attempt has said its last word: end its input, drain what comes, forget it.
    case finish(AttemptID)
    /// Cut the attempt off.
    case abort(AttemptID)
    case answer(RequestID, Answer)
    /// Something an operator wants to read in the log.
    case note(Note)
}

/// A record for the log about what was decided.
package enum Note: Sendable {
    case attemptFailed(InvocationID, Target, DeploymentID?, AttemptFailureRecord, nextRetryAt: Timestamp?)
    case paused(InvocationID, Target, AttemptFailureRecord?)
    case registered(DeploymentID, String)
    case removed(DeploymentID, orphaned: Int)
    /// A deployment was changed in place; its address now.
    case updated(DeploymentID, String)
    /// An operator set options of a service.
    case configured(service: String, DeploymentID)
    /// An operator acted on an invocation; `actor` is who.
    case operated(InvocationID, Target, InvocationOperation, actor: String)
    /// An operator acted on many invocations in one step.
    case operatedMany(InvocationOperation, succeeded: Int, refused: Int, actor: String)
    /// An operator changed the state of a key.
    case statePatched(ServiceKey, actor: String)
    /// A change of a key's state waited for its turn and then found another version than it was made for.
    case statePatchDropped(ServiceKey, actor: String)
    /// A deployment was read again in place, with so many invocations pinned to it that are not over.
    case replaced(DeploymentID, String, inFlight: Int)
    /// There is room on the disk again: new work is taken.
    case roomAgain
    /// The wall clock is that far ahead of where the last turn left it; nothing is deleted for a while.
    case clockJumped(Interval)
    /// The disk is full: new work is refused, the rest is tried again. What the store said.
    case stalled(String)
    /// A command was refused alone after its turn had failed: what the store said.
    case commandRefused(String)
}
