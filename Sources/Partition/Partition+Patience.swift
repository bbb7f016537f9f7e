import DurableModel
import Engine

/// When a turn is worth its commit: one costs the same for a single command as for many.
extension Partition {
    /// Notes a command that needs no turn of its own.
    mutating func notePatience(of command: EngineCommand) {
        if awaitsBusyKey(command) { patientCount += 1 }
    }

    /// Whether the queue asks for a turn. A call that could only line up behind the attempt under way for its key goes with
    /// what that attempt says next, or soon by itself.
    func queueWantsTurn(at wallClock: Timestamp) -> Bool {
        if queue.count > patientCount { return true }
        guard !queue.isEmpty, let lastWallClock, wallClock >= lastWallClock else { return !queue.isEmpty }
        return wallClock.since(lastWallClock) >= limits.patience
    }

    /// Whether a command is a call that an attempt under way keeps from beginning, and whose caller waits for the result.
    private func awaitsBusyKey(_ command: EngineCommand) -> Bool {
        guard case .invoke(let request, _) = command, request.waitsForResult, request.startAt == nil,
            !memory.work.busyKeys.isEmpty, let key = request.target.key,
            memory.work.busyKeys[ServiceKey(service: request.target.service, key: key)] != nil
        else { return false }
        let route = memory.catalog.service(named: request.target.service)?.route(to: request.target.handler)
        return route?.handler.type == .exclusive
    }
}
