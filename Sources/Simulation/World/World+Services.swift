import DurableModel
import Engine
import Partition
import Registry
import ServiceProtocol

/// What services do, and what the network does to them.
extension World {
    // MARK: Faults of the network

    func reset() {
        guard let attempt = running.randomElement(using: &entropy) else { return }
        exchanges[attempt] = nil
        transit.lose(attempt)
        ended.append(attempt)
        note("attempt \(attempt.rawValue) is cut off")
        let isQuiet = Bool.random(using: &entropy)
        report(attempt, isQuiet ? .ended : .failed(.network("the simulated connection broke")))
    }

    /// A deployment cannot be reached for a while.
    func beginOutage() {
        let ids = storage.rows.deployments.values.sorted { $0.createdAt < $1.createdAt }.map(\.id)
        guard let id = ids.randomElement(using: &entropy) else { return }
        note("outage of \(id)")
        outages[id] = now.adding(Interval(milliseconds: Int64.random(in: 0...5000, using: &entropy)))
    }

    /// What services have said arrives; whose comes first is for the network to say.
    func deliver() {
        for (attempt, event) in transit.take(at: now, &entropy) { report(attempt, event) }
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
        submit(.attempt(attempt, event), from: .attempt(attempt))
    }

    private func countMessage(_ frame: MessageFrame) {
        counts.messages[MessageType(rawValue: frame.type), default: 0] += 1
    }

    /// What a service says takes its time; some are slow.
    private func say(_ attempt: AttemptID, _ event: AttemptEvent) {
        let slowness: Int64 = isCalm ? 0 : attempt.rawValue % 5 == 0 ? 4000 : attempt.rawValue % 3 == 0 ? 300 : 0
        let due = now.adding(Interval(milliseconds: Int64.random(in: 0...slowness, using: &entropy)))
        transit.add(event, of: attempt, due: due)
    }

    // MARK: Actions

    func carryOut(_ action: Action) {
        note(ActionText.line(action))
        switch action {
        case .start(let order): start(order)
        case .read(let opening):
            submit(opening.command(readingFrom: storage), from: .attempt(opening.attempt))
        case .send(let attempt, let bytes):
            exchanges[attempt]?.take(bytes)
            for frame in ActionText.decode(bytes) { countMessage(frame) }
            proceed(attempt)
        case .endInput(let attempt):
            exchanges[attempt]?.endInput()
            proceed(attempt)
        case .finish(let attempt), .abort(let attempt):
            exchanges[attempt] = nil
            transit.lose(attempt)
            ended.append(attempt)
        case .answer(let request, let answer): take(answer, to: request)
        case .note: break
        }
    }

    private func start(_ order: AttemptOrder) {
        let id = order.invocation
        noteKnown(id, counts: order.service == "Counter")
        checkPin(order)
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
        if let before = journals[id], !mayBeNew(id), !handler.opening.starts(with: before) {
            violated(
                "the journal of \(id) is not what it was: \(before.map(ActionText.line)) then \(handler.opening.map(ActionText.line))"
            )
        }
        journals[id] = handler.opening
        for frame in handler.opening
        where frame.type == MessageType.inputCommand.rawValue || !MessageType(rawValue: frame.type).isCommand {
            countMessage(frame)
        }
        if let end = outages[order.deployment], end > now {
            ended.append(order.attempt)
            return report(order.attempt, .failed(.network("the simulated deployment cannot be reached")))
        }
        exchanges[order.attempt] = handler
        proceed(order.attempt)
    }

    /// An invocation stays where it began, under the version it began with, unless an operator sent it elsewhere.
    private func checkPin(_ order: AttemptOrder) {
        let pin = Pin(deployment: order.deployment, protocolVersion: order.protocolVersion)
        defer { pins[order.invocation] = pin }
        guard let before = pins[order.invocation], before != pin, !mayBeNew(order.invocation) else { return }
        if before.protocolVersion != pin.protocolVersion {
            violated("\(order.invocation) goes from version \(before.protocolVersion) to \(pin.protocolVersion)")
        }
        if before.deployment != pin.deployment, movable.remove(order.invocation) == nil {
            violated("\(order.invocation) moved from \(before.deployment) to \(pin.deployment)")
        }
    }

    /// Whoever starts holds the key, and nobody who came to the queue before still waits in it.
    private func checkQueue(_ id: InvocationID, of key: ServiceKey) {
        guard let row = storage.rows.row(of: id) else { return }
        if storage.rows.locks[key] != row.invocation.number { violated("\(id) starts without holding \(key.key)") }
        guard row.invocation.scheduledAt == nil else { return }
        for entry in storage.rows.inbox[key] ?? [] where !entry.isPatch && entry.invocation < row.invocation.number {
            let waiting = storage.rows.invocations[entry.invocation]?.invocation
            if waiting?.scheduledAt == nil { violated("\(id) overtakes invocation \(entry.invocation.rawValue)") }
        }
    }

    private func effect(of id: InvocationID, _ step: UInt32) -> [UInt8] {
        counts.effects += 1
        let number = storage.rows.row(of: id)?.invocation.number
        let isRecorded = (number.flatMap { storage.rows.journal[$0] } ?? []).contains { row in
            row.type == MessageType.runCompletion.rawValue
                && (try? Notification.decode(row.frame))?.id == .completion(step)
        }
        if isRecorded { violated("step \(step) of \(id) runs again though it is recorded") }
        return Array("r\(counts.effects).".utf8)
    }

    /// Lets a service go on; what it says comes in one event or in several.
    private func proceed(_ attempt: AttemptID) {
        guard var handler = exchanges[attempt] else { return }
        let outcome = handler.proceed()
        exchanges[attempt] = handler
        switch outcome {
        case .mismatch(let text): violated("journal mismatch: " + text)
        case .said(let messages, let isOver):
            if chance(options.errorChance) { return reportError(attempt) }
            for message in messages {
                let frame = message.frame(version: handler.order.protocolVersion)
                countMessage(frame)
                say(attempt, .received([frame]))
            }
            if isOver {
                exchanges[attempt] = nil
                ended.append(attempt)
                if Bool.random(using: &entropy) { say(attempt, .ended) }
            }
        }
    }

    private func reportError(_ attempt: AttemptID) {
        let delay: UInt64? = Bool.random(using: &entropy) ? nil : UInt64.random(in: 0...500, using: &entropy)
        var error = ErrorMessage(code: 500, message: "simulated", nextRetryDelayMilliseconds: delay)
        error.behavior = chance(100) ? .pause : chance(50) ? .fail : .retry
        let frame = ServiceMessage.error(error).frame(version: 7)
        countMessage(frame)
        say(attempt, .received([frame]))
        exchanges[attempt] = nil
        ended.append(attempt)
    }
}
