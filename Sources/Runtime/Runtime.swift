import DurableModel
import Endpoints
import Engine
import EventLoop
import HTTP
import Logging
import Partition
import Registry

/// What hangs its output on the end of a turn: an HTTP server, a client.
package protocol TurnOutput: AnyObject {
    /// Makes the output of this turn ready to be sent.
    func flush()
    /// Whether `flush` has work already.
    var wantsFlush: Bool { get }
    /// Takes into account that so many bytes that were read wait for turns.
    func note(bytesElsewhere count: Int)
}

extension HTTPServer: TurnOutput {}
extension HTTPClient: TurnOutput {
    /// What attempts say is counted by their transport.
    package func note(bytesElsewhere count: Int) {}
}

/// The shell around the turn: one thread, one loop, and the ids that lead back to whoever waits.
///
/// An iteration is: poll and take in bytes, then one turn (decide, commit), then the actions it allows, then one write for
/// each connection. Made and used on the loop's thread.
package final class Runtime {
    private enum State {
        case serving
        /// Stops once no attempt is under way, or at `deadline` on the monotonic clock, in nanoseconds.
        case stopping(deadline: UInt64)
        case stopped
    }

    package let loop: EventLoop
    package let client: HTTPClient
    package let logger: Logger
    /// Where the store is, as records name it.
    let dataDirectory: String
    /// Runs after each turn: the watchdog is fed here, so that a stuck turn misses it.
    package var onTurn: (() -> Void)?
    private let readOpening: @Sendable (Opening) -> EngineCommand
    private var partition: Partition
    private var transport: AttemptTransport?
    private var outputs: [any TurnOutput] = []
    private var waiters = WaiterTable()
    private var wakeTimer: LoopTimer?
    private var state = State.serving

    /// `readOpening` runs on the pool, for openings that are too large for the core's thread. With about
    /// `messageBytesInFlightMax` of attempts' messages in memory, long ones are not read on. With an identity the requests of
    /// attempts are signed.
    package init(
        loop: EventLoop,
        client: HTTPClient,
        partition: consuming Partition,
        readOpening: @escaping @Sendable (Opening) -> EngineCommand,
        messageBytesInFlightMax: Int = .max,
        identity: RequestIdentity? = nil,
        dataDirectory: String,
        logger: Logger
    ) {
        self.loop = loop
        self.client = client
        self.readOpening = readOpening
        self.logger = logger
        self.dataDirectory = dataDirectory
        self.partition = partition
        outputs = [client]
        wakeTimer = LoopTimer(loop: loop) {}
        transport = AttemptTransport(
            loop: loop,
            client: client,
            messageBytesInFlightMax: messageBytesInFlightMax,
            identity: identity
        ) { [unowned self] attempt, event in
            self.partition.submit(.attempt(attempt, event), from: .attempt(attempt))
        }
        transport?.onOpeningLeft = { [unowned self] attempt in self.partition.openingLeft(attempt) }
    }

    // MARK: What others ask

    /// The registry as committed.
    package var catalog: Catalog { partition.catalog }
    package var settings: Settings { partition.settings }
    /// Unfinished invocations by deployment, handler and status, as committed.
    package var counts: [CountKey: Int] { partition.counts }
    package var attemptCount: Int { partition.attemptCount }

    /// Whether the last commit found the disk full.
    package var isStorageFull: Bool { partition.isStorageFull }

    /// Whether new work is taken: until a stop begins.
    package var isServing: Bool {
        if case .serving = state { return true }
        return false
    }

    /// Takes up changed settings.
    package func reload(_ settings: Settings) { partition.reload(settings) }

    /// Adds a server whose output leaves at the end of each turn.
    package func add(_ output: any TurnOutput) { outputs.append(output) }

    /// Lets a command wait for the next turn; `then` gets the answer after its commit. The id can be used to `forget`.
    @discardableResult
    package func submit(
        from source: CommandSource,
        _ command: (RequestID) -> EngineCommand,
        then: @escaping (Answer) -> Void
    ) -> RequestID {
        let request = waiters.add(then)
        if isServing {
            partition.submit(command(request), from: source)
        } else {
            waiters.take(request)?(.refused(.shuttingDown))
        }
        return request
    }

    /// Nobody waits for that answer any more.
    package func forget(_ request: RequestID) {
        guard waiters.take(request) != nil else { return }
        partition.submit(.forget(request), from: .core)
    }

    // MARK: The loop

    /// Serves until a stop is over. Throws when the store failed in a way that only a new start can mend.
    package func run() throws(PartitionFault) {
        while true {
            let now = Self.now
            let isBusy = partition.hasWork(at: now) || outputs.contains { $0.wantsFlush }
            if !isBusy { armWakeTimer(after: now) }
            loop.runOnce(wait: !isBusy)
            try takeTurn()
            if isOver { break }
        }
        transport?.close()
        transport = nil
        wakeTimer?.close()
        wakeTimer = nil
        state = .stopped
    }

    private func takeTurn() throws(PartitionFault) {
        let now = Self.now
        if partition.hasWork(at: now) {
            for action in try partition.turn(at: now) { perform(action) }
        }
        noteBytesHeld()
        for output in outputs { output.flush() }
        loop.flushDirtyStreams()
        onTurn?()
    }

    /// Lets reading stop while much waits for the disk, and go on afterwards.
    private func noteBytesHeld() {
        let bytes = partition.bytesHeld
        for output in outputs { output.note(bytesElsewhere: bytes) }
        transport?.readOn(bytesHeld: bytes) { partition.holds(.attempt($0)) }
    }

    /// The wall clock.
    package static var now: Timestamp { Timestamp(milliseconds: EventLoop.wallClockMilliseconds()) }

    private func armWakeTimer(after now: Timestamp) {
        var wait = partition.nextTurn(after: now).since(now).milliseconds
        if case .stopping = state { wait = min(wait, 50) }
        wakeTimer?.schedule(afterMilliseconds: UInt64(clamping: max(1, wait)))
    }

    // MARK: Stopping

    /// Begins to stop: whoever waits is answered, no attempt begins any more, and those under way have `grace` to end by
    /// themselves. What they still report is committed; what is cut off goes on after the next start, uncounted.
    package func stop(grace: Interval) {
        guard case .serving = state else { return }
        state = .stopping(
            deadline: loop.monotonicNanoseconds &+ UInt64(clamping: grace.milliseconds) &* 1_000_000
        )
        for action in partition.stop() { perform(action) }
    }

    private var isOver: Bool {
        guard case .stopping(let deadline) = state else { return false }
        if loop.monotonicNanoseconds >= deadline { return true }
        return partition.attemptCount == 0 && !partition.hasWork(at: Self.now)
    }

    // MARK: Actions

    private func perform(_ action: Action) {
        switch action {
        case .start(let order): transport?.start(order)
        case .read(let opening): read(opening)
        case .send(let attempt, let bytes): transport?.send(attempt, bytes)
        case .endInput(let attempt), .finish(let attempt): transport?.endInput(attempt)
        case .abort(let attempt): transport?.abort(attempt)
        case .answer(let request, let answer): waiters.take(request)?(answer)
        case .note(let note): log(note)
        }
    }

    private func read(_ opening: Opening) {
        let source = CommandSource.attempt(opening.attempt)
        loop.offload { [readOpening] in
            readOpening(opening)
        } then: { [weak self] command in
            self?.partition.submit(command, from: source)
        }
    }
}

extension CommandSource {
    /// The source of a connection of a face.
    package static func connection(_ number: UInt64, of face: Face) -> CommandSource {
        CommandSource(rawValue: number << 2 | face.rawValue)
    }

    /// The faces that commands come from.
    package enum Face: UInt64, Sendable {
        case ingress = 1
        case admin = 2
        case control = 3
    }
}
