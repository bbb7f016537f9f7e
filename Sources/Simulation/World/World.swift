import DurableModel
import Engine
import Partition
import Registry
import ServiceProtocol

/// The very partition of the daemon among simulated callers, services, disk and clock: seeded, so that it replays.
///
/// Invariants are looked at after every turn and once more when nothing is left to do.
package final class World {
    /// A caller that waits; it asks again with the same idempotency key after a crash.
    struct Caller {
        var request: InvokeRequest
        var id: RequestID
        var isAnswered = false
    }

    let options: WorldOptions
    let settings: Settings
    let limits: TurnLimits
    var entropy: Entropy
    var now = Sample.epoch
    var storage = MemoryStorage()
    var partition: Partition
    var scripts = ScriptBook()
    var exchanges: [AttemptID: SimulatedHandler] = [:]
    var ended: [AttemptID] = []
    var callers: [Caller] = []
    var nextRequest: UInt64 = 1
    var known: [InvocationID] = []
    /// Ids that were acknowledged, with the result once it was.
    var acknowledged: [InvocationID: InvocationResult?] = [:]
    var removable: Set<InvocationID> = []
    /// Those that an operator may have moved to another deployment.
    var movable: Set<InvocationID> = []
    var pins: [InvocationID: DeploymentID] = [:]
    var journals: [InvocationID: [MessageFrame]] = [:]
    var effects = 0
    var turns = 0
    var crashes = 0
    var adopted = 0
    var deployments = 0
    var isCalm = false
    var found: [String] = []
    var history: [String] = []

    package init(_ options: WorldOptions) throws {
        self.options = options
        entropy = Entropy(seed: options.seed)
        var settings = Settings()
        settings.attemptsMax = Int.random(in: 2...12, using: &entropy)
        settings.protocolVersionMax = Int.random(in: 5...7, using: &entropy)
        settings.inactivityTimeout = .seconds(2)
        settings.abortTimeout = .seconds(8)
        settings.retryPolicy = RetryPolicy(
            initialInterval: Interval(milliseconds: 100),
            intervalMax: .seconds(2),
            attemptsMax: nil
        )
        self.settings = settings
        var limits = TurnLimits()
        limits.commands = Int.random(in: 1...24, using: &entropy)
        limits.timers = Int.random(in: 1...16, using: &entropy)
        limits.timerWindow = Int.random(in: 2...16, using: &entropy)
        limits.starts = Int.random(in: 1...8, using: &entropy)
        // What is long in this world is a line elsewhere.
        limits.stagedPayloadBytes = Int.random(in: 4...64, using: &entropy)
        limits.stagedPieceBytes = Int.random(in: 1...16, using: &entropy)
        limits.stagedBytes = Int.random(in: 1...64, using: &entropy)
        self.limits = limits
        partition = try Partition(
            storage: storage,
            catalog: Catalog(),
            settings: settings,
            seed: options.seed,
            now: now,
            limits: limits
        )
    }

    /// Runs the world to its end.
    package func run() throws -> WorldReport {
        register()
        for _ in 0..<options.steps where found.isEmpty { try step() }
        isCalm = true
        storage.onCommit = nil
        if storage.rows.deployments.isEmpty { register() }
        var idle = 0
        while found.isEmpty, idle < 20_000, try !isDone() {
            try settle()
            idle += 1
        }
        if found.isEmpty { checkTheEnd() }
        return WorldReport(
            seed: options.seed,
            violations: found,
            history: history.suffix(60),
            invocations: storage.rows.invocations.count,
            turns: turns,
            crashes: crashes,
            adopted: adopted,
            effects: effects
        )
    }

    func chance(_ thousandths: Int) -> Bool { !isCalm && Int.random(in: 0..<1000, using: &entropy) < thousandths }

    func note(_ text: @autoclosure () -> String) {
        if history.count > 2000 { history.removeFirst(1000) }
        history.append("\(now.milliseconds - Sample.epoch.milliseconds) " + text())
    }

    func violated(_ text: String) {
        note("VIOLATED: " + text)
        found.append(text)
    }

    // MARK: Steps

    private func step() throws {
        if chance(options.callChance) { call() }
        if chance(options.terminationChance) { terminate() }
        if chance(options.registryChance) { changeRegistry() }
        if chance(options.operatorChance) { operate() }
        if chance(options.resetChance) { reset() }
        if chance(options.staleEventChance) { repeatOldEvent() }
        passTime()
        try takeTurn()
    }

    private func passTime() {
        if chance(options.clockJumpChance) {
            let jump = Int64.random(in: -300_000...1_200_000, using: &entropy)
            note("clock jumps by \(jump)")
            now = Timestamp(milliseconds: now.milliseconds + jump)
        }
        now = now.adding(Interval(milliseconds: Int64.random(in: 0...400, using: &entropy)))
    }

    /// Without faults: what can be done is done, and time passes to what is due.
    private func settle() throws {
        now = now.adding(Interval(milliseconds: partition.hasWork(at: now) ? 1 : 500))
        try takeTurn()
    }

    private func isDone() throws -> Bool {
        guard exchanges.isEmpty, !partition.hasWork(at: now) else { return false }
        let unfinished = storage.rows.invocations.values.filter { $0.invocation.status != .completed }
        if unfinished.contains(where: { $0.invocation.status == .paused }) { resumeAll() }
        return unfinished.isEmpty
    }

    private func takeTurn() throws {
        armDisk()
        turns += 1
        let actions: [Action]
        do {
            actions = try partition.turn(at: now)
        } catch {
            note("fault: \(error.text)")
            return try crash()
        }
        check()
        if chance(options.crashChance) {
            let done = Int.random(in: 0...actions.count, using: &entropy)
            for action in actions.prefix(done) { carryOut(action) }
            note("crash after \(done) of \(actions.count) actions")
            return try crash()
        }
        for action in actions { carryOut(action) }
    }

    private func armDisk() {
        guard !isCalm else { return }
        storage.onCommit = { [unowned self] writes in
            adopted += writes.adoptedPayloads.count
            if chance(options.fullDiskChance) { return .full }
            if chance(options.refusalChance) { return .refused("the simulated store does not like it") }
            if chance(options.crashChance / 3) { return .inputOutput(isWritten: Bool.random(using: &entropy)) }
            return nil
        }
    }

    /// The process ends and a new one begins: streams break, callers ask again.
    func crash() throws {
        crashes += 1
        exchanges = [:]
        ended = []
        complaints()
        storage = storage.afterCrash()
        partition = try Partition(
            storage: storage,
            catalog: try storage.rows.catalog(),
            settings: settings,
            seed: entropy.next(),
            now: now,
            limits: limits
        )
        for index in callers.indices where !callers[index].isAnswered { ask(index) }
    }

    // MARK: Checks

    private func complaints() {
        for complaint in storage.complaints { violated(complaint) }
    }

    private func check() {
        complaints()
        for violation in storage.rows.violations() { violated(violation) }
        for payload in storage.rows.staged.keys where !partition.isStaging(payload) {
            violated("staged payload \(payload.rawValue) is nobody's")
        }
        if partition.counts != storage.rows.counts { violated("counts in memory differ from those stored") }
        let running = storage.rows.invocations.values.filter { $0.invocation.status == .running }.count
        if partition.attemptCount > running {
            violated("\(partition.attemptCount) attempts in memory, \(running) running rows")
        }
    }

    private func checkTheEnd() {
        if !storage.rows.staged.isEmpty { violated("\(storage.rows.staged.count) staged payloads stay for ever") }
        for row in storage.rows.invocations.values
        where row.invocation.status != .completed {
            violated("invocation \(row.invocation.number.rawValue) stays \(row.invocation.status.name) for ever")
        }
        for caller in callers where !caller.isAnswered {
            violated("the caller of \(caller.request.target.text) waits for ever (request \(caller.id.rawValue))")
        }
        for (id, result) in acknowledged {
            guard let row = storage.rows.invocations.values.first(where: { $0.invocation.head.id == id }) else {
                if !removable.contains(id) { violated("\(id) was acknowledged and is lost") }
                continue
            }
            if let result, let stored = self.result(of: row), stored != result {
                violated("\(id) was answered \(ActionText.line(result)) and is stored as \(ActionText.line(stored))")
            }
        }
        checkCounters()
    }

    private func result(of row: MemoryRows.Row) -> InvocationResult? {
        if let failure = row.invocation.completionFailure { return .failure(failure) }
        guard let output = row.output,
            let command = try? Command.decode(MessageFrame(type: MessageType.outputCommand.rawValue, payload: output))
        else { return nil }
        if case .output(.value(let bytes)) = command.operation { return .success(bytes) }
        return nil
    }

    /// Each key counts one up for each stored increment: none lost, none twice.
    private func checkCounters() {
        var increments: [ServiceKey: Int] = [:]
        for (number, rows) in storage.rows.journal {
            guard let key = storage.rows.invocations[number]?.invocation.head.stateKey else { continue }
            increments[key, default: 0] += rows.filter { $0.type == MessageType.setStateCommand.rawValue }.count
        }
        for (key, count) in increments where count > 0 {
            let stored = storage.rows.state[key]?[SimulatedHandler.counterName] ?? []
            let text = String(decoding: stored, as: UTF8.self)
            if text != String(count) { violated("\(key.key) counts \(text) after \(count) increments") }
        }
    }
}
