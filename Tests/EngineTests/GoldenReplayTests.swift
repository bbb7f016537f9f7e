import DurableModel
import Engine
import FoundationEssentials
import GoldenRecordings
import ServiceProtocol
import Simulation
import Testing

/// Every exchange that was recorded between the server that SDKs know and five of them, held with this engine: the same
/// messages of the service must lead to the same messages of the server. What came from outside (a timer, another
/// invocation, an operator) is brought about when the recording shows it.
///
/// The recordings are not part of the repository; without them the suite is skipped.
@Suite(
    .enabled(if: GoldenRecordings.has("exchanges.jsonl"), "the recordings of a real server lie beside the repository")
)
struct GoldenReplayTests {
    @Test func everyRecordedExchangeGoesTheSameWay() throws {
        let invocations = try RecordedExchange.invocations()
        let services = RecordedExchange.services(in: invocations)
        var exchanges = 0
        for recorded in invocations {
            let replay = try Replay(recorded, services: services)
            for exchange in recorded {
                try replay.hold(exchange)
                exchanges += 1
            }
            #expect(replay.desk.storage.complaints.isEmpty, "\(replay.origin)")
        }
        #expect(exchanges > 250, "\(exchanges) exchanges")
    }
}

/// One exchange as it was recorded.
struct RecordedExchange {
    enum Step {
        case server(MessageFrame)
        case service(MessageFrame)
        /// The server cut the stream off.
        case reset
    }

    let origin: String
    /// Counts the exchanges of the invocation from 1.
    let attempt: Int
    let target: Target
    let isBidirectional: Bool
    let version: Int
    let steps: [Step]

    /// All exchanges, those of one invocation together and in order.
    static func invocations() throws -> [[RecordedExchange]] {
        var order: [String] = []
        var byInvocation: [String: [(attempt: Int, exchange: RecordedExchange)]] = [:]
        for line in try GoldenRecordings.lines("exchanges.jsonl") {
            let wire = try JSONDecoder().decode(Wire.self, from: Data(line.utf8))
            let id = try #require(wire.request.headers["x-restate-invocation-id"])
            if byInvocation[id] == nil { order.append(id) }
            byInvocation[id, default: []].append((wire.attempt, try RecordedExchange(wire)))
        }
        return order.map { id in
            (byInvocation[id] ?? []).sorted { $0.attempt < $1.attempt }.map(\.exchange)
        }
    }

    private struct Wire: Decodable {
        struct Request: Decodable { let headers: [String: String] }
        struct Step: Decodable {
            let dir: String
            let http: String?
            let hex: String?
        }
        let sdk: String
        let scenario: String
        let handler: String
        let attempt: Int
        let mode: String
        let `protocol`: Int
        let request: Request
        let sequence: [Step]
    }

    private init(_ wire: Wire) throws {
        origin = "\(wire.sdk) \(wire.scenario) V\(wire.protocol) attempt \(wire.attempt)"
        attempt = wire.attempt
        let names = wire.handler.split(separator: "/")
        let key = wire.request.headers["x-restate-service-key"]
        target = Target(
            service: String(try #require(names.first)),
            key: key,
            handler: String(try #require(names.last))
        )
        isBidirectional = wire.mode == "bidi"
        version = wire.protocol
        steps = try wire.sequence.compactMap { step in
            let isServer = step.dir == "server>sdk"
            if let http = step.http { return isServer && http.hasPrefix("RST_STREAM") ? .reset : nil }
            let digits = try #require(step.hex).compactMap(\.hexDigitValue)
            let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
            let frame = try #require(ActionText.decode(bytes).first)
            return isServer ? .server(frame) : .service(frame)
        }
    }

    /// Those that the handlers and their callees belong to, of the types that their names say.
    static func services(in invocations: [[RecordedExchange]]) -> [Service] {
        var handlers: [String: Set<String>] = ["Helper": ["help"]]
        for exchange in invocations.joined() {
            handlers[exchange.target.service, default: []].insert(exchange.target.handler)
            for case .service(let frame) in exchange.steps {
                guard let command = try? Command.decode(frame) else { continue }
                switch command.operation {
                case .call(let call): handlers[call.serviceName, default: []].insert(call.handlerName)
                case .oneWayCall(let call): handlers[call.serviceName, default: []].insert(call.handlerName)
                default: continue
                }
            }
        }
        return handlers.map { name, names in
            let isFlow = name.hasSuffix("Flow")
            let isObject = name.hasSuffix("Store") || name.hasSuffix("Lazy")
            var options = HandlerOptions()
            options.enableLazyState = name.hasSuffix("Lazy")
            return Service(
                name: name,
                type: isFlow ? .workflow : isObject ? .virtualObject : .service,
                handlers: names.union(isFlow ? ["help"] : []).sorted().map { handler in
                    let type: HandlerType =
                        isFlow ? (handler == "run" ? .workflowRun : .shared) : isObject ? .exclusive : .plain
                    return Handler(name: handler, type: type)
                },
                options: options
            )
        }
    }
}

/// One recorded invocation, lived through again.
final class Replay {
    let desk: Desk
    private(set) var origin: String
    private let target: Target
    private let version: Int
    private let number = InvocationNumber(rawValue: 1)
    private let recorded: [RecordedExchange]
    /// What the engine sent on the stream and the recording has not shown yet.
    private var sent: [MessageFrame] = []
    /// What the recording shows before the command that it answers: frames of both directions may be swapped.
    private var early: [MessageFrame] = []
    /// Ids of the recording and what stands for them here.
    private var ids: [String: String] = [:]

    init(_ recorded: [RecordedExchange], services: [Service]) throws {
        let first = try #require(recorded.first)
        self.recorded = recorded
        origin = first.origin
        target = first.target
        version = first.version
        desk = try Desk(
            mode: first.isBidirectional ? .bidiStream : .requestResponse,
            versions: first.version...first.version,
            services: services
        )
        guard case .server(let start)? = first.steps.first else { throw Unexpected("no Start") }
        try presetState(StartMessage.decode(start).stateMap)
        guard case .server(let input)? = first.steps.dropFirst().first else { throw Unexpected("no Input") }
        let request = InvokeRequest(target: target, input: input.payload, waitsForResult: false)
        try desk.turn { .invoke(request, $0) }
    }

    struct Unexpected: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    // MARK: One exchange

    func hold(_ exchange: RecordedExchange) throws {
        origin = exchange.origin
        var steps = exchange.steps[...]
        var opening: [MessageFrame] = []
        var known = 1
        while opening.count < known + 1, case .server(let frame)? = steps.popFirst() {
            if opening.isEmpty { known = Int(try StartMessage.decode(frame).knownEntries) }
            opening.append(frame)
        }
        try bringAbout(opening.dropFirst(2))
        try compare(try takeOpening(), opening, isFirst: exchange.attempt == 1)
        sent = []
        for step in steps {
            switch step {
            case .service(let frame): try receive(frame)
            case .server(let frame): try expect(frame)
            case .reset: try desk.kill(1)
            }
        }
        for frame in early { #expect(take(frame), "\(origin): \(ActionText.line(frame)) never came") }
        early = []
        // What a service does not wait for crosses its End on the wire, and the recorded server did not send it then.
        sent.removeAll { hasEnded && MessageType(rawValue: $0.type).isNotification }
        #expect(sent.isEmpty, "\(origin): also sent \(sent.map(ActionText.line))")
        checkEnd(steps)
    }

    private var hasEnded: Bool { desk.status(1) == .completed }

    private func checkEnd(_ steps: ArraySlice<RecordedExchange.Step>) {
        let status = desk.invocation(1)?.status
        guard case .service(let last)? = steps.last(where: { if case .service = $0 { true } else { false } }) else {
            return
        }
        switch MessageType(rawValue: last.type) {
        case .end: #expect(status == .completed, "\(origin)")
        case .suspension: #expect(status == .suspended || status == .running, "\(origin)")
        case .error: #expect(status == .backingOff || status == .paused, "\(origin)")
        default: break
        }
    }

    /// What the attempt that is under way began with.
    private func takeOpening() throws -> [MessageFrame] {
        if desk.status(1) == .backingOff, let due = desk.invocation(1)?.attempt.nextRetryAt {
            desk.now = max(desk.now, due)
            try desk.fireTimers()
        }
        let running = try #require(desk.memory.work.running[number], "\(origin): no attempt")
        let opening = try #require(Opening(of: running, catalog: desk.memory.catalog, settings: desk.memory.settings))
        return ActionText.decode(try opening.order(from: desk.storage).opening)
    }

    private func compare(
        _ found: [MessageFrame],
        _ recorded: [MessageFrame],
        isFirst: Bool
    ) throws {
        #expect(
            found.dropFirst().map(form) == recorded.dropFirst().map(form),
            "\(origin): begins with other entries"
        )
        for (mine, theirs) in zip(found, recorded).dropFirst() { noteID(mine, theirs) }
        let mine = try StartMessage.decode(try #require(found.first))
        let theirs = try StartMessage.decode(try #require(recorded.first))
        #expect(mine.knownEntries == theirs.knownEntries && mine.key == theirs.key, "\(origin)")
        #expect(mine.partialState == theirs.partialState, "\(origin)")
        #expect(Set(mine.stateMap) == Set(theirs.stateMap), "\(origin)")
        // A first exchange that counts a failure had one before it that never reached the service.
        if !isFirst {
            #expect(mine.retryCountSinceLastStoredEntry == theirs.retryCountSinceLastStoredEntry, "\(origin)")
        }
    }

    /// A message without what differs from server to server: ids of invocations.
    private func form(_ frame: MessageFrame) -> String {
        guard let message = try? ServerMessage.decode(frame) else { return "\(frame)" }
        switch message {
        case .notification(var notification):
            if case .invocationID = notification.result { notification.result = .invocationID("") }
            return "\(notification)"
        case .command(let command): return "\(translated(command))"
        default: return "\(message)"
        }
    }

    private func receive(_ frame: MessageFrame) throws {
        let type = MessageType(rawValue: frame.type)
        var frame = frame
        if type.isCommand {
            let command = translated(try Command.decode(frame))
            try prepare(command)
            frame = MessageFrame(type: frame.type, requestedAck: frame.requestedAck, payload: command.frame().payload)
        }
        let attempt = try #require(desk.attempt(of: 1), "\(origin): the attempt is over before \(type.wireName)")
        try desk.report(1, .received([frame]))
        collect(attempt.id)
        for action in desk.actions {
            if case .abort(let id) = action, id == attempt.id {
                Issue.record("\(origin): \(type.wireName) is refused: \(desk.actions.map(ActionText.line))")
            }
        }
        early.removeAll { take($0) }
    }

    /// Notes what was sent on the stream of an attempt.
    private func collect(_ attempt: AttemptID) {
        for case .send(attempt, let bytes) in desk.actions { sent += ActionText.decode(bytes) }
    }

    private func expect(_ frame: MessageFrame) throws {
        if take(frame) { return }
        guard let attempt = desk.attempt(of: 1) else { return early.append(frame) }
        if try bringAbout(frame) { collect(attempt.id) }
        if !take(frame) { early.append(frame) }
    }

    private func take(_ frame: MessageFrame) -> Bool {
        let wanted = form(frame)
        guard let place = sent.firstIndex(where: { form($0) == wanted }) else { return false }
        noteID(sent[place], frame)
        sent.remove(at: place)
        return true
    }

    // MARK: Ids

    private func noteID(_ mine: MessageFrame, _ theirs: MessageFrame) {
        guard let mine = try? Notification.decode(mine), let theirs = try? Notification.decode(theirs),
            case .invocationID(let id) = mine.result, case .invocationID(let recordedID) = theirs.result
        else { return }
        ids[recordedID] = id
    }

    /// The command with the ids of this engine.
    private func translated(_ command: Command) -> Command {
        var command = command
        switch command.operation {
        case .sendSignal(let target, let id, let result):
            command.operation = .sendSignal(target: ids[target] ?? target, id: id, result: result)
        case .attachInvocation(.invocationID(let target), let id):
            command.operation = .attachInvocation(target: .invocationID(ids[target] ?? target), completionID: id)
        default: break
        }
        return command
    }
}

extension Replay {
    // MARK: What comes from outside

    /// Brings about what an attempt finds in its journal and ours does not have yet.
    private func bringAbout(_ entries: ArraySlice<MessageFrame>) throws {
        let stored = try desk.storage.journal(of: InvocationNumber(rawValue: 1), from: 1, limit: .max)
        var missing = entries.filter { MessageType(rawValue: $0.type).isNotification }
        for row in stored {
            if let place = missing.firstIndex(where: { form($0) == form(row.frame) }) { missing.remove(at: place) }
        }
        for frame in missing {
            #expect(try bringAbout(frame), "\(origin): \(ActionText.line(frame)) cannot come")
        }
    }

    /// Does what leads to that message of the server, if that is something outside; false if nothing does.
    private func bringAbout(_ frame: MessageFrame) throws -> Bool {
        guard let notification = try? Notification.decode(frame) else { return false }
        switch (notification.type, notification.id) {
        case (.sleepCompletion, .completion(let id)):
            guard let timer = desk.storage.rows.timers.first(where: { $0.kind == .sleep && $0.completionID == id })
            else { return false }
            desk.now = max(desk.now, timer.due)
            try desk.fireTimers()
        case (.callCompletion, .completion(let id)), (.attachInvocationCompletion, .completion(let id)):
            guard let callee = callee(id) else { return false }
            try desk.receive(callee.rawValue, command(.output(notification.result)), .end)
        case (.getPromiseCompletion, .completion(let id)):
            guard let waiter = desk.storage.rows.promiseWaiters.values.joined().first(where: { $0.completionID == id })
            else { return false }
            try completePromise(waiter.promise.name, notification.result)
        case (.signalNotification, .signal(1)): try desk.cancel(1)
        case (.signalNotification, .signal(let index)):
            let awakeable = try #require(AwakeableID(invocation: try desk.id(1), index: index))
            try desk.turn { .completeAwakeable(awakeable, notification.result, $0) }
        case (.signalNotification, let id):
            let target = try desk.id(1).description
            let helper = try helper()
            try desk.receive(helper, command(.sendSignal(target: target, id: id, result: notification.result)))
        default: return false
        }
        return true
    }

    /// Who completes a command of the invocation: its callee, or the one that it is attached to.
    private func callee(_ completionID: UInt32) -> InvocationNumber? {
        let attachment = desk.storage.rows.attachments.values.joined()
            .first { $0.waiter.rawValue == 1 && $0.completionID == completionID }
        if let attachment { return attachment.invocation }
        return desk.storage.rows.invocations.values.map(\.invocation).first { invocation in
            if case .service(_, _, _, completionID) = invocation.head.invoker { true } else { false }
        }?.number
    }

    /// Another invocation, running.
    private func helper(_ service: String = "Helper", key: String? = nil) throws -> Int64 {
        try desk.invoke(service, "help", key: key)
        return desk.storage.rows.invocations.keys.map(\.rawValue).max() ?? 0
    }

    private func completePromise(_ name: String, _ result: CompletionResult) throws {
        let helper = try helper(target.service, key: target.key)
        try desk.receive(
            helper,
            command(.completePromise(key: name, completion: result, completionID: 1))
        )
    }

    // MARK: What was there before

    /// Sees to it that what a command asks for is as it was when it was recorded.
    private func prepare(_ command: Command) throws {
        switch command.operation {
        case .getLazyState(let name, let id):
            let key = ServiceKey(service: target.service, key: target.key ?? "")
            guard case .value(let value)? = recordedResult(id), desk.storage.rows.state[key]?[name] != value else {
                return
            }
            try presetState([StateEntry(key: name, value: value)])
        case .getLazyStateKeys(let id):
            let key = ServiceKey(service: target.service, key: target.key ?? "")
            guard case .stateKeys(let names)? = recordedResult(id) else { return }
            for name in names where desk.storage.rows.state[key]?[name] == nil {
                try presetState([StateEntry(key: name, value: [])])
            }
        case .peekPromise(let name, let id), .getPromise(let name, let id):
            guard let result = recordedResult(id), command.type == .peekPromiseCommand, result != .void else { return }
            try completePromise(name, result)
        case .completePromise(let name, _, let id):
            guard case .failure? = recordedResult(id) else { return }
            try completePromise(name, .value([]))
        default: break
        }
    }

    /// What a command was completed with in any of the attempts.
    private func recordedResult(_ id: UInt32) -> CompletionResult? {
        for exchange in recorded {
            for case .server(let frame) in exchange.steps {
                guard let notification = try? Notification.decode(frame), notification.id == .completion(id) else {
                    continue
                }
                return notification.result
            }
        }
        return nil
    }

    private func presetState(_ entries: [StateEntry]) throws {
        guard !entries.isEmpty else { return }
        let key = ServiceKey(service: target.service, key: target.key ?? "")
        var writes = WriteSet()
        for entry in entries { writes.state[key, default: .init()].values[entry.key] = .some(entry.value) }
        try desk.storage.commit(writes)
    }
}
