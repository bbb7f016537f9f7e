import DurableModel
import EventLoop
import HTTP

/// Carries attempts out: orders become requests, responses become events. It decides nothing; what an event means is
/// the partition's to say. Made and used on the loop's thread.
///
/// Every attempt that was started ends with exactly one `.ended` or `.failed`, unless it is aborted, after which
/// nothing more is told of it. Events come inside `EventLoop.runOnce` or `HTTPClient.flush`, never inside a method of
/// the transport, so their receiver may call it at once or later as it likes.
package final class AttemptTransport {
    /// How long a response may go on after its terminal message (service-protocol.md, section 3).
    package static let drainMilliseconds: UInt64 = 5_000

    let loop: EventLoop
    let client: HTTPClient
    let drainMilliseconds: UInt64
    let identity: RequestIdentity?
    /// Told once the connection has taken an opening; inside `start` if it was taken at once.
    package var onOpeningLeft: ((AttemptID) -> Void)?
    private let onEvent: (AttemptID, AttemptEvent) -> Void
    private var streams: [AttemptID: AttemptStream] = [:]
    /// Attempts that were over before they began; told of in the next turn of the loop.
    private var unstarted: [(AttemptID, AttemptTransportFailure)] = []
    /// Where the last attempt went: most go to the same place, and reading an address costs as much as a small message.
    private var lastEndpoint: (address: DeploymentAddress, version: DurableModel.HTTPVersion, endpoint: HTTPEndpoint)?
    /// Incomplete messages of all attempts together.
    var budget = IntakeBudget<AttemptStream>()
    /// Those that wait until all that they said is decided.
    private var undecided: [AttemptStream] = []
    private var drainTimer: LoopTimer?
    private var isTicking = false
    private var unstartedTimer: LoopTimer?

    /// At about `messageBytesInFlightMax` of messages in memory, long ones are not read on. With an identity every request
    /// is signed.
    package init(
        loop: EventLoop,
        client: HTTPClient,
        messageBytesInFlightMax: Int = .max,
        drainMilliseconds: UInt64 = AttemptTransport.drainMilliseconds,
        identity: RequestIdentity? = nil,
        onEvent: @escaping (AttemptID, AttemptEvent) -> Void
    ) {
        self.loop = loop
        self.client = client
        self.drainMilliseconds = drainMilliseconds
        self.identity = identity
        self.onEvent = onEvent
        budget.bytesMax = messageBytesInFlightMax
        drainTimer = LoopTimer(loop: loop) { [unowned self] in endDrained() }
        unstartedTimer = LoopTimer(loop: loop) { [unowned self] in tellUnstarted() }
    }

    /// Attempts whose exchange is not over, draining ones included.
    package var attemptCount: Int { streams.count }

    /// Opens the exchange of an attempt; a number that is under way already is the caller's mistake.
    package func start(_ order: AttemptOrder) {
        precondition(streams[order.attempt] == nil, "an attempt is started once")
        guard let endpoint = endpoint(of: order) else {
            unstarted.append((order.attempt, .network("\(order.address.uri): its address names no host")))
            unstartedTimer?.schedule(afterMilliseconds: 0)
            return
        }
        let stream = AttemptStream(self, order, endpoint)
        streams[order.attempt] = stream
        stream.open()
    }

    private func endpoint(of order: AttemptOrder) -> HTTPEndpoint? {
        if let lastEndpoint, lastEndpoint.version == order.httpVersion, lastEndpoint.address == order.address {
            return lastEndpoint.endpoint
        }
        guard let endpoint = EndpointRequest.endpoint(of: order.address, order.httpVersion) else { return nil }
        lastEndpoint = (order.address, order.httpVersion, endpoint)
        return endpoint
    }

    /// Sends framed messages on the open input. Does nothing if the input has ended or the attempt is over.
    package func send(_ attempt: AttemptID, _ bytes: [UInt8]) {
        streams[attempt]?.send(bytes)
    }

    /// Ends the request's body; the service may go on with its response.
    package func endInput(_ attempt: AttemptID) {
        streams[attempt]?.endInput()
    }

    /// Gives the exchange up: RST_STREAM CANCEL, or the end of an HTTP/1.1 connection.
    package func abort(_ attempt: AttemptID) {
        unstarted.removeAll { $0.0 == attempt }
        streams.removeValue(forKey: attempt)?.abort()
    }

    /// Aborts all.
    package func close() {
        let all = streams
        streams = [:]
        for stream in all.values { stream.abort() }
        unstarted = []
        drainTimer?.close()
        unstartedTimer?.close()
        drainTimer = nil
        unstartedTimer = nil
    }

    // MARK: Back-pressure

    /// Reads on where what was told of is decided. To be called after each turn, with how much waits there; `isHeld` says
    /// whether anything of an attempt does.
    package func readOn(bytesHeld: Int, isHeld: (AttemptID) -> Bool) {
        for stream in budget.note(bytesElsewhere: bytesHeld) { stream.releaseFromBudget() }
        guard !undecided.isEmpty else { return }
        let waiting = undecided
        undecided = []
        undecided += waiting.filter { !$0.readOn(isHeld: isHeld) }
    }

    func watchUndecided(_ stream: AttemptStream) { undecided.append(stream) }

    func give(_ bytes: Int, of stream: AttemptStream) {
        for reader in budget.give(bytes, stream) { reader.releaseFromBudget() }
    }

    // MARK: What streams tell

    func tell(_ attempt: AttemptID, _ event: AttemptEvent) {
        onEvent(attempt, event)
    }

    func openingLeft(_ attempt: AttemptID) {
        onOpeningLeft?(attempt)
    }

    /// The last event of an attempt.
    func finish(_ attempt: AttemptID, _ event: AttemptEvent) {
        guard streams.removeValue(forKey: attempt) != nil else { return }
        onEvent(attempt, event)
    }

    var nowMilliseconds: UInt64 { loop.monotonicNanoseconds / 1_000_000 }

    /// A stream drains: it is to be looked after.
    func watchDrain() {
        guard !isTicking else { return }
        isTicking = true
        // Looked at ten times in its time: a timer for each stream would cost more than going through all.
        drainTimer?.schedule(afterMilliseconds: drainMilliseconds / 10)
    }

    private func endDrained() {
        isTicking = false
        let now = nowMilliseconds
        for stream in Array(streams.values) { stream.endDrain(now) }
        if streams.values.contains(where: \.isDraining) { watchDrain() }
    }

    private func tellUnstarted() {
        let failed = unstarted
        unstarted = []
        for (attempt, failure) in failed { onEvent(attempt, .failed(failure)) }
    }
}
