/// HTTP/1.1 on one connection: one request at a time, answered in order. What a pipelining client sends ahead is parked
/// unread, within bounds, until its turn has come.
final class HTTP1ServerWire {
    enum Phase {
        /// No complete head yet.
        case idle(since: UInt64)
        case head(since: UInt64)
        /// The handler waits for the body.
        case collecting(head: HTTPHead, bytesMax: Int, since: UInt64)
        /// Handed over; the answer is awaited.
        case awaiting
        /// The answer has begun and goes on.
        case streaming(isChunked: Bool)
        /// Answered before its body had come; a short rest is read and dropped, so that the connection can be kept.
        case discarding(bytes: Int, since: UInt64)
    }

    /// A body that nobody wants is read up to here for the connection's sake; a longer one costs the client a new one.
    private static let discardBytesMax = 64 * 1024
    /// Pipelined input that is kept; beyond it the connection is not read.
    private static let parkedBytesMax = 64 * 1024
    /// Room for a body whose length is announced, before any of it has come.
    private static let reservedBytesMax = 64 * 1024

    unowned let connection: HTTPServerConnection
    private var parser = HTTP1Parser(.requests)
    var phase: Phase
    var sequence: UInt32 = 0
    var parked: [UInt8] = []
    private var body: [UInt8] = []
    /// The client sends no more.
    var hasEnded = false

    // Of the request being answered.
    /// HEAD and some statuses have an answer that ends with its head.
    var hasNoBody = false
    var version = HTTPVersion.http1_1
    var keepsAlive = true
    var wantsWritable = false

    init(_ connection: HTTPServerConnection, since: UInt64) {
        self.connection = connection
        phase = .head(since: since)
    }

    var server: HTTPServer { connection.server }
    var now: UInt64 { server.nowMilliseconds }
    var id: HTTPRequestID { connection.id(sequence, 0) }

    // MARK: Input

    func received(_ bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .awaiting, .streaming: park(bytes)
        case .idle where !parked.isEmpty: park(bytes)
        case .idle, .head, .collecting, .discarding: read(bytes)
        }
    }

    private func park(_ bytes: UnsafeRawBufferPointer) {
        parked.append(contentsOf: bytes)
        connection.setBacklog(parked.count >= Self.parkedBytesMax)
    }

    /// Goes on with what was parked while the last request was answered.
    func resume() {
        switch phase {
        case .idle where !parked.isEmpty: break
        default: return
        }
        let bytes = parked
        parked = []
        connection.setBacklog(false)
        bytes.withUnsafeBytes { read($0) }
        if hasEnded { peerEnded() }
    }

    private func read(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while true {
            switch parser.next(bytes, from: &offset) {
            case .needsInput:
                if parser.isInsideHead, case .idle = phase { phase = .head(since: now) }
                if case .collecting = phase { connection.holdForBudget() }
                return
            case .head(let head, let framing):
                guard begin(head, framing, isBodyHere: offset < bytes.count) else { return }
            case .body(let piece):
                guard take(piece) else { return }
            case .end:
                ended()
                return parkRest(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
            case .refused(let refusal):
                return refuse(refusal)
            }
        }
    }

    private func parkRest(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty, case .http1 = connection.wire else { return }
        park(bytes)
        if case .idle = phase { connection.markDirty() }
    }

    /// A request's head: asks the handler. False when the connection's input is not to be read any more.
    private func begin(_ head: HTTPHead, _ framing: HTTPBodyFraming, isBodyHere: Bool) -> Bool {
        sequence &+= 1
        hasNoBody = head.method == .head
        version = head.version
        keepsAlive = head.keepsAlive && !server.isDraining
        guard let handler = server.handler else {
            connection.close()
            return false
        }
        switch handler.httpServer(server, head: head, of: id) {
        case .respond(let response):
            guard case .http1 = connection.wire else { return false }
            return answerEarly(response, framing, mayOmitBody: head.expectsContinue)
        case .collect(let bytesMax), .stream(let bytesMax):
            guard case .http1 = connection.wire else { return false }
            if case .length(let length) = framing {
                guard length <= bytesMax else {
                    let response = handler.httpServer(server, tooLarge: head)
                    return answerEarly(response, framing, mayOmitBody: head.expectsContinue)
                }
                body.reserveCapacity(min(length, Self.reservedBytesMax))
            }
            if head.expectsContinue && framing != .none && !isBodyHere { writeText("HTTP/1.1 100 Continue\r\n\r\n") }
            phase = .collecting(head: head, bytesMax: bytesMax, since: now)
            return true
        }
    }

    /// Answers without the body. It is read and dropped where it is short, else the connection ends with the answer; so it
    /// does when the client may omit the body after such an answer, since nobody knows then what its next bytes are.
    private func answerEarly(_ response: HTTPResponse, _ framing: HTTPBodyFraming, mayOmitBody: Bool) -> Bool {
        switch framing {
        case .none: break
        case .chunked: keepsAlive = keepsAlive && !mayOmitBody
        case .length(let length): keepsAlive = keepsAlive && length <= Self.discardBytesMax && !mayOmitBody
        case .untilClose: keepsAlive = false
        }
        phase = .discarding(bytes: 0, since: now)
        send(response)
        guard keepsAlive else {
            connection.linger()
            return false
        }
        return true
    }

    private func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        switch phase {
        case .collecting(let head, let bytesMax, _):
            guard body.count + piece.count <= bytesMax else {
                refuse(with: server.handler?.httpServer(server, tooLarge: head) ?? HTTPResponse(.bodyTooLarge))
                return false
            }
            body.append(contentsOf: piece)
            server.bodyBudget.take(piece.count)
        case .discarding(let bytes, let since):
            guard bytes + piece.count <= Self.discardBytesMax else {
                connection.linger()
                return false
            }
            phase = .discarding(bytes: bytes + piece.count, since: since)
        case .idle, .head, .awaiting, .streaming: break
        }
        return true
    }

    /// The request is complete.
    private func ended() {
        switch phase {
        case .collecting(let head, _, _):
            phase = .awaiting
            let whole = body
            dropBody()
            server.handler?.httpServer(server, request: id, head: head, body: whole)
        case .discarding: phase = .idle(since: now)
        case .idle, .head, .awaiting, .streaming: break
        }
    }

    private func dropBody() {
        let count = body.count
        body = []
        if count > 0 { connection.give(count) }
    }

    private func refuse(_ refusal: HTTPRefusal) {
        hasNoBody = false
        refuse(with: HTTPResponse(refusal))
    }

    /// The connection ends with this answer.
    private func refuse(with response: HTTPResponse) {
        keepsAlive = false
        dropBody()
        phase = .discarding(bytes: 0, since: now)
        send(response)
        connection.linger()
    }

    // MARK: The end

    /// The client sends no more. It may still wait for its answer, however long that takes, or be gone altogether, which
    /// looks the same from here: bytes tell them apart, since a closed socket answers those with a reset. An interim
    /// answer that means nothing is what every client passes over (RFC 9110, section 15.2); those of HTTP/1.0 know none
    /// and are found out by the kernel, which asks a silent peer from time to time whether it lives.
    func peerEnded() {
        switch phase {
        case .awaiting:
            hasEnded = true
            if version == .http1_1 { writeText("HTTP/1.1 100 Continue\r\n\r\n") }
        case .streaming: hasEnded = true
        case .idle where !parked.isEmpty: hasEnded = true
        case .head, .collecting:
            if case .refused(let refusal) = parser.inputEnded() { refuse(refusal) } else { connection.close() }
        case .idle, .discarding: connection.linger()
        }
    }

    /// The connection is over for this version.
    func left() {
        dropBody()
        parked = []
        switch phase {
        case .awaiting, .streaming:
            phase = .idle(since: 0)
            server.handler?.httpServer(server, cancelled: id)
        case .idle, .head, .collecting, .discarding: break
        }
    }

    func drain() {
        keepsAlive = false
        if case .idle = phase, parked.isEmpty { connection.linger() }
    }

    func tick(_ now: UInt64, isHeld: Bool) {
        let limits = server.limits
        switch phase {
        case .idle(let since):
            if now &- since > limits.idleMilliseconds { connection.linger() }
        case .head(let since):
            guard now &- since > limits.headMilliseconds else { return }
            if parser.isInsideHead { refuse(.headTooSlow) } else { connection.linger() }
        case .collecting(let head, let bytesMax, let since):
            if isHeld {
                phase = .collecting(head: head, bytesMax: bytesMax, since: now)
            } else if now &- since > limits.bodyMilliseconds + UInt64(body.count) {
                refuse(.bodyTooSlow)
            }
        case .discarding(_, let since):
            if now &- since > limits.bodyMilliseconds { connection.linger() }
        case .awaiting, .streaming: break
        }
    }
}
