/// Writing answers. All of it does nothing for a request that is not the one being answered.
extension HTTP1ServerWire {
    func respond(to request: UInt32, _ response: HTTPResponse) {
        guard case .awaiting = phase, request == sequence else { return }
        send(response)
        answered()
    }

    func beginResponse(to request: UInt32, _ head: HTTPHead) {
        guard case .awaiting = phase, request == sequence else { return }
        // HTTP/1.0 knows no chunks: the connection's end is the body's.
        let isChunked = version == .http1_1
        if !isChunked { keepsAlive = false }
        hasNoBody = hasNoBody || HTTPStatus.forbidsBody(head.status)
        write(head, isChunked && !hasNoBody ? .chunked : .asGiven)
        phase = .streaming(isChunked: isChunked)
    }

    func write(to request: UInt32, _ bytes: [UInt8]) -> Bool {
        guard case .streaming(let isChunked) = phase, request == sequence else { return true }
        guard !hasNoBody, !bytes.isEmpty else { return true }
        if isChunked { connection.write(reserving: 18) { HTTP1Writer.write(chunkOf: bytes.count, into: $0) } }
        bytes.withUnsafeBytes { connection.write($0) }
        if isChunked { writeText("\r\n") }
        wantsWritable = connection.isFull()
        return !wantsWritable
    }

    func endResponse(to request: UInt32) {
        guard case .streaming(let isChunked) = phase, request == sequence else { return }
        if isChunked && !hasNoBody { writeText("0\r\n\r\n") }
        answered()
    }

    func abort(_ request: UInt32) {
        switch phase {
        case .awaiting where request == sequence, .streaming where request == sequence:
            phase = .idle(since: now)
            connection.close()
        default: break
        }
    }

    func answered() {
        wantsWritable = false
        phase = .idle(since: now)
        // A drain that began after the head was read is honoured too, if only by closing.
        guard keepsAlive, !server.isDraining else { return connection.linger() }
        if !parked.isEmpty {
            connection.markDirty()
        } else if hasEnded {
            connection.linger()
        }
    }

    func send(_ response: HTTPResponse) {
        let status = response.head.status
        if HTTPStatus.forbidsBody(status) { return write(response.head, .none) }
        write(response.head, .length(response.body.count))
        if !hasNoBody { response.body.withUnsafeBytes { connection.write($0) } }
    }

    func write(_ head: HTTPHead, _ framing: HTTP1Writer.Framing) {
        if server.isDraining { keepsAlive = false }
        let future: HTTP1Writer.Connection =
            if !keepsAlive { .close } else if version == .http1_0 { .keepAlive } else { .unsaid }
        connection.write(reserving: HTTP1Writer.bytesMax(head)) { room in
            HTTP1Writer.write(response: head, framing: framing, connection: future, into: room)
        }
    }

    func writeText(_ text: StaticString) {
        connection.write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func drained() {
        guard wantsWritable, case .streaming = phase else { return }
        wantsWritable = false
        server.handler?.httpServer(server, writable: id)
    }
}
