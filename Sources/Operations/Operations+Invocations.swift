import ControlProtocol
import DurableModel
import Engine
import Runtime

extension Operations {
    /// Does one operation to one invocation.
    package func operate(
        _ operation: InvocationOperation,
        on id: String,
        by actor: OperationActor,
        then: @escaping (Result<Operated, OperationError>) -> Void
    ) {
        guard let parsed = try? InvocationID(parsing: id) else { return then(.failure(.badInvocationID(id))) }
        operate(operation, on: parsed, by: actor) { result in
            then(result.mapError { .refused($0) })
        }
    }

    private func operate(
        _ operation: InvocationOperation,
        on id: InvocationID,
        by actor: OperationActor,
        then: @escaping (Result<Operated, Refusal>) -> Void
    ) {
        runtime.submit(from: actor.source) {
            .operate(operation, id, actor: actor.name, $0)
        } then: { answer in
            switch answer {
            case .operated(let id, let outcome): then(.success(Operated(id: id, outcome: outcome)))
            default: then(.failure(answer.refusal))
            }
        }
    }

    /// Does one operation to each of the named invocations, at most `BatchOutcome.idsMax`; a refusal stops no other.
    package func operateAll(
        _ operation: InvocationOperation,
        _ ids: [InvocationID],
        by actor: OperationActor,
        then: @escaping (Result<BatchOutcome, OperationError>) -> Void
    ) {
        guard ids.count <= BatchOutcome.idsMax else { return then(.failure(.tooManyIDs(ids.count))) }
        guard !ids.isEmpty else { return then(.success(BatchOutcome())) }
        var results: [Int: Result<Operated, Refusal>] = [:]
        for (place, id) in ids.enumerated() {
            operate(operation, on: id, by: actor) { result in
                results[place] = result
                guard results.count == ids.count else { return }
                var outcome = BatchOutcome()
                for (place, id) in ids.enumerated() {
                    switch results[place] {
                    case .success(let operated): outcome.succeeded.append(operated)
                    case .failure(let refusal): outcome.failed.append(.init(id: id, refusal: refusal))
                    case nil: continue
                    }
                }
                then(.success(outcome))
            }
        }
    }

    /// Does one operation to all invocations that the filter matches, step by step, so that other work goes on beside.
    ///
    /// `onStep` gets each step with its refusals and says whether to go on; after a no, and after a failure in between,
    /// the cursor of the last step is where another request can take it up. A dry run only counts.
    package func operateBulk(
        _ operation: InvocationOperation,
        _ filter: InvocationFilter,
        isDryRun: Bool,
        from cursor: BulkCursor? = nil,
        by actor: OperationActor,
        onStep: @escaping (BulkProgress) -> Bool,
        then: @escaping (Result<BulkOutcome, OperationError>) -> Void
    ) {
        let first = BulkStep(
            operation,
            filter,
            isDryRun: isDryRun,
            after: cursor?.after ?? InvocationNumber(rawValue: 0),
            upTo: cursor?.upTo
        )
        take(first, BulkOutcome(cursor: cursor), by: actor, onStep: onStep, then: then)
    }

    private func take(
        _ step: BulkStep,
        _ outcome: BulkOutcome,
        by actor: OperationActor,
        onStep: @escaping (BulkProgress) -> Bool,
        then: @escaping (Result<BulkOutcome, OperationError>) -> Void
    ) {
        runtime.submit(from: actor.source) {
            .operateBulk(step, actor: actor.name, $0)
        } then: { [unowned self] answer in
            guard case .bulk(let progress) = answer else { return then(.failure(.refused(answer.refusal))) }
            var outcome = outcome
            outcome.matched += progress.matched
            outcome.succeeded += progress.succeeded
            outcome.refused += progress.refused.count
            outcome.cursor = progress.next.map { BulkCursor(after: $0, upTo: progress.upTo) }
            guard onStep(progress), let next = step.next(after: progress) else { return then(.success(outcome)) }
            take(next, outcome, by: actor, onStep: onStep, then: then)
        }
    }
}

extension Answer {
    /// The refusal in an answer that is not what was asked for.
    var refusal: Refusal {
        switch self {
        case .refused(let refusal): refusal
        case .stopping: .shuttingDown
        case .accepted, .result, .registered, .removed, .updated, .configured, .pruned, .operated, .bulk,
            .statePatched, .awakeableCompleted:
            .misfit
        }
    }
}
