import DurableModel
import Engine
import Partition
import ServiceProtocol

/// What callers do: they call, attach to what others called, ask for results, give up, and repeat what was not answered.
extension World {
    func call() {
        let target = target()
        let script = scripts.add(script(for: target, depth: 0))
        let isDelayed = Int.random(in: 0..<6, using: &entropy) == 0
        let request = InvokeRequest(
            target: target,
            input: inputFrame(headers: [], value: Array(String(script).utf8)).payload,
            idempotencyKey: "call-\(callers.count)",
            startAt: isDelayed ? now.adding(.seconds(Int64.random(in: 0...20, using: &entropy))) : nil,
            waitsForResult: Bool.random(using: &entropy)
        )
        // Some callers send twice, since they do not trust the network.
        for _ in 0..<(chance(30) ? 2 : 1) { come(Caller(question: .invoke(request))) }
    }

    /// Something about what is known already.
    func askAboutOld() {
        guard let id = known.randomElement(using: &entropy) else { return }
        switch Int.random(in: 0..<4, using: &entropy) {
        case 0: come(Caller(question: .attach(id)))
        case 1: come(Caller(question: .fetch(id)))
        case 2: completeAwakeable()
        default: giveUp()
        }
    }

    /// Of what is not over, whether it has one, waits for it, or has had it already.
    private func completeAwakeable() {
        guard let row = storage.rows.unfinished.randomElement(using: &entropy),
            let awakeable = AwakeableID(invocation: row.invocation.head.id, index: AwakeableID.indexMin)
        else { return }
        come(Caller(question: .complete(awakeable)))
    }

    /// Gives what an invocation waits for whose helpers have ended without it, as people do.
    func giveSignals(to invocation: Invocation) {
        for signal in invocation.awaiting?.allLeaves ?? [] where signal != .cancelSignal {
            switch signal {
            case .signal(let index):
                guard let awakeable = AwakeableID(invocation: invocation.head.id, index: index) else { continue }
                come(Caller(question: .complete(awakeable)))
            case .namedSignal:
                let helper = scripts.add([.giveSignal])
                let input = "\(helper) \(SimulatedHandler.address(of: signal, for: invocation.head.id))"
                let request = InvokeRequest(
                    target: Target(service: "Greeter", key: nil, handler: "greet"),
                    input: inputFrame(headers: [], value: Array(input.utf8)).payload,
                    idempotencyKey: "call-\(callers.count)",
                    waitsForResult: false
                )
                come(Caller(question: .invoke(request)))
            case .completion(let id):
                if let promise = promise(awaitedAs: id, by: invocation) { complete(promise) }
            }
        }
    }

    private func promise(awaitedAs id: UInt32, by invocation: Invocation) -> PromiseName? {
        guard let key = invocation.head.stateKey else { return nil }
        for row in storage.rows.journal[invocation.number] ?? []
        where row.type == MessageType.getPromiseCommand.rawValue {
            if case .getPromise(let name, id)? = (try? Command.decode(row.frame))?.operation {
                return PromiseName(key: key, name: name)
            }
        }
        return nil
    }

    private func complete(_ promise: PromiseName) {
        let script = scripts.add([.promise(.complete(promise.name, isFailure: false))])
        let request = InvokeRequest(
            target: Target(service: promise.key.service, key: promise.key.key, handler: "tell"),
            input: inputFrame(headers: [], value: Array(String(script).utf8)).payload,
            idempotencyKey: "call-\(callers.count)",
            waitsForResult: false
        )
        come(Caller(question: .invoke(request)))
    }

    private func come(_ caller: Caller) {
        callers.append(caller)
        ask(callers.count - 1)
    }

    /// A caller goes away before it has its answer.
    private func giveUp() {
        let waiting = callerOf.keys.sorted { $0.rawValue < $1.rawValue }
        guard let request = waiting.randomElement(using: &entropy), let index = callerOf.removeValue(forKey: request)
        else { return }
        note("request \(request.rawValue) is given up")
        callers[index].isAnswered = true
        givenUp.insert(request)
        submit(.forget(request), from: source(of: index))
    }

    func ask(_ index: Int) {
        let request = takeRequest()
        callers[index].id = request
        callerOf[request] = index
        note("request \(request.rawValue): \(callers[index].text)")
        switch callers[index].question {
        case .invoke(let invoke): submit(.invoke(invoke, request), from: source(of: index))
        case .attach(let id): submit(.attach(id, request), from: source(of: index))
        case .fetch(let id): submit(.fetchOutput(id, request), from: source(of: index))
        case .complete(let awakeable):
            let value = CompletionResult.value(Array("c\(index)".utf8))
            submit(.completeAwakeable(awakeable, value, request), from: source(of: index))
        }
    }

    private func source(of index: Int) -> CommandSource { CommandSource(rawValue: UInt64(index % 7) << 2 | 1) }

    func takeRequest() -> RequestID {
        defer { nextRequest += 1 }
        return RequestID(rawValue: nextRequest)
    }

    // MARK: Answers

    func take(_ answer: Answer, to request: RequestID) {
        if let act = acts.removeValue(forKey: request) { return judge(answer, to: act) }
        guard !givenUp.contains(request) else { return }
        if !answered.insert(request).inserted { violated("request \(request.rawValue) is answered twice") }
        guard let index = callerOf.removeValue(forKey: request) else { return }
        if chance(options.lostAnswerChance) {
            note("the answer to request \(request.rawValue) is lost")
            return ask(index)
        }
        switch answer {
        case .accepted(let id, let isNew, _): accepted(id, isNew: isNew, callers[index])
        case .result(let id, let result, _, _): take(result, of: id, callers[index])
        case .awakeableCompleted:
            guard case .complete = callers[index].question else {
                return violated("request \(request.rawValue) is answered with \(ActionText.line(answer))")
            }
        case .refused(let refusal):
            guard isFinal(refusal, to: callers[index]) else { return ask(index) }
        case .registered, .removed, .updated, .configured, .pruned, .operated, .bulk, .statePatched,
            .stopping:
            violated("request \(request.rawValue) is answered with \(ActionText.line(answer))")
        }
        callers[index].isAnswered = true
    }

    private func accepted(_ id: InvocationID, isNew: Bool, _ caller: Caller) {
        if isNew, acknowledged[id] != nil, !mayBeNew(id) { violated("\(id) is accepted as new twice") }
        if isNew { acknowledged.updateValue(nil, forKey: id) }
        if acknowledged[id] == nil { acknowledged.updateValue(nil, forKey: id) }
        noteKnown(id, counts: caller.callsCounter)
    }

    private func take(_ result: InvocationResult, of id: InvocationID, _ caller: Caller) {
        // Of a run that somebody, perhaps this caller, has begun before.
        if result == .failure(Failure(code: 409, message: "the workflow method was already invoked")) {
            return accepted(id, isNew: false, caller)
        }
        if let before = acknowledged[id] ?? nil, before != result, !mayRunAgain(id, after: before) {
            violated("\(id) has two results")
        }
        acknowledged.updateValue(result, forKey: id)
        noteKnown(id, counts: caller.callsCounter)
    }

    /// Whether a caller has its answer with that refusal; otherwise it asks again.
    private func isFinal(_ refusal: Refusal, to caller: Caller) -> Bool {
        switch (refusal, caller.question) {
        case (.notYetCompleted, .fetch): return true
        case (.invocationNotFound(let id), .attach), (.invocationNotFound(let id), .fetch):
            if acknowledged[id] != nil, !removable.contains(id), !expires(id) {
                violated("\(id) was acknowledged and is not found")
            }
            return true
        case (.storageFull, _), (.storage, _): return false
        case (.routing, _):
            // Its deployment was removed by force; another one comes.
            return false
        default:
            violated("\(caller.text) is refused: \(refusal.sentence)")
            return true
        }
    }
}

extension World.Caller {
    var text: String {
        switch question {
        case .invoke(let request): request.target.text
        case .attach(let id): "attached to \(id)"
        case .fetch(let id): "asks for the output of \(id)"
        case .complete(let awakeable): "completes \(awakeable)"
        }
    }

    var callsCounter: Bool {
        if case .invoke(let request) = question { request.target.service == "Counter" } else { false }
    }
}
