import DurableModel
import Engine
import ServiceProtocol

/// A service's side of one attempt, as an SDK plays it: replays its journal, goes on with its script, and stops where it
/// has to wait.
struct SimulatedHandler {
    /// What the handler says next.
    enum Outcome: Sendable {
        /// Messages, and whether the attempt is over after them.
        case said([ServiceMessage], isOver: Bool)
        /// Its journal does not fit its script.
        case mismatch(String)
    }

    let order: AttemptOrder
    /// The stable part of the opening: the journal as the service saw it, the input first.
    let opening: [MessageFrame]
    private var script: [Step] = []
    /// The commands of the journal and, behind them, those that this attempt has said.
    private var replayed: [Command] = []
    private var position = 0
    /// The state that came along, with what this attempt wrote to it.
    var eagerState: [[UInt8]: [UInt8]] = [:]
    /// Whether `eagerState` lacks nothing.
    var knowsAllState = false
    /// What the script has written so far.
    var written: [String: String] = [:]
    private var results: [NotificationID: CompletionResult] = [:]
    /// The place of each result among the notifications: what a cancel cuts off does not depend on when it is looked at.
    private var places: [NotificationID: Int] = [:]
    /// Values of runs that were proposed by this attempt and not yet told or acknowledged.
    private var proposed: [UInt32: [UInt8]] = [:]
    private(set) var inputIsOpen: Bool
    private var lastAwaitingOn: Awaiting?
    private var said: [ServiceMessage] = []
    private var nextID: UInt32 = 1
    private var nextSignal = AwakeableID.indexMin
    /// What its input says behind the number of its script.
    private var arguments: [String] = []
    /// Runs the side effect of a run step.
    private let effect: (UInt32) -> [UInt8]
    private let now: Int64

    init(
        order: AttemptOrder,
        scripts: ScriptBook,
        now: Timestamp,
        effect: @escaping (UInt32) -> [UInt8]
    ) {
        self.order = order
        self.effect = effect
        self.now = now.milliseconds
        inputIsOpen = order.keepsInputOpen
        let frames = ActionText.decode(order.opening)
        opening = Array(frames.dropFirst())
        if let first = frames.first, case .start(let start)? = try? ServerMessage.decode(first) {
            eagerState = Dictionary(start.stateMap.map { ($0.key, $0.value) }) { $1 }
            knowsAllState = !start.partialState
        }
        var input: [UInt8] = []
        for frame in opening {
            switch try? ServerMessage.decode(frame) {
            case .command(let command):
                if case .input(_, let value) = command.operation { input = value } else { replayed.append(command) }
            case .notification(let notification):
                learn(notification.id, notification.result)
            default: break
            }
        }
        script = scripts.script(for: input)
        arguments = String(decoding: input, as: UTF8.self).split(separator: " ").dropFirst().map(String.init)
    }

    /// Takes in what the server sends during the attempt.
    mutating func take(_ bytes: [UInt8]) {
        for frame in ActionText.decode(bytes) {
            switch try? ServerMessage.decode(frame) {
            case .notification(let notification):
                learn(notification.id, notification.result)
            case .runAck(let id):
                if let value = proposed.removeValue(forKey: id) { learn(.completion(id), .value(value)) }
            default: break
            }
        }
    }

    /// The first result of an id counts: what a service has seen does not change.
    private mutating func learn(_ id: NotificationID, _ result: CompletionResult) {
        guard results[id] == nil else { return }
        results[id] = result
        places[id] = places.count
    }

    /// What has come for an id, if it came before a cancel.
    func result(of id: NotificationID) -> CompletionResult? {
        let place = places[id] ?? .max
        return place < places[.cancelSignal] ?? .max ? results[id] : nil
    }

    private func result(of id: UInt32) -> CompletionResult? { result(of: .completion(id)) }

    mutating func endInput() { inputIsOpen = false }

    // MARK: Running

    enum Stop: Error {
        /// Waits for these, all of them or any.
        case wait(Awaiting)
        case failed(Failure, cancelling: String?)
        case mismatch(String)
    }

    /// Goes through the script from the start: everything said before is replayed, the rest is said now.
    mutating func proceed() -> Outcome {
        said = []
        position = 0
        nextID = 1
        nextSignal = AwakeableID.indexMin
        written = [:]
        do {
            var text = ""
            for step in script { text += try perform(step) }
            try say(.output(.value(Array(text.utf8))))
            return .said(said + [.end], isOver: true)
        } catch let stop as Stop {
            return outcome(of: stop)
        } catch {
            return .mismatch("\(error)")
        }
    }

    private mutating func outcome(of stop: Stop) -> Outcome {
        switch stop {
        case .wait(let awaiting):
            if inputIsOpen {
                // People see it; whoever says it again says the same.
                if order.protocolVersion >= 7, lastAwaitingOn != awaiting {
                    lastAwaitingOn = awaiting
                    said.append(.awaitingOn(awaiting, executingSideEffects: false))
                }
                return .said(said, isOver: false)
            }
            return .said(said + [.suspension(awaiting)], isOver: true)
        case .failed(let failure, let callee):
            do {
                if let callee { try say(.sendSignal(target: callee, id: .cancelSignal, result: .void)) }
                if failure.code == 409, compensates, let awaiting = try compensate() {
                    return outcome(of: .wait(awaiting))
                }
                try say(.output(.failure(failure)))
                return .said(said + [.end], isOver: true)
            } catch {
                return .mismatch("\(error)")
            }
        case .mismatch(let text): return .mismatch(text)
        }
    }

    /// Whether the code catches a cancel and does something before it ends.
    private var compensates: Bool { script.count % 2 == 0 }

    /// Sleeps; gives back what is still waited for. The cancel that it has had stands among it, as SDKs have it.
    private mutating func compensate() throws -> Awaiting? {
        let id = id()
        try say(.sleep(wakeUpTimeMilliseconds: UInt64(now + 1500), completionID: id))
        guard results[.completion(id)] == nil else { return nil }
        guard order.protocolVersion >= 7 else { return .flat([.completion(id), .cancelSignal]) }
        let sleep = Awaiting(combinator: .firstCompleted, leaves: [.completion(id)])
        return Awaiting(combinator: .firstCompleted, leaves: [.cancelSignal], children: [sleep])
    }

    mutating func id() -> UInt32 {
        defer { nextID += 1 }
        return nextID
    }

    /// The command that is replayed next; `nil` if the next one is new.
    var next: Command? { position < replayed.count ? replayed[position] : nil }

    /// Says a command, or finds it in the journal; true if it is new.
    @discardableResult
    mutating func say(_ operation: Command.Operation) throws -> Bool {
        let command = Command(operation)
        if let there = next {
            position += 1
            guard there.type == command.type, ids(there) == ids(command) else {
                throw Stop.mismatch(
                    "\(order.invocation): \(there.type.wireName) instead of \(command.type.wireName)"
                )
            }
            return false
        }
        position += 1
        replayed.append(command)
        said.append(.command(command))
        return true
    }

    private func ids(_ command: Command) -> [UInt32] { command.completionIDs.map(\.0) }

    private mutating func perform(_ step: Step) throws -> String {
        switch step {
        case .run:
            let id = id()
            try say(.run(completionID: id))
            if results[.completion(id)] == nil, proposed[id] == nil {
                let value = effect(id)
                proposed[id] = value
                let asks = order.protocolVersion >= 7
                said.append(.proposeRunCompletion(completionID: id, result: .value(value), requestedAck: asks))
            }
            return try text(of: completion(of: id))
        case .sleep(let milliseconds):
            let id = id()
            try say(.sleep(wakeUpTimeMilliseconds: UInt64(now + milliseconds), completionID: id))
            _ = try completion(of: id)
            return "s"
        case .sleepBoth(let first, let second):
            let (one, two) = (id(), id())
            try say(.sleep(wakeUpTimeMilliseconds: UInt64(now + first), completionID: one))
            try say(.sleep(wakeUpTimeMilliseconds: UInt64(now + second), completionID: two))
            if result(of: one) == nil || result(of: two) == nil {
                try wait(for: [.completion(one), .completion(two)], .allCompleted, callee: nil)
            }
            return "b"
        case .callBeside(let target, let script, let milliseconds, let combinator):
            return try performCall(target, script: script, beside: milliseconds, combinator)
        case .call(let target, let script, let idempotencyKey):
            return try performCall(target, script: script, idempotencyKey: idempotencyKey)
        case .send(let target, let script, let delay):
            let send = OneWayCallCommand(
                serviceName: target.service,
                handlerName: target.handler,
                parameter: Array(String(script).utf8),
                invokeTimeMilliseconds: delay == 0 ? 0 : UInt64(now + delay),
                key: target.key ?? "",
                invocationIDNotificationIndex: id()
            )
            try say(.oneWayCall(send))
            return ""
        case .sendAndAttach(let target, let script):
            return try sendAndAttach(target, script: script)
        case .increment:
            try increment()
            return ""
        case .state(let step): return try perform(step)
        case .promise(let step): return try perform(step)
        case .awaitSignal(let kind, let helper, let delay):
            return try awaitSignal(kind, helper: helper, delay: delay)
        case .giveSignal:
            try giveSignal()
            return ""
        case .attach(let reference):
            let id = id()
            try say(.attachInvocation(target: Self.target(of: reference), completionID: id))
            return try text(of: completion(of: id))
        case .getOutput(let reference):
            let id = id()
            try say(.getInvocationOutput(target: Self.target(of: reference), completionID: id))
            return try text(of: completion(of: id))
        case .fail:
            throw Stop.failed(Failure(code: 418, message: "script"), cancelling: nil)
        }
    }

    private static func target(of reference: Step.Reference) -> InvocationTargetReference {
        switch reference {
        case .idempotent(let idempotencyKey):
            .idempotentRequest(
                serviceName: "Greeter",
                serviceKey: nil,
                handlerName: "greet",
                idempotencyKey: idempotencyKey,
                scope: nil
            )
        case .workflow(let key): .workflow(name: "Flow", key: key, scope: nil)
        }
    }

    private mutating func awaitSignal(_ kind: Step.SignalKind, helper: Int, delay: Int64) throws -> String {
        let index = nextSignal
        nextSignal += 1
        let signal: NotificationID = kind == .named ? .namedSignal("go\(index)") : .signal(index)
        let address =
            kind == .indexed ? "\(order.invocation) \(index)" : Self.address(of: signal, for: order.invocation)
        let send = OneWayCallCommand(
            serviceName: "Greeter",
            handlerName: "greet",
            parameter: Array("\(helper) \(address)".utf8),
            invokeTimeMilliseconds: delay == 0 ? 0 : UInt64(now + delay),
            invocationIDNotificationIndex: id()
        )
        try say(.oneWayCall(send))
        if let result = result(of: signal) { return text(of: result) }
        try wait(for: [signal], .firstCompleted, callee: nil)
        return ""
    }

    /// What whoever gives the signal has to know: the id of the awakeable, or the invocation and the name.
    static func address(of signal: NotificationID, for invocation: InvocationID) -> String {
        switch signal {
        case .signal(let index): AwakeableID(invocation: invocation, index: index)?.description ?? ""
        case .namedSignal(let name): "\(invocation) \(name)"
        case .completion: ""
        }
    }

    private mutating func giveSignal() throws {
        let value = CompletionResult.value(Array("h\(order.invocation)".utf8))
        guard let first = arguments.first else { return }
        if arguments.count > 1 {
            let id: NotificationID = UInt32(arguments[1]).map { .signal($0) } ?? .namedSignal(arguments[1])
            try say(.sendSignal(target: first, id: id, result: value))
        } else {
            try say(.completeAwakeable(id: first, result: value))
        }
    }

    private mutating func performCall(_ target: Target, script: Int, idempotencyKey: String?) throws -> String {
        let (callee, result) = try call(target, script: script, idempotencyKey: idempotencyKey)
        guard let there = self.result(of: result) else {
            try wait(for: [.completion(result)], .firstCompleted, callee: callee)
            return ""
        }
        if case .failure(let failure) = there { return "(failed \(failure.code))" }
        return "(" + text(of: there) + ")"
    }

    /// Which of the two came first is for the clock to say: the result does not tell.
    private mutating func performCall(
        _ target: Target,
        script: Int,
        beside milliseconds: Int64,
        _ combinator: Combinator
    ) throws -> String {
        let (callee, result) = try call(target, script: script, idempotencyKey: nil)
        let sleep = id()
        try say(.sleep(wakeUpTimeMilliseconds: UInt64(now + milliseconds), completionID: sleep))
        let leaves = [NotificationID.completion(result), .completion(sleep)]
        let outcome = Awaiting(combinator: combinator, leaves: leaves).evaluate {
            self.result(of: $0).map { $0.isFailure ? .failed : .succeeded } ?? .pending
        }
        if outcome == .pending { try wait(for: leaves, combinator, callee: callee) }
        return "c"
    }

    /// The id of the callee, if it is known by now, and the number of its result.
    private mutating func call(
        _ target: Target,
        script: Int,
        idempotencyKey: String?
    ) throws -> (callee: String?, result: UInt32) {
        let (idNotification, result) = (id(), id())
        let call = CallCommand(
            serviceName: target.service,
            handlerName: target.handler,
            parameter: Array(String(script).utf8),
            key: target.key ?? "",
            idempotencyKey: idempotencyKey,
            invocationIDNotificationIndex: idNotification,
            resultCompletionID: result
        )
        try say(.call(call))
        guard case .invocationID(let callee) = self.result(of: idNotification) else { return (nil, result) }
        return (callee, result)
    }

    private mutating func sendAndAttach(_ target: Target, script: Int) throws -> String {
        let (idNotification, result) = (id(), id())
        let send = OneWayCallCommand(
            serviceName: target.service,
            handlerName: target.handler,
            parameter: Array(String(script).utf8),
            key: target.key ?? "",
            invocationIDNotificationIndex: idNotification
        )
        try say(.oneWayCall(send))
        guard case .invocationID(let callee) = try completion(of: idNotification) else {
            throw Stop.mismatch("\(order.invocation) is not told the id of what it sent")
        }
        try say(.attachInvocation(target: .invocationID(callee), completionID: result))
        return try text(of: completion(of: result))
    }

    func completion(of id: UInt32) throws -> CompletionResult {
        if let result = result(of: id) { return result }
        try wait(for: [.completion(id)], .firstCompleted, callee: nil)
        return .void
    }

    /// Stops at an await: for good if the invocation was cancelled.
    private func wait(for ids: [NotificationID], _ combinator: Combinator, callee: String?) throws {
        if results[.cancelSignal] != nil {
            throw Stop.failed(Failure(code: 409, message: "cancelled"), cancelling: callee)
        }
        guard order.protocolVersion >= 7, ids.count > 1 else {
            // Any of a flat set wakes: what has come already would do so at once.
            throw Stop.wait(.flat(ids.filter { results[$0] == nil } + [.cancelSignal]))
        }
        let inner = Awaiting(combinator: combinator, leaves: ids)
        throw Stop.wait(Awaiting(combinator: .firstCompleted, leaves: [.cancelSignal], children: [inner]))
    }

    func text(of result: CompletionResult) -> String {
        switch result {
        case .value(let bytes): String(decoding: bytes, as: UTF8.self)
        case .failure(let failure): "failure \(failure.code)"
        case .void, .invocationID, .stateKeys: ""
        }
    }
}
