internal import CNghttp2

/// What the library tells while it reads. Nothing here holds on to a stream's place while the delegate runs, since the
/// delegate may change it.
extension HTTP2Session {
    /// Header blocks that go on beyond this are a bomb: the peer's table would be the only one to gain.
    private static let headerBombBytes = 256 * 1024

    func frameBegan(type: UInt8) {
        switch UInt32(type) {
        case NGHTTP2_CONTINUATION.rawValue: spend(.continuation)
        case NGHTTP2_PRIORITY.rawValue: spend(.priority)
        default: break
        }
    }

    private func spend(_ kind: HTTP2FrameBudget.Kind) {
        if !budget.spend(kind) { terminate(.enhanceYourCalm) }
    }

    // MARK: Heads

    func headersBegan(_ id: Int32) -> Int32 {
        incomingBytes = 0
        incomingRefusal = nil
        if let slot = slot(of: id) {
            isIncomingIgnored = streams[slot].hasHead
        } else {
            guard role == .server, let library else { return 0 }
            let slot = takeSlot(id: id)
            guard nghttp2_session_set_stream_user_data(library, id, Self.pointer(slot)) == 0 else {
                freeSlot(slot)
                return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
            }
            isIncomingIgnored = false
        }
        guard !isIncomingIgnored else { return 0 }
        incoming = HTTPHead(reservingBytes: 512, fields: 12)
        incoming.version = .http2
        return 0
    }

    func header(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        incomingBytes += name.count + value.count
        guard incomingBytes <= Self.headerBombBytes else { return terminate(.enhanceYourCalm) }
        guard !isIncomingIgnored, incomingRefusal == nil else { return }
        guard incomingBytes <= HTTPLimits.headBytesMax else {
            incomingRefusal = .headTooLong
            return
        }
        if name.first == HTTPBytes.colon { return pseudoHeader(name.span, value) }
        guard incoming.fields.count < HTTPLimits.fieldsMax else {
            incomingRefusal = .tooManyFields
            return
        }
        let field = HTTPHead.Field(name: keep(name), value: keep(value))
        if name.count == 14, incoming.matches(field.name, "content-length") { noteLength(value.span) }
        if name.count == 6, incoming.matches(field.name, "expect"), incoming.matches(field.value, "100-continue") {
            incoming.expectsContinue = true
        }
        incoming.fields.append(field)
    }

    private func keep(_ bytes: UnsafeBufferPointer<UInt8>) -> HTTPHead.Place {
        let start = incoming.bytes.count
        incoming.bytes.append(contentsOf: bytes)
        return HTTPHead.Place(start, incoming.bytes.count)
    }

    /// The library has checked that it is a number and there once.
    private func noteLength(_ value: Span<UInt8>) {
        guard value.count <= HTTPLimits.contentLengthDigitsMax else {
            incomingRefusal = .contentLengthTooLarge
            return
        }
        var length = 0
        for index in 0..<value.count { length = length * 10 + Int(value[index] &- HTTPBytes.zero) }
        incoming.contentLength = length
    }

    private func pseudoHeader(_ name: Span<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        if name.equals(":method") {
            incoming.method = HTTPMethod(token: value.span)
            incoming.methodPlace = keep(value)
        } else if name.equals(":path") {
            incoming.targetPlace = keep(value)
            if !isTarget(value) { incomingRefusal = .malformedTarget }
        } else if name.equals(":authority") {
            incoming.authorityPlace = keep(value)
            if !value.allSatisfy(HTTPBytes.isHost) { incomingRefusal = .malformedHost }
        } else if name.equals(":status") {
            incoming.status = value.prefix(3).reduce(0) { $0 * 10 + Int($1 &- HTTPBytes.zero) }
        }
    }

    /// As strict as the other version: a path, or `*` (which the library allows for OPTIONS only).
    private func isTarget(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = value.first, value.count <= HTTPLimits.startLineBytesMax else { return false }
        return (first == HTTPBytes.slash || value.count == 1) && value.allSatisfy(HTTPBytes.isTarget)
    }

    private func headersReceived(_ slot: Int, isEnd: Bool) {
        streams[slot].lastReceived = now
        streams[slot].lastSent = now
        let key = key(slot)
        guard !isIncomingIgnored else {
            // Trailers are accepted and ignored; they end the message.
            return isEnd ? peerEnded(slot) : ()
        }
        if role == .client && incoming.status < 200 && incomingRefusal == nil { return }
        streams[slot].hasHead = true
        if isEnd { streams[slot].peerEnded = true }
        if incoming.method == .connect { incomingRefusal = .methodNotServed }
        let head = incoming
        incoming = HTTPHead(bytes: [])
        guard let refusal = incomingRefusal else {
            delegate?.session(self, head: head, of: key, isEnd: isEnd)
            return
        }
        switch role {
        case .server: delegate?.session(self, refused: refusal, of: key)
        case .client: reset(key, .protocolError)
        }
    }

    // MARK: Frames and bodies

    func frameReceived(_ frame: UnsafePointer<nghttp2_frame>, _ header: nghttp2_frame_hd) {
        let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        let isAcknowledgement = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue:
            if let slot = slot(of: header.stream_id) { headersReceived(slot, isEnd: isEnd) }
        case NGHTTP2_DATA.rawValue:
            // Padding is no progress either.
            if header.length <= frame.pointee.data.padlen && !isEnd { spend(.emptyData) }
            if isEnd, let slot = slot(of: header.stream_id) { peerEnded(slot) }
        case NGHTTP2_SETTINGS.rawValue where !isAcknowledgement:
            spend(.settings)
            hasPeerSettings = true
            delegate?.sessionSettingsChanged(self)
        case NGHTTP2_PING.rawValue:
            if isAcknowledgement { delegate?.sessionPingAcknowledged(self) } else { spend(.ping) }
        case NGHTTP2_RST_STREAM.rawValue where role == .server: spend(.reset)
        case NGHTTP2_GOAWAY.rawValue:
            peerWentAway = true
            delegate?.session(self, goAway: HTTP2ErrorCode(rawValue: frame.pointee.goaway.error_code))
        default: break
        }
    }

    func bodyReceived(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let library else { return }
        guard let slot = slot(of: id), !streams[slot].isReset else {
            nghttp2_session_consume_connection(library, bytes.count)
            return
        }
        streams[slot].lastReceived = now
        // A stream that is not read for a while must not hold up the others: the connection's window opens in any case.
        nghttp2_session_consume_connection(library, bytes.count)
        if streams[slot].isPaused {
            streams[slot].uncredited += bytes.count
        } else {
            nghttp2_session_consume_stream(library, id, bytes.count)
        }
        delegate?.session(self, body: bytes, of: key(slot))
    }

    private func peerEnded(_ slot: Int) {
        guard !streams[slot].peerEnded else { return }
        streams[slot].peerEnded = true
        guard !streams[slot].isReset else { return }
        delegate?.session(self, ended: key(slot))
    }

    func streamClosed(_ id: Int32, _ code: HTTP2ErrorCode) {
        guard let slot = slot(of: id) else { return }
        delegate?.session(self, closed: key(slot), code: code)
        freeSlot(slot)
    }

    /// A request that the library could not send (the peer goes away, numbers are used up) has no stream to be closed.
    func frameNotSent(_ header: nghttp2_frame_hd) {
        guard role == .client, UInt32(header.type) == NGHTTP2_HEADERS.rawValue else { return }
        guard let slot = streams.firstIndex(where: { $0.id == header.stream_id }) else { return }
        delegate?.session(self, closed: key(slot), code: .refusedStream)
        freeSlot(slot)
    }
}
