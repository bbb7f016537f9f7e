import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation

@testable import Partition

/// A partition with a store in memory and a clock turned by hand.
final class Bench {
    private(set) var storage: MemoryStorage
    var partition: Partition
    var now = Sample.epoch
    private var requests: UInt64 = 0
    private let limits: TurnLimits
    private let settings: Settings

    init(
        limits: TurnLimits = TurnLimits(),
        settings: Settings = Settings(),
        storage: MemoryStorage = MemoryStorage()
    ) throws {
        self.storage = storage
        self.limits = limits
        self.settings = settings
        partition = try Partition(
            storage: storage,
            catalog: try storage.rows.catalog(),
            settings: settings,
            seed: 1,
            now: now,
            limits: limits
        )
        if storage.rows.deployments.isEmpty {
            submit(.register(registration("v1:1"), request()))
            try turn()
        }
    }

    // The partition is not copyable, which what `#expect` looks into has to be.
    var attemptCount: Int { partition.attemptCount }
    var counts: [CountKey: Int] { partition.counts }
    var clock: Timestamp { partition.clock }
    var isStorageFull: Bool { partition.isStorageFull }
    var staging: StagingTable { partition.staging }
    var unheard: Set<AttemptID> { partition.unheard }
    var ready: ReadyQueue { partition.ready }
    var deadlines: Heap<AttemptDeadline> { partition.deadlines }

    func hasWork(at wallClock: Timestamp) -> Bool { partition.hasWork(at: wallClock) }
    func nextTurn(after wallClock: Timestamp) -> Timestamp { partition.nextTurn(after: wallClock) }
    func stop() -> [Action] { partition.stop() }

    func registration(_ authority: String) -> RegisterRequest {
        RegisterRequest(discovered: Sample.discovered(authority), options: RegisterOptions(), actor: "test")
    }

    func request() -> RequestID {
        requests += 1
        return RequestID(rawValue: requests)
    }

    func submit(_ command: EngineCommand, from source: UInt64 = 1) {
        partition.submit(command, from: CommandSource(rawValue: source))
    }

    @discardableResult
    func turn() throws -> [String] { try partition.turn(at: now).map(ActionText.line) }

    /// A turn, and more until nothing is left to do.
    @discardableResult
    func turns() throws -> [String] {
        var lines = try turn()
        while partition.hasWork(at: now) { lines += try turn() }
        return lines
    }

    /// What a new process finds after a crash.
    func crash() throws {
        storage = storage.afterCrash()
        partition = try Partition(
            storage: storage,
            catalog: try storage.rows.catalog(),
            settings: settings,
            seed: 2,
            now: now,
            limits: limits
        )
    }

    /// Turns the clock, also back.
    func pass(_ seconds: Int64) { now = Timestamp(milliseconds: now.milliseconds + seconds * 1000) }

    func invoke(
        _ service: String = "Greeter",
        _ handler: String = "greet",
        key: String? = nil,
        startAt: Timestamp? = nil,
        waits: Bool = false,
        bytes: Int = 1,
        from source: UInt64 = 1
    ) {
        let request = InvokeRequest(
            target: Target(service: service, key: key, handler: handler),
            input: inputFrame(headers: [], value: [UInt8](repeating: 1, count: bytes)).payload,
            startAt: startAt,
            waitsForResult: waits
        )
        submit(.invoke(request, self.request()), from: source)
    }

    func receive(_ number: Int64, _ messages: ServiceMessage..., from source: UInt64 = 2) {
        guard let attempt = attempt(of: number) else { return }
        submit(.attempt(attempt, .received(messages.map { $0.frame(version: 7) })), from: source)
    }

    func attempt(of number: Int64) -> AttemptID? {
        partition.memory.work.running[InvocationNumber(rawValue: number)]?.attempt.id
    }

    func status(_ number: Int64) -> InvocationStatus? { row(number)?.status }

    func row(_ number: Int64) -> Invocation? {
        storage.rows.invocations[InvocationNumber(rawValue: number)]?.invocation
    }

    func journal(_ number: Int64) -> [String] {
        let rows = try? storage.journal(of: InvocationNumber(rawValue: number), from: 1, limit: .max)
        return (rows ?? []).map { ActionText.line($0.frame) }
    }
}

func command(_ operation: Command.Operation) -> ServiceMessage { .command(Command(operation)) }

let output = command(.output(.value(Array("done".utf8))))

func sleep(until time: Timestamp, _ id: UInt32) -> ServiceMessage {
    command(.sleep(wakeUpTimeMilliseconds: UInt64(time.milliseconds), completionID: id))
}
