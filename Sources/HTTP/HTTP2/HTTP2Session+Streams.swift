internal import CNghttp2

/// The table of streams and what is done with one.
extension HTTP2Session {
    // MARK: Places

    static func pointer(_ slot: Int) -> UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(bitPattern: slot + 1)
    }

    func slot(of id: Int32) -> Int? {
        guard let library, let data = nghttp2_session_get_stream_user_data(library, id) else { return nil }
        let slot = Int(bitPattern: data) - 1
        return slot < streams.count && streams[slot].id == id ? slot : nil
    }

    func slot(_ key: HTTP2StreamKey) -> Int? {
        let slot = Int(key.slot)
        guard slot < streams.count, streams[slot].generation == key.generation, streams[slot].id != 0 else {
            return nil
        }
        return slot
    }

    func key(_ slot: Int) -> HTTP2StreamKey {
        HTTP2StreamKey(slot: UInt32(truncatingIfNeeded: slot), generation: streams[slot].generation)
    }

    func takeSlot(id: Int32) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = Int(free)
        } else {
            slot = streams.count
            streams.append(HTTP2Stream())
        }
        streams[slot].id = id
        streams[slot].lastReceived = now
        streams[slot].lastSent = now
        activeStreams += 1
        return slot
    }

    func freeSlot(_ slot: Int) {
        streams[slot].recycle()
        freeSlots.append(UInt32(truncatingIfNeeded: slot))
        activeStreams -= 1
    }

    // MARK: Sending

    /// Client: streams that can still be opened here. Before the peer's settings came the library assumes 100.
    var availableStreams: Int {
        guard let library, role == .client, !peerWentAway, condition == .open,
            nghttp2_session_check_request_allowed(library) != 0
        else { return 0 }
        let limit = nghttp2_session_get_remote_settings(library, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        let assumed = hasPeerSettings ? Int(limit) : min(Int(limit), 100)
        return max(0, assumed - activeStreams)
    }

    /// Client: opens a stream; nil when the session takes no more. With `isEnd` the request has no body.
    package func request(_ head: HTTPHead, isEnd: Bool) -> HTTP2StreamKey? {
        guard let library, availableStreams > 0 else { return nil }
        let slot = takeSlot(id: -1)
        let id = withFields(of: head) { fields in
            withProvider(slot, isEnd: isEnd) {
                nghttp2_submit_request(library, nil, fields.baseAddress, fields.count, $0, Self.pointer(slot))
            }
        }
        guard id > 0 else {
            freeSlot(slot)
            return nil
        }
        streams[slot].id = id
        streams[slot].sending = isEnd ? .ended : .body
        wantsFlush = true
        return key(slot)
    }

    /// Server: the head of the answer. With `isEnd` there is no body. Once per stream; does nothing when the stream is gone.
    package func respond(_ head: HTTPHead, to key: HTTP2StreamKey, contentLength: Int? = nil, isEnd: Bool) {
        guard let library, let slot = slot(key), streams[slot].sending == .nothing else { return }
        let id = streams[slot].id
        // A request that goes on is stopped behind the answer's end. To tell when that is, even an empty body is read: a
        // reset that is asked for now would overtake the head.
        let endsWithHead = isEnd && streams[slot].peerEnded
        let status = withFields(of: head, contentLength: contentLength) { fields in
            withProvider(slot, isEnd: endsWithHead) {
                nghttp2_submit_response(library, id, fields.baseAddress, fields.count, $0)
            }
        }
        guard status == 0 else { return reset(key, .internalError) }
        streams[slot].lastSent = now
        streams[slot].sending = if endsWithHead { .ended } else if isEnd { .ending } else { .body }
        wantsFlush = true
    }

    /// Server: tells a client that waits to send its body.
    func sendContinue(_ key: HTTP2StreamKey) {
        guard let library, let slot = slot(key), streams[slot].sending == .nothing else { return }
        var head = HTTPHead(reservingBytes: 0, fields: 0)
        head.status = 100
        _ = withFields(of: head) { fields in
            nghttp2_submit_headers(
                library,
                UInt8(NGHTTP2_FLAG_NONE.rawValue),
                streams[slot].id,
                nil,
                fields.baseAddress,
                fields.count,
                nil
            )
        }
        wantsFlush = true
    }

    /// More of the body. False when so much waits that the caller should hold back until the stream has drained.
    @discardableResult
    func write(_ bytes: UnsafeRawBufferPointer, to key: HTTP2StreamKey) -> Bool {
        guard let slot = slot(key), streams[slot].sending == .body else { return true }
        streams[slot].append(bytes)
        return wrote(slot)
    }

    /// The same for bytes that are handed over whole.
    @discardableResult
    package func write(_ bytes: [UInt8], to key: HTTP2StreamKey) -> Bool {
        guard let slot = slot(key), streams[slot].sending == .body else { return true }
        streams[slot].append(bytes)
        return wrote(slot)
    }

    private func wrote(_ slot: Int) -> Bool {
        resume(slot)
        guard streams[slot].pendingOutput > Self.streamOutputMax else { return true }
        streams[slot].wantsDrained = true
        return false
    }

    /// The body is complete.
    package func end(_ key: HTTP2StreamKey) {
        guard let slot = slot(key), streams[slot].sending == .body else { return }
        streams[slot].sending = .ending
        resume(slot)
    }

    private func resume(_ slot: Int) {
        wantsFlush = true
        guard let library, streams[slot].isDeferred else { return }
        streams[slot].isDeferred = false
        nghttp2_session_resume_data(library, streams[slot].id)
    }

    /// Ends a stream from this side; `session(_:closed:code:)` follows.
    func reset(_ key: HTTP2StreamKey, _ code: HTTP2ErrorCode) {
        guard let library, let slot = slot(key), !streams[slot].isReset else { return }
        streams[slot].isReset = true
        nghttp2_submit_rst_stream(library, UInt8(NGHTTP2_FLAG_NONE.rawValue), streams[slot].id, code.rawValue)
        wantsFlush = true
    }

    /// Body bytes of the stream that have not left yet.
    func pendingOutput(of key: HTTP2StreamKey) -> Int {
        slot(key).map { streams[$0].pendingOutput } ?? 0
    }

    // MARK: Back-pressure

    /// Stops the peer once its window of this stream is used up; what it has sent is still told.
    package func pauseReading(_ key: HTTP2StreamKey) {
        guard let slot = slot(key) else { return }
        streams[slot].isPaused = true
    }

    package func resumeReading(_ key: HTTP2StreamKey) {
        guard let library, let slot = slot(key), streams[slot].isPaused else { return }
        streams[slot].isPaused = false
        let credit = streams[slot].uncredited
        streams[slot].uncredited = 0
        guard credit > 0 else { return }
        nghttp2_session_consume_stream(library, streams[slot].id, credit)
        wantsFlush = true
    }

    // MARK: Time

    /// Server: resets streams whose body does not come, and those whose peer takes nothing of the answer, for that many
    /// milliseconds.
    func resetStalled(now: UInt64, receiveMilliseconds: UInt64, sendMilliseconds: UInt64) {
        self.now = now
        guard activeStreams > 0 else { return }
        for slot in streams.indices where streams[slot].id > 0 && !streams[slot].isReset {
            let stream = streams[slot]
            let awaitsBody = !stream.peerEnded && stream.hasHead && stream.sending == .nothing && !stream.isPaused
            if awaitsBody && now &- stream.lastReceived > receiveMilliseconds {
                reset(key(slot), .cancel)
            } else if stream.pendingOutput > 0 && now &- stream.lastSent > sendMilliseconds {
                reset(key(slot), .cancel)
            }
        }
    }

    // MARK: The library's side of sending

    /// Fills the library's buffer with body bytes; nil when there are none yet.
    func readBody(_ id: Int32, into room: UnsafeMutableRawBufferPointer, isEnd: inout Bool) -> Int? {
        guard let slot = slot(of: id) else {
            isEnd = true
            return 0
        }
        let count = min(room.count, streams[slot].pendingOutput)
        if count > 0 {
            let start = streams[slot].outputStart
            streams[slot].output.withUnsafeBytes {
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)]))
            }
            streams[slot].outputStart += count
            streams[slot].lastSent = now
        }
        if streams[slot].pendingOutput == 0 {
            if streams[slot].wantsDrained {
                streams[slot].wantsDrained = false
                delegate?.session(self, drained: key(slot))
            }
            if streams[slot].sending == .ending && streams[slot].pendingOutput == 0 {
                streams[slot].sending = .ended
                isEnd = true
                if role == .server { stopPeer(slot) }
            } else if count == 0 && streams[slot].pendingOutput == 0 {
                streams[slot].isDeferred = true
                return nil
            } else if count == 0 {
                return readBody(id, into: room, isEnd: &isEnd)
            }
        }
        return count
    }

    /// A server that has answered wants no more of the request (RFC 9113, section 8.1).
    private func stopPeer(_ slot: Int) {
        guard let library, role == .server, !streams[slot].peerEnded else { return }
        nghttp2_submit_rst_stream(library, UInt8(NGHTTP2_FLAG_NONE.rawValue), streams[slot].id, 0)
    }

    private func withProvider(_ slot: Int, isEnd: Bool, _ body: (UnsafePointer<nghttp2_data_provider>?) -> Int32)
        -> Int32
    {
        guard !isEnd else { return body(nil) }
        var provider = nghttp2_data_provider()
        provider.read_callback = HTTP2Callbacks.bodyReader
        return withUnsafePointer(to: &provider) { body($0) }
    }
}
