import DurableModel
import Engine
import ServiceProtocol

extension MemoryRows {
    /// What is not as it must be between two turns, in sentences; empty if all is well.
    package func violations() -> [String] {
        var found: [String] = []
        checkCounts(&found)
        for row in invocations.values { check(row.invocation, &found) }
        checkReferences(&found)
        return found
    }

    /// What is not as it must be with these invocations alone.
    package func violations(of numbers: some Sequence<InvocationNumber>) -> [String] {
        var found: [String] = []
        for number in numbers {
            if let row = invocations[number] { check(row.invocation, &found) }
        }
        return found
    }

    private func checkCounts(_ found: inout [String]) {
        var recount: [CountKey: Int] = [:]
        for row in invocations.values where row.invocation.status != .completed {
            let key = CountKey(
                deployment: row.invocation.pin?.deployment,
                service: row.invocation.head.target.service,
                handler: row.invocation.head.target.handler,
                status: row.invocation.status
            )
            recount[key, default: 0] += 1
        }
        if recount != counts {
            found.append("counts say \(counts.values.sorted()), a recount \(recount.values.sorted())")
        }
    }

    private func check(_ invocation: Invocation, _ found: inout [String]) {
        let number = invocation.number
        let timers = timersOf[number] ?? []
        var name: String { invocation.nameInWorld }
        if timers.count != invocation.pendingTimers {
            found.append("\(name) has \(timers.count) timers and says \(invocation.pendingTimers)")
        }
        let length = 1 + (journal[number]?.count ?? 0) + (invocation.outputIndex == nil ? 0 : 1)
        if !invocation.journalIsGone, length != invocation.journalLength {
            found.append("\(name) has \(length) entries and says \(invocation.journalLength)")
        }
        if invocation.journalIsGone, journal[number] != nil {
            found.append("\(name) keeps rows of a journal that is gone")
        }
        checkSignals(of: invocation, &found)
        checkPromises(of: invocation, &found)
        if let key = invocation.head.lockedKey {
            let holds = locks[key] == number
            let mustHold = invocation.status != .scheduled && invocation.status != .inboxed
            if holds != (mustHold && invocation.status != .completed) {
                found.append("\(name) \(holds ? "holds" : "does not hold") its key")
            }
        }
        switch invocation.status {
        case .scheduled:
            if !timers.contains(where: { $0.kind == .start }) { found.append("\(name) has no timer to start it") }
        case .inboxed:
            let place = invocation.head.lockedKey.flatMap { inbox[$0] }?.first { $0.invocation == number }
            if place == nil || place?.sequence != invocation.inboxSequence { found.append("\(name) has no place") }
        case .backingOff:
            let due = timers.first { $0.kind == .retry }?.due
            if due == nil || due != invocation.attempt.nextRetryAt { found.append("\(name) has no timer to retry") }
        case .suspended:
            if isOver(invocation) { found.append("\(name) waits for what has come") }
        case .completed:
            if !timers.isEmpty { found.append("\(name) has timers") }
        case .paused, .ready:
            if invocation.attempt.nextRetryAt != nil { found.append("\(name) says when it is retried") }
        case .running: break
        }
        if invocation.pauseRequested, invocation.status != .running { found.append("\(name) is to be paused") }
        if invocation.pin == nil, invocation.status == .running { found.append("\(name) runs without a pin") }
    }

    /// Whether what a suspended invocation waits for is in its journal.
    private func isOver(_ invocation: Invocation) -> Bool {
        guard let awaiting = invocation.awaiting else { return true }
        var outcomes: [NotificationID: LeafOutcome] = [:]
        for row in journal[invocation.number] ?? [] where row.index >= invocation.awaitingFrom {
            guard let notification = try? Notification.decode(row.frame) else { continue }
            outcomes[notification.id] = notification.result.isFailure ? .failed : .succeeded
        }
        return awaiting.evaluate { outcomes[$0] ?? .pending } != .pending
    }

    private func checkReferences(_ found: inout [String]) {
        checkPromiseRows(&found)
        for (id, numbers) in byDerivedID {
            for number in numbers.dropLast() where invocations[number]?.invocation.status != .completed {
                found.append("\(id) is there twice and the earlier one is not over")
            }
        }
        for (key, holder) in locks where invocations[holder] == nil {
            found.append(
                "the lock of \(key.service)/\(key.key) is held by invocation \(holder.rawValue), which is gone"
            )
        }
        for (key, entries) in inbox {
            if locks[key] == nil { found.append("the inbox of \(key.service)/\(key.key) waits for a free key") }
            for entry in entries where entry.isPatch && statePatches[entry.sequence]?.patch.key != key {
                found.append("inbox entry \(entry.sequence) stands for a change of the state that is not there")
            }
            for entry in entries where !entry.isPatch && invocations[entry.invocation]?.invocation.status != .inboxed {
                found.append("inbox entry \(entry.sequence) stands for an invocation that does not queue")
            }
        }
        let patchPlaces = Set(inbox.values.joined().filter(\.isPatch).map(\.sequence))
        for sequence in statePatches.keys where !patchPlaces.contains(sequence) {
            found.append("state patch \(sequence) has no place in an inbox")
        }
        for number in events.keys where invocations[number] == nil {
            found.append("events of invocation \(number.rawValue), which is gone")
        }
        for timer in timers where invocations[timer.invocation] == nil { found.append("\(timer) is nobody's") }
        for number in journal.keys where invocations[number] == nil {
            found.append("journal rows of invocation \(number.rawValue), which is gone")
        }
        for attachment in attachments.values.joined() {
            if invocations[attachment.invocation] == nil || invocations[attachment.waiter] == nil {
                found.append("\(attachment) of an invocation that is gone")
            }
        }
    }
}

extension Invocation {
    /// Its number and its state.
    var nameInWorld: String { "invocation \(number.rawValue) (\(status.name))" }
}
