import DurableModel
import Engine
import Runtime

extension Operations {
    /// Replaces the state of a key. Comes to whether the change waits for the invocations before it.
    package func patchState(
        _ patch: StatePatch,
        by actor: OperationActor,
        then: @escaping (Result<Bool, OperationError>) -> Void
    ) {
        if let version = patch.expectedVersion, version.count != StateVersion.bytes {
            return then(.failure(.badStateVersion))
        }
        runtime.submit(from: actor.source) {
            .patchState(patch, actor: actor.name, $0)
        } then: { answer in
            switch answer {
            case .statePatched(let isQueued): then(.success(isQueued))
            default: then(.failure(.refused(answer.refusal)))
            }
        }
    }
}
