import DurableModel
import Engine
import Partition
import Registry
import ServiceProtocol

/// The very partition of the daemon among simulated callers, services, disk and clock: seeded, so that it replays.
///
/// Invariants are looked at after every turn and once more when nothing is left to do.
package final class World {
    /// A caller that waits; it asks again after a crash.
    struct Caller {
        /// What it asks; with the same idempotency key if it asks again.
        enum Question {
            case invoke(InvokeRequest)
            case attach(InvocationID)
            case fetch(InvocationID)
            case complete(AwakeableID)
        }

        var question: Question
        var id = RequestID(rawValue: 0)
        var isAnswered = false
    }

    let options: WorldOptions
    let settings: Settings
    let limits: TurnLimits
    var entropy: Entropy
    /// What breaks the world draws from its own: until something is broken, the world is the same as without.
    var sabotageEntropy: Entropy
    var now = Sample.epoch
    var storage = MemoryStorage()
    var partition: Partition
    var scripts = ScriptBook()
    var exchanges: [AttemptID: SimulatedHandler] = [:]
    var ended: [AttemptID] = []
    /// What services have said and the daemon has not heard yet.
    var transit = Transit()
    /// Deployments that cannot be reached, and until when.
    var outages: [DeploymentID: Timestamp] = [:]
    var callers: [Caller] = []
    /// The caller of each request that is not answered.
    var callerOf: [RequestID: Int] = [:]
    var answered: Set<RequestID> = []
    var nextRequest: UInt64 = 1
    /// Ids in the order in which they came up; each once.
    var known: [InvocationID] = []
    var isKnown: Set<InvocationID> = []
    /// Those that count in the state of a key: their rows are looked at in the end.
    var countsInState: Set<InvocationID> = []
    /// Acts of operators that are not answered yet.
    var acts: [RequestID: PendingAct] = [:]
    /// Ids that were acknowledged, with the result once it was.
    var acknowledged: [InvocationID: InvocationResult?] = [:]
    /// Those that an operator may have ended before they began, or removed.
    var removable: Set<InvocationID> = []
    /// Those of them that were to be purged.
    var purged: Set<InvocationID> = []
    /// Those that were sent elsewhere because their deployment is gone.
    var rescued: Set<InvocationNumber> = []
    /// Whether an operator has killed anything.
    var hasKilled = false
    /// Requests whose callers have gone.
    var givenUp: Set<RequestID> = []
    /// Those that an operator may have sent to another deployment and that have not begun there.
    var movable: Set<InvocationID> = []
    /// Keys that count and of which an operator may have removed what counted.
    var uncounted: Set<ServiceKey> = []
    /// Whether results of plain services may expire while the world runs.
    var hasShortRetention = false
    var pins: [InvocationID: Pin] = [:]
    var journals: [InvocationID: [MessageFrame]] = [:]
    var counts = WorldCounts()
    var coverage = OperationCoverage()
    var deployments = 0
    var isCalm = false
    var found: [String] = []
    var history: [String] = []

    /// Runs a world to its end. One that is not as it must be is run again, to tell its history.
    package static func report(_ options: WorldOptions) -> WorldReport {
        let report = runOnce(options)
        guard !report.violations.isEmpty, !options.keepsHistory else { return report }
        var telling = options
        telling.keepsHistory = true
        return runOnce(telling)
    }

    private static func runOnce(_ options: WorldOptions) -> WorldReport {
        do {
            return try World(options).run()
        } catch {
            var report = WorldReport(options)
            report.violations = ["a new start fails: \(error)"]
            return report
        }
    }

    package init(_ options: WorldOptions) throws {
        self.options = options
        entropy = Entropy(seed: options.seed)
        sabotageEntropy = Entropy(seed: ~options.seed)
        var settings = Settings()
        settings.attemptsMax = Int.random(in: 2...12, using: &entropy)
        settings.protocolVersionMax = Int.random(in: 5...7, using: &entropy)
        settings.lazyState = Int.random(in: 0..<4, using: &entropy) == 0
        // Often less than there is.
        settings.eagerStateBytesMax = Int.random(in: 0...24, using: &entropy)
        settings.inactivityTimeout = .seconds(2)
        settings.abortTimeout = .seconds(8)
        settings.retryPolicy = RetryPolicy(
            initialInterval: Interval(milliseconds: 100),
            intervalMax: .seconds(2),
            attemptsMax: nil
        )
        self.settings = settings
        hasShortRetention = Int.random(in: 0..<4, using: &entropy) == 0
        var limits = TurnLimits()
        limits.commands = Int.random(in: 1...24, using: &entropy)
        limits.timers = Int.random(in: 1...16, using: &entropy)
        limits.timerWindow = Int.random(in: 2...16, using: &entropy)
        limits.starts = Int.random(in: 1...8, using: &entropy)
        limits.inlineEffects = Int.random(in: 1...6, using: &entropy)
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
        becomeCalm()
        var idle = 0
        while found.isEmpty, idle < options.settlingTurnsMax, try !isDone() {
            try settle()
            idle += 1
        }
        if found.isEmpty { checkTheEnd() }
        var report = WorldReport(options)
        report.violations = found
        report.history = history
        report.counts = counts
        report.coverage = coverage
        return report
    }

    private func becomeCalm() {
        isCalm = true
        outages = [:]
    }

    func chance(_ thousandths: Int) -> Bool { !isCalm && Int.random(in: 0..<1000, using: &entropy) < thousandths }

    func note(_ text: @autoclosure () -> String) {
        guard options.keepsHistory else { return }
        if history.count > 2000 { history.removeFirst(1000) }
        history.append("\(now.milliseconds - Sample.epoch.milliseconds) " + text())
    }

    func violated(_ text: String) {
        note("VIOLATED: " + text)
        found.append(text)
    }

    func submit(_ command: EngineCommand, from source: CommandSource) {
        counts.commands += 1
        partition.submit(command, from: source)
    }

    func noteKnown(_ id: InvocationID, counts inState: Bool) {
        if inState { countsInState.insert(id) }
        guard isKnown.insert(id).inserted else { return }
        known.append(id)
        counts.invocations += 1
    }

    // MARK: Steps

    private func step() throws {
        if chance(options.callChance) { call() }
        if chance(options.questionChance) { askAboutOld() }
        if chance(options.registryChance) { changeRegistry() }
        if chance(options.operatorChance) { operate() }
        if chance(options.resetChance) { reset() }
        if chance(options.outageChance) { beginOutage() }
        if chance(options.staleEventChance) { repeatOldEvent() }
        passTime()
        deliver()
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
        // The last one may have been about to go when the faults ended.
        if storage.rows.deployments.isEmpty { register() }
        now = now.adding(Interval(milliseconds: partition.hasWork(at: now) ? 1 : 500))
        deliver()
        try takeTurn()
    }

    private func isDone() throws -> Bool {
        guard exchanges.isEmpty, transit.isEmpty, !partition.hasWork(at: now) else { return false }
        var isOver = true
        for row in storage.rows.unfinished {
            isOver = false
            rescue(row)
        }
        return isOver
    }

    private func takeTurn() throws {
        counts.turns += 1
        let fault = options.fault.flatMap { $0.turn == counts.turns ? $0.point : nil }
        armDisk(fault)
        // As the loop of the daemon does: without something to do no turn is taken.
        guard fault != nil || partition.hasWork(at: now) else { return }
        noteStatuses()
        var actions: [Action]
        do {
            actions = try partition.turn(at: now)
        } catch {
            note("fault: \(error.text)")
            return try crash()
        }
        options.sabotage?.actions?(&actions, &sabotageEntropy)
        check()
        guard let done = actionsUntilCrash(of: actions.count, fault) else {
            for action in actions { carryOut(action) }
            return
        }
        for action in actions.prefix(done) { carryOut(action) }
        note("crash after \(done) of \(actions.count) actions")
        try crash()
    }

    /// After how many of its actions a turn is cut off; `nil` if it is not.
    private func actionsUntilCrash(of count: Int, _ fault: PlannedFault.Point?) -> Int? {
        if case .actions(let done) = fault, done <= count { return done }
        return chance(options.crashChance) ? Int.random(in: 0...count, using: &entropy) : nil
    }

    private func armDisk(_ fault: PlannedFault.Point?) {
        storage.distort = options.sabotage?.writes.map { distort in
            { [unowned self] writes, rows in distort(&writes, rows, &sabotageEntropy) }
        }
        storage.distortInbox = options.sabotage?.inbox
        storage.onCommit = nil
        storage.onRead = nil
        switch fault {
        case nil: armDiskByChance()
        case .read(let count): failRead(after: count)
        case .full: storage.onCommit = { _ in .full }
        case .refused: storage.onCommit = { _ in .refused("the simulated store does not like it") }
        case .commit(let isWritten): storage.onCommit = { _ in .inputOutput(isWritten: isWritten) }
        case .actions: break
        }
    }

    private func armDiskByChance() {
        guard !isCalm else { return }
        storage.onCommit = { [unowned self] writes in
            counts.adopted += writes.adoptedPayloads.count
            if chance(options.fullDiskChance) { return .full }
            if chance(options.refusalChance) { return .refused("the simulated store does not like it") }
            if chance(options.crashChance / 3) { return .inputOutput(isWritten: Bool.random(using: &entropy)) }
            return nil
        }
        if chance(options.crashChance / 3) { failRead(after: Int.random(in: 0..<8, using: &entropy)) }
    }

    private func failRead(after count: Int) {
        var readsLeft = count
        storage.onRead = {
            readsLeft -= 1
            return readsLeft < 0 ? .inputOutput("the simulated disk cannot be read") : nil
        }
    }

    /// The process ends and a new one begins: streams break, callers ask again.
    func crash() throws {
        counts.crashes += 1
        exchanges = [:]
        ended = []
        transit = Transit()
        acts = [:]
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
        checkEverything()
        callerOf = [:]
        for index in callers.indices where !callers[index].isAnswered { ask(index) }
    }
}
