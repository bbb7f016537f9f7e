import DurableModel
import Engine
import Partition
import Registry
import ServiceProtocol

/// What callers, operators and services do.
extension World {
    // MARK: Callers

    func call() {
        let script = scripts.add(script(depth: 0))
        let target = target()
        let isDelayed = Int.random(in: 0..<10, using: &entropy) == 0
        let request = InvokeRequest(
            target: target,
            input: inputFrame(headers: [], value: Array(String(script).utf8)).payload,
            idempotencyKey: "call-\(callers.count)",
            startAt: isDelayed ? now.adding(.seconds(Int64.random(in: 0...5, using: &entropy))) : nil,
            waitsForResult: Bool.random(using: &entropy)
        )
        callers.append(Caller(request: request, id: RequestID(rawValue: 0)))
        ask(callers.count - 1)
    }

    func ask(_ index: Int) {
        callers[index].id = RequestID(rawValue: nextRequest)
        nextRequest += 1
        partition.submit(
            .invoke(callers[index].request, callers[index].id),
            from: CommandSource(rawValue: UInt64(index % 7) << 2 | 1)
        )
        note("request \(callers[index].id.rawValue): \(callers[index].request.target.text)")
    }

    private func target() -> Target {
        let key = ["a", "b", "c"][Int.random(in: 0..<3, using: &entropy)]
        switch Int.random(in: 0..<5, using: &entropy) {
        case 0, 1: return Target(service: "Counter", key: key, handler: "add")
        case 2: return Target(service: "Counter", key: key, handler: "get")
        case 3: return Target(service: "Greeter", key: nil, handler: "relay")
        default: return Target(service: "Greeter", key: nil, handler: "greet")
        }
    }

    /// Calls go from plain services to others only, so that no key waits for itself.
    private func script(depth: Int) -> [Step] {
        (0..<Int.random(in: 0...4, using: &entropy)).map { _ in step(depth: depth) }
    }

    private func step(depth: Int) -> Step {
        let pause = Int64.random(in: 0...3000, using: &entropy)
        switch Int.random(in: 0..<(depth < 2 ? 10 : 6), using: &entropy) {
        case 0, 1, 2: return .run
        case 3: return .sleep(milliseconds: pause)
        case 4: return .sleepBoth(pause, Int64.random(in: 0...3000, using: &entropy))
        case 5: return Int.random(in: 0..<8, using: &entropy) == 0 ? .fail : .run
        case 6, 7, 8:
            let isIdempotent = Int.random(in: 0..<4, using: &entropy) == 0
            // One key for several callers: they meet at one invocation, which calls nobody, so that no ring comes about.
            let callee = scripts.add(script(depth: isIdempotent ? 2 : depth + 1))
            let key = isIdempotent ? "shared-\(Int.random(in: 0..<6, using: &entropy))" : nil
            return .call(Target(service: "Greeter", key: nil, handler: "greet"), script: callee, idempotencyKey: key)
        default:
            let callee = scripts.add(script(depth: 2) + [.run])
            let delay = Bool.random(using: &entropy) ? 0 : pause
            return .send(target(), script: callee, delayMilliseconds: delay)
        }
    }

    // MARK: Operators

    func terminate() {
        guard let id = known.randomElement(using: &entropy) else { return }
        let request = RequestID(rawValue: nextRequest)
        nextRequest += 1
        // One that has not begun leaves no record.
        removable.insert(id)
        let kills = Bool.random(using: &entropy)
        note("\(kills ? "kill" : "cancel") \(id)")
        partition.submit(
            .operate(kills ? .kill : .cancel, id, actor: "world", request),
            from: CommandSource(rawValue: 2)
        )
    }

    func register() {
        deployments += 1
        let mode: ProtocolMode = Int.random(in: 0..<4, using: &entropy) == 0 ? .requestResponse : .bidiStream
        let versions = 5...Int.random(in: 5...7, using: &entropy)
        let request = RegisterRequest(
            discovered: Sample.discovered("v\(deployments):1", mode: mode, protocolVersions: versions),
            options: RegisterOptions(),
            actor: "world"
        )
        note("register v\(deployments)")
        partition.submit(.register(request, RequestID(rawValue: nextRequest)), from: CommandSource(rawValue: 2))
        nextRequest += 1
    }

    func changeRegistry() {
        guard Bool.random(using: &entropy) else { return register() }
        let ids = storage.rows.deployments.values.sorted { $0.createdAt < $1.createdAt }.map(\.id)
        guard let id = ids.randomElement(using: &entropy) else { return }
        note("remove \(id)")
        partition.submit(
            .removeDeployment(id, force: false, actor: "world", RequestID(rawValue: nextRequest)),
            from: CommandSource(rawValue: 2)
        )
        nextRequest += 1
    }

    // MARK: Faults of the network

    func reset() {
        guard let attempt = running.randomElement(using: &entropy) else { return }
        exchanges[attempt] = nil
        ended.append(attempt)
        note("attempt \(attempt.rawValue) is cut off")
        let isQuiet = Bool.random(using: &entropy)
        report(attempt, isQuiet ? .ended : .failed(.network("the simulated connection broke")))
    }

    func repeatOldEvent() {
        guard let attempt = ended.randomElement(using: &entropy) else { return }
        let frames = [
            Command(.output(.value(Array("stale".utf8)))).frame(), MessageFrame(type: 3, payload: []),
        ]
        let events: [AttemptEvent] = [.received(frames), .ended, .responded(server: "old"), .failed(.network("late"))]
        if let event = events.randomElement(using: &entropy) { report(attempt, event) }
    }

    private var running: [AttemptID] { exchanges.keys.sorted { $0.rawValue < $1.rawValue } }

    private func report(_ attempt: AttemptID, _ event: AttemptEvent) {
        partition.submit(.attempt(attempt, event), from: .attempt(attempt))
    }

    // MARK: Actions

    func carryOut(_ action: Action) {
        note(ActionText.line(action))
        switch action {
        case .start(let order): start(order)
        case .read(let opening):
            partition.submit(opening.command(readingFrom: storage), from: .attempt(opening.attempt))
        case .send(let attempt, let bytes):
            exchanges[attempt]?.take(bytes)
            proceed(attempt)
        case .endInput(let attempt):
            exchanges[attempt]?.endInput()
            proceed(attempt)
        case .finish(let attempt), .abort(let attempt):
            exchanges[attempt] = nil
            ended.append(attempt)
        case .answer(let request, let answer): take(answer, to: request)
        case .note: break
        }
    }

    private func start(_ order: AttemptOrder) {
        let id = order.invocation
        if !known.contains(id) { known.append(id) }
        if let pin = pins[id], pin != order.deployment, !movable.contains(id) {
            violated("\(id) moved from \(pin) to \(order.deployment)")
        }
        pins[id] = order.deployment
        if storage.rows.deployments[order.deployment] == nil { violated("\(id) starts on a removed deployment") }
        if order.handler == "add" {
            let key = ServiceKey(service: order.service, key: order.key ?? "")
            let rivals = exchanges.values.filter {
                $0.order.service == key.service && $0.order.key == key.key && $0.order.handler == "add"
            }
            if !rivals.isEmpty { violated("two exclusive attempts for \(key.key)") }
            checkQueue(id, of: key)
        }
        let handler = SimulatedHandler(order: order, scripts: scripts, now: now) { [unowned self] step in
            effect(of: id, step)
        }
        if let before = journals[id], !handler.opening.starts(with: before) {
            violated(
                "the journal of \(id) is not what it was: \(before.map(ActionText.line)) then \(handler.opening.map(ActionText.line))"
            )
        }
        journals[id] = handler.opening
        exchanges[order.attempt] = handler
        proceed(order.attempt)
    }

    /// Whoever starts holds the key, and nobody who came to the queue before still waits in it.
    private func checkQueue(_ id: InvocationID, of key: ServiceKey) {
        guard let row = storage.rows.invocations.values.first(where: { $0.invocation.head.id == id }) else { return }
        if storage.rows.locks[key] != row.invocation.number { violated("\(id) starts without holding \(key.key)") }
        guard row.invocation.scheduledAt == nil else { return }
        for entry in storage.rows.inbox[key] ?? [] where !entry.isPatch && entry.invocation < row.invocation.number {
            let waiting = storage.rows.invocations[entry.invocation]?.invocation
            if waiting?.scheduledAt == nil { violated("\(id) overtakes invocation \(entry.invocation.rawValue)") }
        }
    }

    private func effect(of id: InvocationID, _ step: UInt32) -> [UInt8] {
        effects += 1
        let number = storage.rows.invocations.values.first { $0.invocation.head.id == id }?.invocation.number
        let isRecorded = (number.flatMap { storage.rows.journal[$0] } ?? []).contains { row in
            row.type == MessageType.runCompletion.rawValue
                && (try? Notification.decode(row.frame))?.id == .completion(step)
        }
        if isRecorded { violated("step \(step) of \(id) runs again though it is recorded") }
        return Array("r\(effects).".utf8)
    }

    /// Lets a service go on; what it says comes in one event or in several.
    private func proceed(_ attempt: AttemptID) {
        guard var handler = exchanges[attempt] else { return }
        let outcome = handler.proceed()
        exchanges[attempt] = handler
        switch outcome {
        case .mismatch(let text): violated("journal mismatch: " + text)
        case .said(let messages, let isOver):
            if chance(20) { return reportError(attempt) }
            for message in messages {
                report(attempt, .received([message.frame(version: handler.order.protocolVersion)]))
            }
            if isOver {
                exchanges[attempt] = nil
                ended.append(attempt)
                if Bool.random(using: &entropy) { report(attempt, .ended) }
            }
        }
    }

    private func reportError(_ attempt: AttemptID) {
        let delay: UInt64? = Bool.random(using: &entropy) ? nil : UInt64.random(in: 0...500, using: &entropy)
        let error = ErrorMessage(code: 500, message: "simulated", nextRetryDelayMilliseconds: delay)
        report(attempt, .received([ServiceMessage.error(error).frame(version: 7)]))
        exchanges[attempt] = nil
        ended.append(attempt)
    }

    // MARK: Answers

    private func take(_ answer: Answer, to request: RequestID) {
        guard let index = callers.firstIndex(where: { $0.id == request }) else { return }
        if callers[index].isAnswered { violated("request \(request.rawValue) is answered twice") }
        switch answer {
        case .accepted(let id, _, _):
            acknowledged.updateValue(acknowledged[id] ?? nil, forKey: id)
            if !known.contains(id) { known.append(id) }
        case .result(let id, let result, _, _):
            if let before = acknowledged[id] ?? nil, before != result { violated("\(id) has two results") }
            acknowledged.updateValue(result, forKey: id)
        case .refused:
            // A full disk or a store that does not like it: asked again.
            return ask(index)
        case .registered, .removed, .updated, .configured, .pruned, .operated, .bulk, .statePatched,
            .stopping, .awakeableCompleted:
            break
        }
        callers[index].isAnswered = true
    }
}
