import DurableModel
import Engine
import ServiceProtocol

/// What must hold after every turn, and what must hold once nothing is left to do.
extension World {
    /// Every so many turns all rows are looked at, and otherwise those that the turn wrote.
    private static let fullCheckEvery = 16

    func complaints() {
        for complaint in storage.complaints { violated(complaint) }
    }

    func check() {
        complaints()
        // A kill reaches what was called and has not begun, and leaves no record of it.
        if hasKilled { removable.formUnion(storage.rows.neverBegun) }
        let changed = storage.takeChanged()
        guard counts.turns % Self.fullCheckEvery != 0 else { return checkEverything() }
        for violation in storage.rows.violations(of: changed) { violated(violation) }
        checkSignals(givenBy: changed)
        checkMemory()
    }

    func checkEverything() {
        for violation in storage.rows.violations() { violated(violation) }
        let running = storage.rows.invocations.values.filter { $0.invocation.status == .running }.count
        if partition.attemptCount > running {
            violated("\(partition.attemptCount) attempts in memory, \(running) running rows")
        }
        checkMemory()
    }

    /// What a handler gave has come to the invocation that it was for, unless that one is over.
    private func checkSignals(givenBy numbers: some Sequence<InvocationNumber>) {
        for number in numbers {
            checkNamedSignals(of: number)
            for row in storage.rows.journal[number] ?? [] {
                guard
                    row.type == MessageType.completeAwakeableCommand.rawValue
                        || row.type == MessageType.sendSignalCommand.rawValue,
                    let gift = (try? Command.decode(row.frame)).flatMap(Gift.init), !mayBeNew(gift.receiver),
                    let invocation = storage.rows.row(of: gift.receiver)?.invocation,
                    invocation.status != .completed
                else { continue }
                let isThere = storage.rows.signals(of: invocation.number).contains {
                    // Of an awakeable the first counts.
                    $0.id == gift.signal && (gift.isAwakeable || $0.result == gift.result)
                }
                if !isThere { violated("\(gift.signal) was given to \(gift.receiver) and is not there") }
            }
        }
    }

    /// What helpers give by name says who gave it, and each gives once.
    private func checkNamedSignals(of number: InvocationNumber) {
        var named: Set<Notification> = []
        for signal in storage.rows.signals(of: number) {
            guard case .namedSignal(let name) = signal.id, !named.insert(signal).inserted else { continue }
            violated("invocation \(number.rawValue) has the signal \(name) twice")
        }
    }

    /// A signal that a command gives to somebody; not a cancel.
    private struct Gift {
        var receiver: InvocationID
        var signal: NotificationID
        var result: CompletionResult

        init?(_ command: Command) {
            switch command.operation {
            case .completeAwakeable(let text, let result):
                guard let awakeable = try? AwakeableID(parsing: text) else { return nil }
                self.init(awakeable.invocation, .signal(awakeable.index), result)
            case .sendSignal(let target, let id, let result) where id != .cancelSignal:
                guard let receiver = try? InvocationID(parsing: target) else { return nil }
                self.init(receiver, id, result)
            default: return nil
            }
        }

        private init(_ receiver: InvocationID, _ signal: NotificationID, _ result: CompletionResult) {
            self.receiver = receiver
            self.signal = signal
            self.result = result
        }

        var isAwakeable: Bool { if case .signal = signal { true } else { false } }
    }

    private func checkMemory() {
        for payload in storage.rows.staged.keys where !partition.isStaging(payload) {
            violated("staged payload \(payload.rawValue) is nobody's")
        }
        if partition.counts != storage.rows.counts { violated("counts in memory differ from those stored") }
    }

    func checkTheEnd() {
        checkEverything()
        if !storage.rows.staged.isEmpty { violated("\(storage.rows.staged.count) staged payloads stay for ever") }
        if !storage.rows.outbox.isEmpty { violated("\(storage.rows.outbox.count) effects stay in the outbox for ever") }
        for row in storage.rows.unfinished {
            violated("invocation \(row.invocation.number.rawValue) stays \(row.invocation.status.name) for ever")
        }
        for caller in callers where !caller.isAnswered {
            violated("a caller waits for ever (request \(caller.id.rawValue), \(caller.text))")
        }
        for id in known { checkEnd(of: id) }
        checkCounters()
    }

    private func checkEnd(of id: InvocationID) {
        guard let answered = acknowledged[id] else { return }
        guard let row = storage.rows.row(of: id) else {
            if !removable.contains(id), !expires(id) { violated("\(id) was acknowledged and is lost") }
            return
        }
        if let answered, let stored = result(of: row), stored != answered, !mayRunAgain(id, after: answered) {
            violated("\(id) was answered \(ActionText.line(answered)) and is stored as \(ActionText.line(stored))")
        }
    }

    /// Whether its rows may have gone because its retention has ended.
    func expires(_ id: InvocationID) -> Bool { hasShortRetention && !countsInState.contains(id) }

    /// Whether there may be another invocation of the same id by now: the first one was removed, by an operator or in time.
    func mayBeNew(_ id: InvocationID) -> Bool { removable.contains(id) || expires(id) }

    /// Whether an id may have another result than the one that was answered: only if that one leaves no record.
    func mayRunAgain(_ id: InvocationID, after result: InvocationResult) -> Bool {
        if expires(id) { return true }
        guard removable.contains(id) else { return false }
        if purged.contains(id) { return true }
        if case .failure(let failure) = result { return failure.code == 409 }
        return false
    }

    private func result(of row: MemoryRows.Row) -> InvocationResult? {
        if let failure = row.invocation.completionFailure { return .failure(failure) }
        guard let output = row.output,
            let command = try? Command.decode(MessageFrame(type: MessageType.outputCommand.rawValue, payload: output))
        else { return nil }
        if case .output(.value(let bytes)) = command.operation { return .success(bytes) }
        return nil
    }

    /// Each key counts one up for each stored increment: none lost, none twice.
    private func checkCounters() {
        var increments: [ServiceKey: Int] = [:]
        for (number, rows) in storage.rows.journal {
            guard let key = storage.rows.invocations[number]?.invocation.head.stateKey, key.service == "Counter"
            else { continue }
            increments[key, default: 0] += rows.filter { $0.type == MessageType.setStateCommand.rawValue }.count
        }
        for (key, count) in increments where count > 0 && !uncounted.contains(key) {
            let stored = storage.rows.state[key]?[SimulatedHandler.counterName] ?? []
            let text = String(decoding: stored, as: UTF8.self)
            if text != String(count) { violated("\(key.key) counts \(text) after \(count) increments") }
        }
    }
}
