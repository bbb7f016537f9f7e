import DurableModel
import Engine
import Partition
import ServiceProtocol

/// What operators do to invocations and states while all else goes on.
extension World {
    func operate() {
        switch Int.random(in: 0..<6, using: &entropy) {
        case 0: patchState()
        case 1: operateOnMany()
        default: operateOnOne()
        }
    }

    private func submit(_ command: (RequestID) -> EngineCommand) {
        partition.submit(command(RequestID(rawValue: nextRequest)), from: CommandSource(rawValue: 2))
        nextRequest += 1
    }

    private func operateOnOne() {
        guard let id = known.randomElement(using: &entropy), let operation = operation(for: id) else { return }
        if case .resume = operation { movable.insert(id) }
        note("\(operation.name) \(id)")
        submit { .operate(operation, id, actor: "world", $0) }
    }

    /// What is found again by its id, and what counts, keeps its rows: the world looks at them at its end.
    private func operation(for id: InvocationID) -> InvocationOperation? {
        let row = storage.rows.invocations.values.first { $0.invocation.head.id == id }?.invocation
        let isKept = row.map { $0.head.hasDerivedID || $0.head.stateKey != nil } ?? true
        switch Int.random(in: 0..<10, using: &entropy) {
        case 0, 1, 2, 3: return .pause
        case 4, 5: return .resume(choice())
        case 6, 7:
            let isCounter = row?.head.stateKey != nil
            let from = isCounter ? 0 : Int.random(in: 0...(row?.journalLength ?? 1), using: &entropy)
            return .restartAsNew(from: from, choice())
        case 8: return isKept ? nil : .purgeJournal
        default:
            guard !isKept else { return nil }
            removable.insert(id)
            return .purge
        }
    }

    private func choice() -> DeploymentChoice {
        switch Int.random(in: 0..<3, using: &entropy) {
        case 0: return .keep
        case 1: return .latest
        default:
            let ids = storage.rows.deployments.values.sorted { $0.createdAt < $1.createdAt }.map(\.id)
            return ids.randomElement(using: &entropy).map { .explicit($0) } ?? .latest
        }
    }

    private func operateOnMany() {
        var filter = InvocationFilter()
        filter.services = [Bool.random(using: &entropy) ? "Counter" : "Greeter"]
        let operation: InvocationOperation
        switch Int.random(in: 0..<4, using: &entropy) {
        case 0: operation = .pause
        case 1: operation = .restartAsNew(from: 0, .latest)
        default: operation = .resume(.keep)
        }
        let limit = Int.random(in: 1...4, using: &entropy)
        note("\(operation.name) up to \(limit) of \(filter.services)")
        submit { .operateBulk(BulkStep(operation, filter, limit: limit), actor: "world", $0) }
    }

    /// Writes a state as it was read, with a mark beside it, if it is still the same: a count that grew meanwhile must not
    /// be set back.
    private func patchState() {
        let key = ServiceKey(service: "Counter", key: ["a", "b", "c"][Int.random(in: 0..<3, using: &entropy)])
        var state = storage.rows.state[key] ?? [:]
        let version = StateVersion.digest(of: state.map { StateEntry(key: $0.key, value: $0.value) })
        state[Array("mark".utf8)] = Array(String(nextRequest).utf8)
        let patch = StatePatch(key: key, newState: state, expectedVersion: version)
        note("patch the state of \(key.key)")
        submit { .patchState(patch, actor: "world", $0) }
    }

    /// Lets go on what operators have paused.
    func resumeAll() {
        var filter = InvocationFilter()
        filter.statuses = [.paused]
        submit { .operateBulk(BulkStep(.resume(.keep), filter), actor: "world", $0) }
    }
}
