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
        switch try carryOut(operation, on: invocation, killsMax: memory.inlineEffectsMax) {
        case .success(let outcome):
            actions.append(.note(.operated(id, invocation.head.target, operation, actor: actor)))
            answer(request, .operated(id, outcome))
        case .failure(let reason):
            answer(request, .refused(.operation(reason, operation, id)))
        }
    }

    /// Does it, or says why not and changes nothing. A kill ends at most `killsMax` invocations at once; the outbox goes on.
    mutating func carryOut(
        _ operation: InvocationOperation,
        on invocation: Invocation,
        killsMax: Int
    ) throws(StorageError) -> Result<OperationOutcome, OperationRefusal> {
        switch operation {
        case .cancel:
            guard invocation.status != .completed else { return .failure(.completed) }
            try cancel(invocation)
            return .success(invocation.status.takesSignals ? .cancelRequested : .ended)
        case .kill:
            guard invocation.status != .completed else { return .failure(.completed) }
            _ = try killTree(from: invocation.head.id, limit: killsMax)
            return .success(.killed)
        case .pause: return try pause(invocation)
        case .resume(let choice): return try resume(invocation, on: choice)
        case .purge: return try purge(invocation)
        case .purgeJournal: return try purgeJournal(of: invocation)
        case .restartAsNew(let from, let choice): return try restart(invocation, from: from, on: choice)
        }
    }
}
