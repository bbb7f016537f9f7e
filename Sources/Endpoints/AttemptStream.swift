import DurableModel
import EventLoop
import HTTP
import ServiceProtocol

/// The exchange of one attempt.
final class AttemptStream {
    private enum Phase {
        case awaitingHead
        case reading
        /// The terminal message came: nothing that follows is looked at, the outcome is known.
        case draining(since: UInt64)
        case over
    }

    private unowned let transport: AttemptTransport
    private var order: AttemptOrder
    private let endpoint: HTTPEndpoint
    private var exchange: HTTPExchange?
    private var decoder: FrameDecoder
    private var phase = Phase.awaitingHead
    /// What was sent after the opening: such an exchange cannot be repeated on another connection.
    private var hasSentMore = false
    private var isRepeated = false
    private var intake = AttemptIntake()

    init(_ transport: AttemptTransport, _ order: AttemptOrder, _ endpoint: HTTPEndpoint) {
        self.transport = transport
        self.order = order
        self.endpoint = endpoint
        decoder = FrameDecoder(payloadBytesMax: order.messageBytesMax)
    }

    func open() {
        let exchange = transport.client.open(
            EndpointRequest.attempt(order, signedBy: transport.identity),
            to: endpoint,
            hasBody: true,
            delegate: self
        )
        self.exchange = exchange
        let hasLeft = exchange.write(order.opening)
        if !order.keepsInputOpen { exchange.endBody() }
        if endpoint.version == .http2 || isRepeated { order.opening = [] }
        if hasLeft { transport.openingLeft(order.attempt) }
    }

    func send(_ bytes: [UInt8]) {
        hasSentMore = true
        guard let exchange, !exchange.write(bytes) else { return }
        intake.unsentBytes += bytes.count
        transport.budget.take(bytes.count)
        readOnOrStop()
    }

    func endInput() {
        hasSentMore = true
        exchange?.endBody()
    }

    func abort() {
        phase = .over
        giveBackPartial()
        giveBackUnsent()
        exchange?.cancel()
        exchange = nil
    }

    var isDraining: Bool {
        if case .draining = phase { true } else { false }
    }

    /// Cuts a response that goes on too long after its terminal message.
    func endDrain(_ now: UInt64) {
        guard case .draining(let since) = phase, now &- since >= transport.drainMilliseconds else { return }
        finish(.ended)
    }

    // MARK: Back-pressure

    /// Counts what is here of a message that is not complete.
    private func notePartial() {
        let before = intake.partialBytes
        intake.partialBytes = decoder.partialBytes
        if intake.partialBytes >= before {
            transport.budget.take(intake.partialBytes - before)
        } else {
            transport.give(before - intake.partialBytes, of: self)
        }
    }

    private func giveBackPartial() {
        guard intake.partialBytes > 0 else { return }
        transport.give(intake.partialBytes, of: self)
        intake.partialBytes = 0
    }

    private func giveBackUnsent() {
        guard intake.unsentBytes > 0 else { return }
        transport.give(intake.unsentBytes, of: self)
        intake.unsentBytes = 0
    }

    /// Stops reading while too much of this attempt waits, or of all together; goes on when that is over.
    private func readOnOrStop() {
        if intake.undecidedBytes > AttemptIntake.undecidedBytesMax, !intake.isHeldUndecided {
            intake.isHeldUndecided = true
            transport.watchUndecided(self)
        }
        if intake.partialBytes > AttemptIntake.partialBytesFree, !intake.isHeldByBudget {
            intake.isHeldByBudget = !transport.budget.mayRead(self)
        }
        guard let exchange, exchange.isReadingPaused != intake.mustPause else { return }
        if intake.mustPause { exchange.pauseReading() } else { exchange.resumeReading() }
    }

    func releaseFromBudget() {
        intake.isHeldByBudget = false
        readOnOrStop()
        // Its message was complete by then: the place of the one who goes on is another's.
        if intake.partialBytes <= AttemptIntake.partialBytesFree { transport.give(0, of: self) }
    }

    /// Reads on if all that was told of is decided; false if it still has to wait.
    func readOn(isHeld: (AttemptID) -> Bool) -> Bool {
        if !isClosed, isHeld(order.attempt) { return false }
        intake.undecidedBytes = 0
        intake.isHeldUndecided = false
        readOnOrStop()
        return true
    }

    private func finish(_ event: AttemptEvent) {
        if case .over = phase { return }
        abort()
        transport.finish(order.attempt, event)
    }
}

extension AttemptStream: IntakeReader {
    var isClosed: Bool {
        if case .over = phase { true } else { false }
    }
}

extension AttemptStream: HTTPExchangeDelegate {
    func exchangeWritable(_ exchange: HTTPExchange) {
        giveBackUnsent()
        readOnOrStop()
        transport.openingLeft(order.attempt)
    }

    func exchange(_ exchange: HTTPExchange, head: HTTPHead) {
        guard case .awaitingHead = phase else { return }
        // A journal is not held on to for as long as its attempt runs: from here on nothing is repeated.
        order.opening = []
        guard (200..<300).contains(head.status) else {
            return finish(.failed(.status(head.status, retryAfter: retryAfter(head))))
        }
        if let encoding = head.unwantedEncoding { return finish(.failed(.contentEncoding(encoding))) }
        guard head.has("content-type", InvocationContentType.of(version: order.protocolVersion)) else {
            return finish(.failed(.contentType(head.text(of: "content-type")?.quotable)))
        }
        phase = .reading
        transport.tell(order.attempt, .responded(server: head.text(of: "x-restate-server")?.quotable))
    }

    /// Only where the status gives it a meaning.
    private func retryAfter(_ head: HTTPHead) -> Interval? {
        guard head.status == 429 || head.status == 503, let value = head.value(of: "retry-after") else { return nil }
        return RetryAfter.parse(value, now: Timestamp(milliseconds: EventLoop.wallClockMilliseconds()))
    }

    func exchange(_ exchange: HTTPExchange, body: UnsafeRawBufferPointer) {
        guard case .reading = phase else { return }
        decoder.append(body)
        var frames: [MessageFrame] = []
        do throws(FrameError) {
            while let frame = try decoder.next() {
                frames.append(frame)
                guard !MessageType(rawValue: frame.type).endsAttempt else {
                    phase = .draining(since: transport.nowMilliseconds)
                    transport.watchDrain()
                    break
                }
            }
        } catch {
            if !frames.isEmpty { transport.tell(order.attempt, .received(frames)) }
            return finish(.failed(failure(error)))
        }
        notePartial()
        if !frames.isEmpty {
            for frame in frames { intake.undecidedBytes += frame.payload.count }
            transport.tell(order.attempt, .received(frames))
        }
        readOnOrStop()
    }

    private func failure(_ error: FrameError) -> AttemptTransportFailure {
        switch error {
        case .payloadTooLarge(let type, let bytes, let limit):
            .messageTooLarge(type: type, bytes: bytes, limit: limit)
        case .unknownControlMessage, .reservedBits: .malformedFrame(error.violationText)
        }
    }

    func exchangeEnded(_ exchange: HTTPExchange) {
        if case .reading = phase, decoder.isMidFrame {
            return finish(.failed(.malformedFrame("the response ended in the middle of a message")))
        }
        finish(.ended)
    }

    func exchange(_ exchange: HTTPExchange, failed failure: HTTPClientFailure) {
        switch phase {
        case .over: return
        // What the attempt came to is known already, however its stream ends.
        case .draining: return finish(.ended)
        case .awaitingHead, .reading: break
        }
        if case .staleConnection = failure, case .awaitingHead = phase, !hasSentMore, !isRepeated {
            // The endpoint closed a connection that it had kept, as our request crossed: it has not seen it.
            isRepeated = true
            return open()
        }
        finish(.failed(.network("\(endpoint): \(failure.description)")))
    }
}

extension MessageType {
    /// Whether a service sends nothing of meaning after it.
    fileprivate var endsAttempt: Bool {
        switch self {
        case .suspension, .error, .end: true
        default: false
        }
    }
}
