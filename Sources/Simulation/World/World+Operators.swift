import DurableModel
import Engine
import Partition
import Registry
import ServiceProtocol

/// What operators do to invocations and states while all else goes on.
extension World {
    /// An act on one invocation that is not answered yet.
    struct PendingAct {
        var operation: InvocationOperation
        var id: InvocationID
        /// What it was in before the turn; `nil` if it is not there.
        var status: InvocationStatus?
    }

    func operate() {
        switch Int.random(in: 0..<14, using: &entropy) {
        case 0: patchState()
        case 1: operateOnMany()
        default: operateOnOne()
        }
    }

    private func submitAct(_ command: (RequestID) -> EngineCommand) {
        submit(command(takeRequest()), from: CommandSource(rawValue: 2))
    }

    func act(_ operation: InvocationOperation, on id: InvocationID) {
        note("\(operation.name) \(id)")
        switch operation {
        case .resume(.keep), .pause, .purgeJournal, .restartAsNew: break
        case .resume: movable.insert(id)
        // What has not begun leaves no record.
        case .cancel: removable.insert(id)
        case .kill:
            removable.insert(id)
            hasKilled = true
        case .purge:
            removable.insert(id)
            purged.insert(id)
        }
        let request = takeRequest()
        acts[request] = PendingAct(operation: operation, id: id)
        submit(.operate(operation, id, actor: "world", request), from: CommandSource(rawValue: 2))
    }

    /// Of what there is, as often of what is not over as of all that ever was.
    private func operateOnOne() {
        let unfinished = storage.rows.unfinished
        let id =
            Bool.random(using: &entropy)
            ? unfinished.randomElement(using: &entropy)?.invocation.head.id : known.randomElement(using: &entropy)
        guard let id, let operation = operation(for: id) else { return }
        act(operation, on: id)
    }

    /// What counts keeps its rows: the world looks at them at its end. Seldom it is to go before it has begun, which is
    /// refused unless it begins and ends before the turn.
    private func operation(for id: InvocationID) -> InvocationOperation? {
        let row = storage.rows.row(of: id)?.invocation
        let counts = row?.head.target.service == "Counter" || countsInState.contains(id)
        switch Int.random(in: 0..<13, using: &entropy) {
        case 0, 1, 2: return .pause
        case 3, 4: return .resume(.keep)
        case 5, 6: return .resume(elsewhere())
        case 7, 8:
            let from = counts ? 0 : Int.random(in: 0...(row?.journalLength ?? 1), using: &entropy)
            return .restartAsNew(from: from, Bool.random(using: &entropy) ? .keep : elsewhere())
        case 9: return .cancel
        case 10: return .kill
        case let choice:
            if counts {
                guard let row, [.scheduled, .inboxed].contains(row.status), Int.random(in: 0..<4, using: &entropy) == 0
                else { return nil }
                if let key = row.head.stateKey { uncounted.insert(key) }
            }
            return choice == 11 ? .purgeJournal : .purge
        }
    }

    private func elsewhere() -> DeploymentChoice {
        guard Bool.random(using: &entropy) else { return .latest }
        let ids = storage.rows.deployments.values.sorted { $0.createdAt < $1.createdAt }.map(\.id)
        return ids.randomElement(using: &entropy).map { .explicit($0) } ?? .latest
    }

    private func operateOnMany() {
        var filter = InvocationFilter()
        filter.services = [["Counter", "Greeter", "Flow"][Int.random(in: 0..<3, using: &entropy)]]
        let operation: InvocationOperation
        switch Int.random(in: 0..<5, using: &entropy) {
        case 0: operation = .pause
        case 1: operation = .restartAsNew(from: 0, .latest)
        case 2: operation = .purgeJournal
        default: operation = .resume(.keep)
        }
        if operation == .purgeJournal, filter.services == ["Counter"] { filter.services = ["Greeter"] }
        let limit = Int.random(in: 1...4, using: &entropy)
        note("\(operation.name) up to \(limit) of \(filter.services)")
        submitAct { .operateBulk(BulkStep(operation, filter, limit: limit), actor: "world", $0) }
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
        submitAct { .patchState(patch, actor: "world", $0) }
    }

    /// Lets go on what waits for an operator: what is paused, and what has lost its deployment, which goes elsewhere or ends.
    /// Once nothing else moves, the signals are given whose helpers were ended.
    func rescue(_ row: MemoryRows.Row) {
        let id = row.invocation.head.id
        guard !acts.values.contains(where: { $0.id == id }) else { return }
        let isLost = row.invocation.pin.map { storage.rows.deployments[$0.deployment] == nil } ?? false
        switch row.invocation.status {
        case .paused where !isLost: act(.resume(.keep), on: id)
        case .paused, .backingOff:
            guard isLost else { return }
            act(rescued.insert(row.invocation.number).inserted ? .resume(.latest) : .kill, on: id)
        case .suspended:
            let isStuck = storage.rows.unfinished.allSatisfy { [.suspended, .inboxed].contains($0.invocation.status) }
            if isStuck, storage.rows.timers.isEmpty { giveSignals(to: row.invocation) }
        case .scheduled, .inboxed, .ready, .running, .completed: break
        }
    }

    // MARK: Answers

    /// Looks up in what state each act finds its invocation, right before the turn.
    func noteStatuses() {
        for (request, act) in acts {
            let row = storage.rows.row(of: act.id)?.invocation
            acts[request]?.status = row.flatMap { $0.isExpired(at: now) ? nil : $0.status }
        }
    }

    func judge(_ answer: Answer, to act: PendingAct) {
        let reply: OperationTable.Reply
        switch answer {
        case .operated(_, let outcome): reply = .done(outcome)
        case .refused(.operation(let reason, _, _)): reply = .refused(reason)
        case .refused(.storageFull), .refused(.storage): return
        default: return violated("\(act.operation.name) is answered with \(ActionText.line(answer))")
        }
        let kind = OperationKind(act.operation)
        guard !OperationTable.allows(reply, to: kind, in: act.status) else {
            if let status = act.status { coverage.add(kind, status) }
            return checkEffect(of: reply, on: act)
        }
        // Something else in the same turn came before it.
        let states = InvocationStatus.allCases.map(Optional.some) + [nil]
        if !states.contains(where: { OperationTable.allows(reply, to: kind, in: $0) }) {
            violated("\(kind.rawValue) of what is \(act.status?.name ?? "not there") is answered with \(reply)")
        }
    }

    /// What was done shows in the rows; what came after it in the same turn may have gone further.
    private func checkEffect(of reply: OperationTable.Reply, on act: PendingAct) {
        guard case .done(let outcome) = reply else { return }
        let row = storage.rows.row(of: act.id)?.invocation
        switch outcome {
        case .killed:
            if let row, row.status != .completed, !mayBeNew(act.id) { violated("\(act.id) was killed and goes on") }
        case .journalPurged:
            if let row, row.status == .completed, !row.journalIsGone {
                violated("the journal of \(act.id) was purged and is there")
            }
        case .restarted(let id):
            if storage.rows.row(of: id) == nil { violated("\(id) was made by a restart and is lost") }
            noteKnown(id, counts: countsInState.contains(act.id))
        case .cancelRequested, .pauseRequested, .ended, .alreadyPaused, .resumed, .purged: break
        }
    }
}
