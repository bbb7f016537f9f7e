import ControlProtocol
import EventLoop

/// What a session asks of the server it belongs to.
protocol ControlSessionOwner: AnyObject {
    /// A request that the peer may make; its answer goes to `reply` under this number.
    func session(
        _ session: ControlSession,
        received method: ControlMethod,
        _ request: ControlRequest,
        as number: UInt64
    )
    /// The peer broke a rule of the protocol.
    func session(_ session: ControlSession, refused error: ControlError)
    /// The peer asked for what it may not do.
    func session(_ session: ControlSession, denied method: ControlMethod)
    /// The connection is over.
    func sessionEnded(_ session: ControlSession)
}

/// One connection to the control socket: bytes to requests, answers to bytes.
final class ControlSession {
    private enum Phase {
        /// The peer has not said hello.
        case greeting
        case open
        /// The peer sends no more; it still gets its answers.
        case finishing
        case closed
    }

    /// Why nothing is read from the peer for the moment.
    private enum Pause { case outputFull, decoding }

    /// Names it among the connections of its server.
    let id: UInt64
    let peer: ControlPeer
    /// Set while the daemon ends: requests under way are answered, new ones are not begun.
    var isStopping = false

    private unowned let owner: any ControlSessionOwner
    private let stream: ByteStream
    private let limits: ControlLimits
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.requestBytesMax)
    private var phase = Phase.greeting
    private var inFlight: [UInt64: ControlMessageID?] = [:]
    private var requestCount: UInt64 = 0
    private var pauses: Set<Pause> = []
    private var pendingBytesAtCheck = 0
    private var isStallTimed = false
    private lazy var frameTimer = LoopTimer(loop: loop) { [unowned self] in refuse(ControlError(.frameTimeout)) }
    private lazy var stallTimer = LoopTimer(loop: loop) { [unowned self] in checkStall() }
    private let loop: EventLoop

    init(
        id: UInt64,
        loop: EventLoop,
        stream: ByteStream,
        peer: ControlPeer,
        limits: ControlLimits,
        owner: any ControlSessionOwner
    ) {
        self.id = id
        self.loop = loop
        self.stream = stream
        self.peer = peer
        self.limits = limits
        self.owner = owner
        stream.delegate = self
        frameTimer.schedule(afterMilliseconds: limits.frameMilliseconds)
    }

    var isOpen: Bool { phase != .closed }

    /// Answers one request; nothing happens if it was answered already or the connection is over.
    func reply(_ number: UInt64, _ frame: (ControlMessageID) -> [UInt8]) {
        guard phase != .closed, let id = inFlight.removeValue(forKey: number) else { return }
        if let id { send(frame(id)) }
        if phase == .finishing { closeWhenDone() }
    }

    /// Whether a request waits for its answer.

    /// The id to answer under, if the request waits for an answer and wants one.
    func messageID(_ number: UInt64) -> ControlMessageID? { inFlight[number] ?? nil }

    /// Whether a request waits for its answer.
    func isInFlight(_ number: UInt64) -> Bool { inFlight[number] != nil }

    /// Sends a notification about a request that is under way.
    func notify(_ number: UInt64, _ frame: [UInt8]) {
        guard phase != .closed, inFlight[number] != nil else { return }
        send(frame)
    }

    /// Ends the connection. What is written already leaves, as far as the peer takes it at once.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        inFlight = [:]
        frameTimer.close()
        stallTimer.close()
        stream.flush()
        stream.close()
        owner.sessionEnded(self)
    }

    // MARK: Input

    private var takesFrames: Bool { (phase == .greeting || phase == .open) && !pauses.contains(.decoding) }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        guard phase == .greeting || phase == .open else { return }
        // What is pending before anything is answered has been waiting for the peer: it will be told when that has left.
        if stream.pendingOutputBytes > limits.pendingOutputBytesMax { pause(.outputFull) }
        let wasInsideFrame = decoder.isInsideFrame
        decoder.append(bytes)
        let sawFrame = takeFrames()
        timeFrame(isNew: sawFrame || !wasInsideFrame)
    }

    /// Takes the frames that are complete; whether there were any.
    private func takeFrames() -> Bool {
        var sawFrame = false
        do throws(ControlProtocolError) {
            while takesFrames, let payload = try decoder.next() {
                sawFrame = true
                if payload.count > limits.inlineFrameBytesMax {
                    decodeElsewhere(payload)
                } else {
                    take(try ControlRequest(payload: payload))
                }
            }
        } catch {
            refuse(ControlError(error))
        }
        return sawFrame
    }

    /// Decodes a long frame on another thread. What comes after it waits, so that requests keep their order.
    private func decodeElsewhere(_ payload: [UInt8]) {
        pause(.decoding)
        loop.offload { () -> Result<ControlRequest, ControlProtocolError> in
            do throws(ControlProtocolError) {
                var request = try ControlRequest(payload: payload)
                request.decodeParameters()
                return .success(request)
            } catch {
                return .failure(error)
            }
        } then: { [weak self] result in
            self?.decoded(result)
        }
    }

    private func decoded(_ result: Result<ControlRequest, ControlProtocolError>) {
        guard phase != .closed else { return }
        resume(.decoding)
        switch result {
        case .success(let request): take(request)
        case .failure(let error): return refuse(ControlError(error))
        }
        _ = takeFrames()
        timeFrame(isNew: true)
    }

    private func pause(_ reason: Pause) {
        pauses.insert(reason)
        stream.pauseReading()
    }

    private func resume(_ reason: Pause) {
        pauses.remove(reason)
        if pauses.isEmpty { stream.resumeReading() }
    }

    /// A frame's time runs from its first byte and is not given anew by the next ones.
    private func timeFrame(isNew: Bool) {
        guard phase == .open else { return }
        if pauses.contains(.decoding) || !decoder.isInsideFrame {
            frameTimer.cancel()
        } else if isNew {
            frameTimer.schedule(afterMilliseconds: limits.frameMilliseconds)
        }
    }

    private func take(_ request: ControlRequest) {
        guard let method = ControlMethod(rawValue: request.method) else {
            let error = ControlError(
                phase == .greeting ? .helloExpected : .methodNotFound,
                phase == .greeting ? nil : "The daemon knows no method \"\(request.method)\"."
            )
            if phase == .greeting { refuse(error, id: request.id) } else { answer(request, error) }
            return
        }
        if method == .hello { return greet(request) }
        guard phase == .open else { return refuse(ControlError(.helloExpected), id: request.id) }
        guard method.privilege <= peer.privilege else {
            answer(
                request,
                ControlError(
                    .notPermitted,
                    "This peer may \(peer.privilege.rawValue), which is not enough for \(method.rawValue)."
                )
            )
            return owner.session(self, denied: method)
        }
        guard !isStopping else { return answer(request, ControlError(.stopping)) }
        guard inFlight.count < limits.requestsInFlightMax else {
            return answer(request, ControlError(.tooManyRequests, advice: "wait for answers before sending more"))
        }
        requestCount += 1
        inFlight[requestCount] = .some(request.id)
        owner.session(self, received: method, request, as: requestCount)
    }

    private func greet(_ request: ControlRequest) {
        do throws(ControlError) {
            let hello = try request.parameters(Hello.Parameters.self)
            guard let version = ControlVersion.agreed(withPeer: hello.protocolVersion) else {
                throw ControlError(
                    .unsupportedProtocolVersion,
                    "Protocol version \(hello.protocolVersion) is too old for this daemon, which speaks "
                        + "\(ControlVersion.oldest) to \(ControlVersion.current).",
                    advice: "use programs of the daemon's release, \(ProgramVersion.current)"
                )
            }
            phase = .open
            guard let id = request.id else { return }
            send(
                ControlCodec.response(id: id, result: Hello.Result(protocolVersion: version, privilege: peer.privilege))
            )
        } catch {
            answer(request, error)
        }
    }

    private func answer(_ request: ControlRequest, _ error: ControlError) {
        guard let id = request.id else { return }
        send(ControlCodec.response(id: id, error: error))
    }

    /// One error, and the end: the place in the stream is lost.
    private func refuse(_ error: ControlError, id: ControlMessageID? = nil) {
        guard phase != .closed else { return }
        stream.write(ControlCodec.response(id: id, error: error))
        owner.session(self, refused: error)
        close()
    }

    // MARK: Output

    private func send(_ frame: [UInt8]) {
        stream.write(frame)
        guard !isStallTimed else { return }
        isStallTimed = true
        pendingBytesAtCheck = .max
        stallTimer.schedule(afterMilliseconds: limits.stallMilliseconds)
    }

    /// A peer that has taken nothing since the last look is given up.
    private func checkStall() {
        let pending = stream.pendingOutputBytes
        guard pending > 0 else {
            isStallTimed = false
            return
        }
        guard pending < pendingBytesAtCheck else { return close() }
        pendingBytesAtCheck = pending
        stallTimer.schedule(afterMilliseconds: limits.stallMilliseconds)
    }

    private func closeWhenDone() {
        guard inFlight.isEmpty else { return }
        stream.flush()
        if stream.pendingOutputBytes == 0 { close() }
    }
}

extension ControlSession: ByteStreamDelegate {
    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) { receive(bytes) }

    func byteStreamEnded(_ stream: ByteStream) {
        do throws(ControlProtocolError) {
            try decoder.checkEnd()
        } catch {
            return refuse(ControlError(error))
        }
        guard phase == .open else { return close() }
        phase = .finishing
        frameTimer.cancel()
        closeWhenDone()
    }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { close() }

    func byteStreamDrained(_ stream: ByteStream) {
        if phase == .finishing { return closeWhenDone() }
        resume(.outputFull)
    }
}
