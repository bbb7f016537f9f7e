import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// A way to break a world, and what it stands for. What the invariants of the simulation are worth is measured by whether
/// they notice each of these.
struct Mutation: Sendable, CustomTestStringConvertible {
    var name: String
    var sabotage: Sabotage

    var testDescription: String { name }

    private init(_ name: String, _ sabotage: Sabotage) {
        self.name = name
        self.sabotage = sabotage
    }

    /// Breaks what some turns write; what seldom happens at all is broken each time.
    private static func writes(
        _ name: String,
        oneIn turns: Int = 4,
        _ change: @escaping @Sendable (inout WriteSet, MemoryRows, inout Entropy) -> Void
    ) -> Mutation {
        Mutation(
            name,
            Sabotage(writes: { writes, rows, entropy in
                if Int.random(in: 0..<turns, using: &entropy) == 0 { change(&writes, rows, &entropy) }
            })
        )
    }

    private static func actions(
        _ name: String,
        oneIn turns: Int = 4,
        _ change: @escaping @Sendable (inout [Action], inout Entropy) -> Void
    ) -> Mutation {
        Mutation(
            name,
            Sabotage(actions: { actions, entropy in
                if Int.random(in: 0..<turns, using: &entropy) == 0 { change(&actions, &entropy) }
            })
        )
    }

    static let all: [Mutation] = commits + rows + keys + signals + promises + messages + answers

    // MARK: Commits

    private static let commits: [Mutation] = [
        writes("a commit is skipped") { writes, _, _ in writes = WriteSet() },
        writes("half a commit is lost: the invocations without their journals") { writes, _, _ in
            writes.journal = [:]
        },
        writes("half a commit is lost: the journals without their invocations") { writes, _, _ in
            writes.invocations = writes.invocations.filter { $0.value.isNew }
        },
        writes("counts are not written") { writes, _, _ in writes.counts = [:] },
        writes("marks are not written", oneIn: 1) { writes, _, _ in writes.marks = nil },
    ]

    // MARK: Rows

    private static let rows: [Mutation] = [
        writes("a pin is forgotten") { writes, _, _ in
            for number in writes.invocations.keys { writes.invocations[number]?.invocation.pin = nil }
        },
        writes("a pin goes to another deployment") { writes, rows, _ in
            for (number, write) in writes.invocations {
                guard let pin = write.invocation.pin,
                    let other = rows.deployments.keys.first(where: { $0 != pin.deployment })
                else { continue }
                writes.invocations[number]?.invocation.pin?.deployment = other
            }
        },
        writes("the protocol version of a pin changes") { writes, _, _ in
            for number in writes.invocations.keys where writes.invocations[number]?.invocation.journalLength ?? 0 > 1 {
                writes.invocations[number]?.invocation.pin?.protocolVersion = 5
            }
        },
        writes("a timer is lost") { writes, _, _ in writes.addedTimers = [] },
        writes("a timer that fired stays") { writes, _, _ in writes.removedTimers = [] },
        writes("a journal entry is stored twice") { writes, _, _ in
            for (number, rows) in writes.journal {
                guard var last = rows.last else { continue }
                last.index += 1
                writes.journal[number]?.append(last)
                writes.invocations[number]?.invocation.journalLength += 1
            }
        },
        writes("journal entries change places") { writes, _, _ in
            for (number, rows) in writes.journal where rows.count > 1 {
                let turned = zip(rows, rows.reversed()).map { row, other in
                    JournalRow(index: row.index, type: other.type, payload: other.payload, appendedAt: row.appendedAt)
                }
                writes.journal[number] = turned
            }
        },
        writes("a completion goes to a wrong invocation") { writes, rows, _ in
            let others = rows.unfinished.map(\.invocation)
            for (number, rows) in writes.journal {
                guard let last = rows.last, MessageType(rawValue: last.type).isNotification,
                    let other = others.first(where: { $0.number != number && writes.invocations[$0.number] == nil })
                else { continue }
                writes.journal[number]?.removeLast()
                var moved = last
                moved.index = other.journalLength
                writes.journal[other.number, default: []].append(moved)
                return
            }
        },
        writes("a wait is forgotten", oneIn: 1) { writes, _, _ in writes.addedAttachments = [] },
        writes("an outbox item is lost", oneIn: 1) { writes, _, _ in writes.addedOutbox = [] },
        writes("a result is lost", oneIn: 1) { writes, _, _ in
            for number in writes.invocations.keys { writes.invocations[number]?.output = nil }
        },
        writes("an input is lost") { writes, _, _ in
            for number in writes.invocations.keys { writes.invocations[number]?.input = nil }
        },
        writes("a journal is purged and its rows stay", oneIn: 1) { writes, _, _ in
            writes.removedJournals = []
        },
        writes("a deployment is not stored", oneIn: 1) { writes, _, _ in writes.catalog = [] },
    ]

    // MARK: Keys

    private static let keys: [Mutation] = [
        writes("a lock is not written") { writes, _, _ in writes.locks = [:] },
        writes("a lock is freed too early") { writes, _, _ in
            for (key, holder) in writes.locks where holder != nil { writes.locks[key] = .some(nil) }
        },
        writes("an inbox entry is lost", oneIn: 1) { writes, _, _ in writes.addedInbox = [] },
        writes("an inbox entry stays") { writes, _, _ in writes.removedInbox = [] },
        Mutation("a key's queue is read from the end", Sabotage(inbox: { Array($0.reversed()) })),
        writes("a state is not written", oneIn: 1) { writes, _, _ in writes.state = [:] },
        writes("a state patch is lost", oneIn: 1) { writes, _, _ in writes.addedPatches = [:] },
    ]

    // MARK: Signals

    private static let signals: [Mutation] = [
        writes("a signal with a name is lost", oneIn: 1) { writes, _, _ in
            drop(from: &writes) { if case .namedSignal = $0.id { true } else { false } }
        },
        writes("the completion of an awakeable is lost", oneIn: 1) { writes, _, _ in
            drop(from: &writes) { notification in
                if case .signal(let index) = notification.id { index >= AwakeableID.indexMin } else { false }
            }
        },
        writes("a signal comes twice", oneIn: 1) { writes, _, _ in
            for (number, rows) in writes.journal {
                guard var last = rows.last, last.type == MessageType.signalNotification.rawValue else { continue }
                last.index += 1
                writes.journal[number]?.append(last)
                writes.invocations[number]?.invocation.journalLength += 1
            }
        },
    ]

    /// Takes entries out as if they had never come: the lengths fit.
    private static func drop(from writes: inout WriteSet, where isLost: (Notification) -> Bool) {
        for (number, rows) in writes.journal {
            guard let last = rows.last, MessageType(rawValue: last.type).isNotification,
                let notification = try? Notification.decode(last.frame), isLost(notification)
            else { continue }
            writes.journal[number]?.removeLast()
            writes.invocations[number]?.invocation.journalLength -= 1
        }
    }

    // MARK: Promises

    private static let promises: [Mutation] = [
        writes("the completion of a promise does not reach who waits for it", oneIn: 1) { writes, _, _ in
            drop(from: &writes) { $0.type == .getPromiseCompletion }
        },
        writes("a promise is completed twice", oneIn: 1) { writes, rows, _ in
            for promise in rows.promises.keys where writes.promises[promise] == nil {
                if rows.promises[promise] != .some(nil) { writes.promises[promise] = .value(Array("again".utf8)) }
            }
        },
        writes("a promise is not stored", oneIn: 1) { writes, _, _ in writes.promises = [:] },
        writes("a waiter of a promise is forgotten", oneIn: 1) { writes, _, _ in writes.addedPromiseWaiters = [] },
        writes("a waiter of a promise stays when it was told", oneIn: 1) { writes, _, _ in
            writes.removedPromiseWaiters = []
        },
        writes("the promises of a workflow outlive its run", oneIn: 1) { writes, _, _ in writes.clearedPromises = [] },
        writes("the state of a workflow outlives its run", oneIn: 1) { writes, _, _ in
            for key in writes.state.keys where key.service == "Flow" { writes.state[key]?.clearsAll = false }
        },
        actions("a workflow that was run is accepted anew", oneIn: 1) { actions, _ in
            actions = actions.map { action in
                guard case .answer(let request, .result(let id, .failure(let failure), _, _)) = action,
                    failure.message == "the workflow method was already invoked"
                else { return action }
                return .answer(request, .accepted(id, isNew: true, executionTime: nil))
            }
        },
    ]

    // MARK: Messages

    private static let messages: [Mutation] = [
        actions("what services wait for is never sent", oneIn: 1) { actions, _ in
            actions.removeAll { if case .send = $0 { true } else { false } }
        },
        actions("a message to a service is doubled with another value") { actions, _ in
            actions = actions.flatMap { action -> [Action] in
                guard case .send(let attempt, let bytes) = action else { return [action] }
                return [.send(attempt, otherValues(bytes)), action]
            }
        },
        actions("a message goes to a wrong attempt", oneIn: 1) { actions, _ in
            let attempts = actions.compactMap { if case .send(let attempt, _) = $0 { attempt } else { nil } }
            guard let first = attempts.first, let other = attempts.first(where: { $0 != first }) else { return }
            actions = actions.map { action in
                if case .send(let attempt, let bytes) = action, attempt == first { return .send(other, bytes) }
                return action
            }
        },
        actions("an attempt is never started", oneIn: 1) { actions, _ in
            actions.removeAll { if case .start = $0 { true } else { false } }
        },
        actions("an attempt starts twice") { actions, _ in
            actions = actions.flatMap { action -> [Action] in
                guard case .start(var order) = action else { return [action] }
                order.attempt = AttemptID(rawValue: order.attempt.rawValue + 1_000_000)
                return [action, .start(order)]
            }
        },
        actions("an attempt starts without the end of its journal") { actions, _ in
            actions = actions.map { action in
                guard case .start(var order) = action else { return action }
                var frames = ActionText.decode(order.opening)
                guard frames.count > 3 else { return action }
                frames.removeLast()
                order.opening = []
                for frame in frames { frame.encode(into: &order.opening) }
                return .start(order)
            }
        },
    ]

    private static func otherValues(_ bytes: [UInt8]) -> [UInt8] {
        var changed: [UInt8] = []
        for frame in ActionText.decode(bytes) {
            guard let notification = try? Notification.decode(frame), case .value = notification.result else {
                frame.encode(into: &changed)
                continue
            }
            let other = Notification(type: notification.type, id: notification.id, result: .value(Array("x".utf8)))
            other.frame().encode(into: &changed)
        }
        return changed
    }

    // MARK: Answers

    private static let answers: [Mutation] = [
        actions("an answer is lost") { actions, _ in
            actions.removeAll { if case .answer = $0 { true } else { false } }
        },
        actions("an answer comes twice") { actions, _ in
            actions = actions.flatMap { if case .answer = $0 { [$0, $0] } else { [$0] } }
        },
        actions("an answer goes to another caller", oneIn: 1) { actions, _ in
            let requests = actions.compactMap { if case .answer(let request, _) = $0 { request } else { nil } }
            guard let first = requests.first, let last = requests.last, first != last else { return }
            actions = actions.map { action in
                guard case .answer(let request, let answer) = action else { return action }
                return .answer(request == first ? last : request == last ? first : request, answer)
            }
        },
        actions("a refused act is answered as done") { actions, _ in
            actions = actions.map { action in
                guard case .answer(let request, .refused(.operation(_, let operation, let id))) = action else {
                    return action
                }
                return .answer(request, .operated(id, operation == .kill ? .purged : .killed))
            }
        },
    ]
}
