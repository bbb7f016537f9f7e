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
    private var replayed: [Command] = []
    private var position = 0
    private var results: [NotificationID: CompletionResult] = [:]
    /// The place of each result among the notifications: what a cancel cuts off does not depend on when it is looked at.
    private var places: [NotificationID: Int] = [:]
    /// Values of runs that were proposed by this attempt and not yet told or acknowledged.
    private var proposed: [UInt32: [UInt8]] = [:]
    private(set) var inputIsOpen: Bool
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
    private func result(of id: NotificationID) -> CompletionResult? {
        let place = places[id] ?? .max
        return place < places[.cancelSignal] ?? .max ? results[id] : nil
    }

    private func result(of id: UInt32) -> CompletionResult? { result(of: .completion(id)) }

    mutating func endInput() { inputIsOpen = false }

    // MARK: Running

    private enum Stop: Error {
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
            if inputIsOpen { return .said(said, isOver: false) }
            return .said(said + [.suspension(awaiting)], isOver: true)
        case .failed(let failure, let callee):
            do {
                if let callee { try say(.sendSignal(target: callee, id: .cancelSignal, result: .void)) }
                try say(.output(.failure(failure)))
                return .said(said + [.end], isOver: true)
            } catch {
                return .mismatch("\(error)")
            }
        case .mismatch(let text): return .mismatch(text)
        }
    }

    private mutating func id() -> UInt32 {
        defer { nextID += 1 }
        return nextID
    }

    /// Says a command, or finds it in the journal.
    private mutating func say(_ operation: Command.Operation) throws {
        if position < replayed.count {
            let there = replayed[position]
            position += 1
            guard there.type == Command(operation).type, ids(there) == ids(Command(operation)) else {
                throw Stop.mismatch(
                    "\(order.invocation): \(there.type.wireName) instead of \(Command(operation).type.wireName)"
                )
            }
            return
        }
        position += 1
        replayed.append(Command(operation))
        said.append(.command(Command(operation)))
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
        case .increment:
            let id = id()
            try say(.getLazyState(key: Self.counterName, completionID: id))
            let value = Int(try text(of: completion(of: id))) ?? 0
            try say(.setState(key: Self.counterName, value: Array(String(value + 1).utf8)))
            return ""
        case .awaitSignal(let isNamed, let helper, let delay):
            return try awaitSignal(isNamed: isNamed, helper: helper, delay: delay)
        case .giveSignal:
            try giveSignal()
            return ""
        case .attach(let idempotencyKey):
            let id = id()
            try say(.attachInvocation(target: Self.reference(idempotencyKey), completionID: id))
            return try text(of: completion(of: id))
        case .getOutput(let idempotencyKey):
            let id = id()
            try say(.getInvocationOutput(target: Self.reference(idempotencyKey), completionID: id))
            return try text(of: completion(of: id))
        case .fail:
            throw Stop.failed(Failure(code: 418, message: "script"), cancelling: nil)
        }
    }

    static let counterName = Array("n".utf8)

    private static func reference(_ idempotencyKey: String) -> InvocationTargetReference {
        .idempotentRequest(
            serviceName: "Greeter",
            serviceKey: nil,
            handlerName: "greet",
            idempotencyKey: idempotencyKey,
            scope: nil
        )
    }

    private mutating func awaitSignal(isNamed: Bool, helper: Int, delay: Int64) throws -> String {
        let index = nextSignal
        nextSignal += 1
        let signal: NotificationID = isNamed ? .namedSignal("go\(index)") : .signal(index)
        let send = OneWayCallCommand(
            serviceName: "Greeter",
            handlerName: "greet",
            parameter: Array("\(helper) \(Self.address(of: signal, for: order.invocation))".utf8),
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
            try say(.sendSignal(target: first, id: .namedSignal(arguments[1]), result: value))
        } else {
            try say(.completeAwakeable(id: first, result: value))
        }
    }

    private mutating func performCall(_ target: Target, script: Int, idempotencyKey: String?) throws -> String {
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
        var callee: String?
        if case .invocationID(let text) = self.result(of: idNotification) { callee = text }
        guard let there = self.result(of: result) else {
            try wait(for: [.completion(result)], .firstCompleted, callee: callee)
            return ""
        }
        if case .failure(let failure) = there { return "(failed \(failure.code))" }
        return "(" + text(of: there) + ")"
    }

    private func completion(of id: UInt32) throws -> CompletionResult {
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

    private func text(of result: CompletionResult) -> String {
        switch result {
        case .value(let bytes): String(decoding: bytes, as: UTF8.self)
        case .failure(let failure): "failure \(failure.code)"
        case .void, .invocationID, .stateKeys: ""
        }
    }
}
