import DurableModel

/// An operator's acts on invocations (docs/invocations.md).
extension Engine {
    mutating func operate(
        _ operation: InvocationOperation,
        on id: InvocationID,
        by actor: String,
        for request: RequestID
    ) throws(StorageError) {
        answer(request, .refused(.unsupported("operations on invocations")))
    }

    mutating func operate(_ step: BulkStep, by actor: String, for request: RequestID) throws(StorageError) {
        answer(request, .refused(.unsupported("operations on many invocations")))
    }

    mutating func patchState(_ patch: StatePatch, by actor: String, for request: RequestID) throws(StorageError) {
        answer(request, .refused(.unsupported("changes of a key's state")))
    }
}
