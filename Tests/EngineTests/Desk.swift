import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation

/// An engine with a store in memory: each turn applies what it is given, begins what became ready, commits, and gives back
/// what follows as short lines.
final class Desk {
    private(set) var storage = MemoryStorage()
    private(set) var memory: EngineMemory
    var now = Sample.epoch
    private var requests: UInt64 = 0
    /// Ready invocations without a place.
    private(set) var waiting: [InvocationNumber] = []
    /// The actions of the last turn.
    private(set) var actions: [Action] = []
    private(set) var lastWrites = WriteSet()
    /// Requests that wait, and what waiters were told when an invocation ended.
    private var waiters: [InvocationNumber: [RequestID]] = [:]

    init(
        settings: Settings = Settings(),
        mode: ProtocolMode = .bidiStream,
        versions: ClosedRange<Int> = 5...7,
        services: [Service] = Sample.services()
    ) throws {
        memory = EngineMemory(catalog: Catalog(), settings: settings, counts: [:], marks: PersistedMarks(), seed: 1)
        try register("v1:1", mode: mode, versions: versions, services: services)
    }

    @discardableResult
    func register(
        _ authority: String,
        mode: ProtocolMode = .bidiStream,
        versions: ClosedRange<Int> = 5...7,
        services: [Service] = Sample.services(),
        options: RegisterOptions = RegisterOptions()
    ) throws -> [String] {
        let request = RegisterRequest(
            discovered: Sample.discovered(authority, mode: mode, protocolVersions: versions, services: services),
            options: options,
            actor: "test"
        )
        return try turn { .register(request, $0) }
    }

    // MARK: Turns

    func request() -> RequestID {
        requests += 1
        return RequestID(rawValue: requests)
    }

    @discardableResult
    func turn(_ command: (RequestID) -> EngineCommand) throws -> [String] {
        let command = command(request())
        return try turn { (engine) throws(StorageError) in try engine.apply(command) }
    }

    /// One turn: `decide`, then the starts of what is ready, then the commit.
    @discardableResult
    func turn(
        starts: Bool = true,
        _ decide: (inout Engine) throws(StorageError) -> Void
    ) throws -> [String] {
        var engine = Engine(memory: memory, storage: storage, now: now)
        try decide(&engine)
        var ready = waiting
        waiting = []
        if starts {
            for number in ready { _ = try engine.startAttempt(of: number) }
            var next = 0
            while next < engine.becameReady.count {
                _ = try engine.startAttempt(of: engine.becameReady[next])
                next += 1
            }
        } else {
            ready += engine.becameReady
            waiting = ready
        }
        if !engine.writes.isEmpty { try storage.commit(engine.writes) }
        memory.apply(engine)
        lastWrites = engine.writes
        actions = engine.actions
        for (number, request) in engine.waits { waiters[number, default: []].append(request) }
        for ending in engine.endings {
            let head = ending.head
            for request in waiters.removeValue(forKey: head.number) ?? [] {
                actions.append(.answer(request, .result(head.id, ending.result, of: head.target, expiresAt: nil)))
            }
        }
        for number in engine.started {
            guard let running = memory.work.running[number] else { continue }
            guard let opening = Opening(of: running, catalog: memory.catalog, settings: memory.settings) else {
                continue
            }
            let order = try opening.order(input: engine.writes.invocations[number]?.input, from: storage)
            actions.append(.start(order))
        }
        return actions.map(ActionText.line)
    }

    /// A new start on what is stored.
    func restart() throws {
        storage = storage.afterCrash()
        memory = EngineMemory(
            catalog: try storage.rows.catalog(),
            settings: memory.settings,
            counts: try storage.counts(),
            marks: try storage.marks(),
            seed: 2
        )
        waiting = try storage.runnable(after: InvocationNumber(rawValue: .min), limit: .max)
        waiters = [:]
    }

    func change(_ settings: (inout Settings) -> Void) { settings(&memory.settings) }

    // MARK: Commands

    /// Calls or sends; the number of the invocation is that of the next row.
    @discardableResult
    func invoke(
        _ service: String = "Greeter",
        _ handler: String = "greet",
        key: String? = nil,
        idempotencyKey: String? = nil,
        startAt: Timestamp? = nil,
        waits: Bool = false
    ) throws -> [String] {
        let request = InvokeRequest(
            target: Target(service: service, key: key, handler: handler),
            input: inputFrame(headers: [], value: [1]).payload,
            idempotencyKey: idempotencyKey,
            startAt: startAt,
            waitsForResult: waits
        )
        return try turn { .invoke(request, $0) }
    }

    /// Messages of the attempt of an invocation, all in one event.
    @discardableResult
    func receive(_ number: Int64, _ messages: ServiceMessage...) throws -> [String] {
        guard let attempt = attempt(of: number) else { return ["no attempt"] }
        let frames = messages.map { $0.frame(version: attempt.protocolVersion) }
        return try report(number, .received(frames))
    }

    @discardableResult
    func report(_ number: Int64, _ event: AttemptEvent) throws -> [String] {
        guard let attempt = attempt(of: number) else { return ["no attempt"] }
        return try turn { (engine) throws(StorageError) in try engine.apply(.attempt(attempt.id, event)) }
    }

    /// Fires every timer that is due.
    @discardableResult
    func fireTimers() throws -> [String] {
        let due = storage.rows.timers.filter { $0.due <= now }
        return try turn { (engine) throws(StorageError) in for timer in due { try engine.fire(timer) } }
    }

    @discardableResult
    func consumeOutbox() throws -> [String] {
        let items = storage.rows.outbox
        return try turn { (engine) throws(StorageError) in
            for item in items {
                guard try engine.consume(item) else { break }
            }
        }
    }

    @discardableResult
    func expire() throws -> [String] {
        let numbers = try storage.expired(at: now, limit: .max)
        var tells = memory.inlineEffectsMax
        return try turn { (engine) throws(StorageError) in
            for number in numbers { _ = try engine.expire(number, tells: &tells) }
        }
    }

    // MARK: What is there

    func attempt(of number: Int64) -> Attempt? {
        memory.work.running[InvocationNumber(rawValue: number)]?.attempt
    }

    func invocation(_ number: Int64) -> Invocation? {
        storage.rows.invocations[InvocationNumber(rawValue: number)]?.invocation
    }

    func status(_ number: Int64) -> InvocationStatus? { invocation(number)?.status }

    func id(_ number: Int64) throws -> InvocationID {
        guard let invocation = invocation(number) else { throw Missing(number: number) }
        return invocation.head.id
    }

    func journal(_ number: Int64) throws -> [String] {
        try storage.journal(of: InvocationNumber(rawValue: number), from: 1, limit: .max)
            .map { ActionText.line($0.frame) }
    }

    @discardableResult
    func cancel(_ number: Int64) throws -> [String] {
        let id = try id(number)
        return try terminate(id, .cancel)
    }

    @discardableResult
    func kill(_ number: Int64) throws -> [String] {
        let id = try id(number)
        return try terminate(id, .kill)
    }

    /// What comes of a cancel or kill, but for the note in the log.
    func terminate(_ id: InvocationID, _ operation: InvocationOperation) throws -> [String] {
        try turn { .operate(operation, id, actor: "test", $0) }.filter { !$0.hasPrefix("note: ") }
    }

    struct Missing: Error { var number: Int64 }
}

// MARK: Messages

func command(_ operation: Command.Operation) -> ServiceMessage { .command(Command(operation)) }

let output = command(.output(.value(Array("done".utf8))))

func propose(_ id: UInt32, _ value: String = "r", ack: Bool = false) -> ServiceMessage {
    .proposeRunCompletion(completionID: id, result: .value(Array(value.utf8)), requestedAck: ack)
}

func suspend(_ ids: NotificationID...) -> ServiceMessage { .suspension(.flat(ids)) }

func call(
    _ service: String,
    _ handler: String,
    key: String = "",
    idempotencyKey: String? = nil,
    scope: String? = nil,
    limitKey: String? = nil,
    id: UInt32 = 1,
    result: UInt32 = 2
) -> ServiceMessage {
    command(
        .call(
            CallCommand(
                serviceName: service,
                handlerName: handler,
                key: key,
                idempotencyKey: idempotencyKey,
                scope: scope,
                limitKey: limitKey,
                invocationIDNotificationIndex: id,
                resultCompletionID: result
            )
        )
    )
}

func send(
    _ service: String,
    _ handler: String,
    key: String = "",
    idempotencyKey: String? = nil,
    at time: UInt64 = 0,
    id: UInt32 = 1
) -> ServiceMessage {
    command(
        .oneWayCall(
            OneWayCallCommand(
                serviceName: service,
                handlerName: handler,
                invokeTimeMilliseconds: time,
                key: key,
                idempotencyKey: idempotencyKey,
                invocationIDNotificationIndex: id
            )
        )
    )
}
