import DurableModel
import Engine
import Partition
import Registry
import ServiceProtocol
import Simulation

/// A partition with one store in memory, whose services all say what a fuzzer made up.
///
/// After each turn the rows are looked at, as the simulation does; in the end they are taken over by a new partition.
struct AttemptWorld: ~Copyable {
    /// What is left to be said in an attempt.
    private struct Speech {
        var attempt: AttemptID
        var frames: ArraySlice<MessageFrame>
    }

    private let scenario: AttemptScenario
    private let frames: [MessageFrame]
    private var random: FuzzRandom
    private(set) var storage = MemoryStorage()
    private var partition: Partition
    private var now = Sample.epoch
    private var speeches: [Speech] = []
    private var requests: UInt64 = 0
    /// Attempts that were begun; those beyond a number say nothing.
    private var started = 0
    private var known: [InvocationID] = []

    /// The ids that the first invocations of a scenario get, always the same: what a service cannot guess, it is told.
    static let firstIDs: [InvocationID] = (UInt8(0)...4).flatMap { firstIDs(handler: $0) }

    private static func firstIDs(handler: UInt8) -> [InvocationID] {
        let input = AttemptScenario.bytes(version: 7, handler: handler)
        guard let (scenario, stream) = AttemptScenario.split(input),
            var world = try? AttemptWorld(scenario, stream: stream)
        else { return [] }
        _ = try? world.begin()
        return world.known
    }

    private static let startedMax = 8
    private static let turnsMax = 48
    /// After so many turns in which nobody speaks, no timer is near either.
    private static let idleTurnsMax = 4

    init(_ scenario: AttemptScenario, stream: [UInt8]) throws {
        self.scenario = scenario
        frames = FrameBytes.frames(of: stream, pieces: max(1, stream.count))
        random = FuzzRandom(seed: UInt64(scenario.schedule))
        partition = try Self.partition(on: storage, scenario, now: now)
    }

    private static func partition(
        on storage: MemoryStorage,
        _ scenario: AttemptScenario,
        now: Timestamp
    ) throws -> Partition {
        try Partition(
            storage: storage,
            catalog: try storage.rows.catalog(),
            settings: scenario.settings,
            seed: 1,
            now: now,
            limits: scenario.limits
        )
    }

    /// What is wrong, if anything is.
    mutating func run() throws -> String? {
        if let complaint = try begin() { return complaint }
        var idleTurns = 0
        for _ in 0..<Self.turnsMax where idleTurns < Self.idleTurnsMax {
            speak()
            if scenario.hasOperator { operate() }
            if let complaint = try turn() { return complaint }
            idleTurns = speeches.isEmpty ? idleTurns + 1 : 0
            now = now.adding(Interval(milliseconds: speeches.isEmpty ? 700 : 1))
        }
        return try restart()
    }

    private mutating func begin() throws -> String? {
        let registration = RegisterRequest(
            discovered: Sample.discovered("a:1", mode: scenario.mode),
            options: RegisterOptions(),
            actor: "fuzz"
        )
        submit(.register(registration, nextRequest()), from: .core)
        if let complaint = try turn() { return complaint }
        for target in scenario.targets {
            let input = inputFrame(headers: [], value: Array("1".utf8)).payload
            submit(
                .invoke(InvokeRequest(target: target, input: input, waitsForResult: true), nextRequest()),
                from: .core
            )
        }
        return try turn()
    }

    // MARK: What comes in

    private mutating func nextRequest() -> RequestID {
        requests += 1
        return RequestID(rawValue: requests)
    }

    private mutating func submit(_ command: EngineCommand, from source: CommandSource) {
        partition.submit(command, from: source)
    }

    /// One of the attempts says on.
    private mutating func speak() {
        guard let place = speeches.indices.randomElement(using: &random) else { return }
        let attempt = speeches[place].attempt
        let next = speeches[place].frames.prefix(scenario.framesPerTurn)
        guard !next.isEmpty else {
            speeches.remove(at: place)
            return submit(.attempt(attempt, .ended), from: .attempt(attempt))
        }
        speeches[place].frames = speeches[place].frames.dropFirst(next.count)
        submit(.attempt(attempt, .received(Array(next))), from: .attempt(attempt))
    }

    private mutating func operate() {
        guard Int.random(in: 0..<6, using: &random) == 0, let id = known.randomElement(using: &random) else { return }
        let operation = random.one(
            of: InvocationOperation.cancel,
            .kill,
            .pause,
            .resume(.keep),
            .purge,
            .purgeJournal,
            .restartAsNew(from: Int.random(in: 0...3, using: &random), .latest)
        )
        submit(.operate(operation, id, actor: "fuzz", nextRequest()), from: .core)
    }

    // MARK: What comes of it

    private mutating func turn() throws -> String? {
        let actions: [Action]
        do {
            actions = try partition.turn(at: now)
        } catch {
            return "the partition cannot go on: \(error.text)"
        }
        for action in actions {
            if let complaint = take(action) { return complaint }
        }
        if let complaint = storage.complaints.first ?? storage.rows.violations().first { return complaint }
        return partition.counts == storage.rows.counts ? nil : "counts in memory differ from those stored"
    }

    private mutating func take(_ action: Action) -> String? {
        switch action {
        case .start(let order):
            known.append(order.invocation)
            started += 1
            speeches.append(Speech(attempt: order.attempt, frames: started > Self.startedMax ? [] : frames[...]))
            return unreadable(order.opening)
        case .read(let opening):
            submit(opening.command(readingFrom: storage), from: .attempt(opening.attempt))
        case .send(_, let bytes): return unreadable(bytes)
        case .finish(let attempt), .abort(let attempt): speeches.removeAll { $0.attempt == attempt }
        case .note(.commandRefused(let text)): return "the store refuses what was decided: \(text)"
        case .endInput, .answer, .note: break
        }
        return nil
    }

    /// Whatever a service says, what it is sent are whole messages.
    private func unreadable(_ bytes: [UInt8]) -> String? {
        let frames = FrameBytes.frames(of: bytes, pieces: max(1, bytes.count))
        if FrameBytes.joined(frames) != bytes { return "a service is sent what are no frames" }
        for frame in frames {
            if (try? ServerMessage.decode(frame)) == nil {
                return "a service is sent a message \(frame.type) that is none"
            }
        }
        return nil
    }

    private mutating func restart() throws -> String? {
        storage = storage.afterCrash()
        partition = try Self.partition(on: storage, scenario, now: now)
        speeches = []
        started = Self.startedMax
        for _ in 0..<4 {
            if let complaint = try turn() { return complaint }
            speak()
            now = now.adding(.seconds(60))
        }
        return nil
    }
}
