import DurableModel
import ServiceProtocol

/// An operator's acts on one invocation. What comes of each in each state is the table of docs/invocations.md.
extension Engine {
    mutating func operate(
        _ operation: InvocationOperation,
        on id: InvocationID,
        by actor: String,
        for request: RequestID
    ) throws(StorageError) {
        guard let invocation = try find(id) else {
            return answer(request, .refused(.operation(.notFound, operation, id)))
        }
        var tells = memory.inlineEffectsMax
        switch try carryOut(operation, on: invocation, killsMax: memory.inlineEffectsMax, tells: &tells) {
        case .done(let outcome):
            actions.append(.note(.operated(id, invocation.head.target, operation, actor: actor)))
            answer(request, .operated(id, outcome))
        case .begun:
            unfinished.append(.operate(operation, id, actor: actor, request))
        case .refused(let reason):
            answer(request, .refused(.operation(reason, operation, id)))
        }
    }

    /// Does it, or says why not and changes nothing. A kill ends at most `killsMax` invocations at once; the outbox goes on.
    /// A purge tells at most as many as are left of `tells`, and begins only if there are more.
    mutating func carryOut(
        _ operation: InvocationOperation,
        on invocation: Invocation,
        killsMax: Int,
        tells: inout Int
    ) throws(StorageError) -> Operated {
        switch operation {
        case .cancel:
            guard invocation.status != .completed else { return .refused(.completed) }
            try cancel(invocation)
            return .done(invocation.status.takesSignals ? .cancelRequested : .ended)
        case .kill:
            guard invocation.status != .completed else { return .refused(.completed) }
            _ = try killTree(from: invocation.head.id, limit: killsMax)
            return .done(.killed)
        case .pause: return Operated(try pause(invocation))
        case .resume(let choice): return Operated(try resume(invocation, on: choice))
        case .purge: return try purge(invocation, tells: &tells)
        case .purgeJournal: return Operated(try purgeJournal(of: invocation))
        case .restartAsNew(let from, let choice): return Operated(try restart(invocation, from: from, on: choice))
        }
    }
}

/// How far an operation came in a turn.
enum Operated {
    case done(OperationOutcome)
    /// Part of it is done, and it goes on in the next turn.
    case begun
    case refused(OperationRefusal)

    init(_ result: Result<OperationOutcome, OperationRefusal>) {
        switch result {
        case .success(let outcome): self = .done(outcome)
        case .failure(let reason): self = .refused(reason)
        }
    }
}
