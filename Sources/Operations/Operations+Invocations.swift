import ControlProtocol
import DurableModel
import Engine
import Runtime

/// What a cancel or a kill came to.
package struct Termination: Sendable {
    package var id: InvocationID
    /// Whether nothing of the invocation runs any more; otherwise it was asked to end itself.
    package var isOver: Bool
}

extension Operations {
    /// Asks an invocation to end itself; one that has not begun is over at once.
    package func cancel(
        _ id: String,
        by actor: OperationActor,
        then: @escaping (Result<Termination, OperationError>) -> Void
    ) {
        terminate(id, by: actor, then: then) { .cancel($0, $1) }
    }

    /// Ends an invocation and all that it called.
    package func kill(
        _ id: String,
        by actor: OperationActor,
        then: @escaping (Result<Termination, OperationError>) -> Void
    ) {
        terminate(id, by: actor, then: then) { .kill($0, $1) }
    }

    private func terminate(
        _ id: String,
        by actor: OperationActor,
        then: @escaping (Result<Termination, OperationError>) -> Void,
        command: (InvocationID, RequestID) -> EngineCommand
    ) {
        guard let parsed = try? InvocationID(parsing: id) else { return then(.failure(.badInvocationID(id))) }
        runtime.submit(from: actor.source) {
            command(parsed, $0)
        } then: { answer in
            switch answer {
            case .terminated(let id, let isOver): then(.success(Termination(id: id, isOver: isOver)))
            default: then(.failure(.refused(answer.refusal)))
            }
        }
    }

    /// Runs a read-only statement over the public views, in a process of its own.
    package func query(
        _ sql: String,
        rowsMax: Int?,
        format: QueryWorker.Format,
        onBatch: @escaping (QueryWorker.Batch) -> Void,
        then: @escaping (Result<QueryWorker.Summary, OperationError>) -> Void
    ) {
        queries.run(sql: sql, rowsMax: rowsMax, format: format, onBatch: onBatch) { result in
            then(result.mapError { .query($0) })
        }
    }
}
