internal import CNghttp2

/// One HTTP/2 connection without its socket, server or client: it is fed with the bytes that came and asked for those
/// that are to leave. Everything else is told to the delegate while it is fed or asked.
///
/// The library's functions that read or write must not be entered from its callbacks, nor may the session be freed there;
/// this type enters them in `receive` and `nextOutput` only, and checks it.
package final class HTTP2Session {
    /// Which end of the connection it is.
    package enum Role: Sendable {
        case server
        case client
    }

    /// Whether the connection can go on.
    enum Condition: Equatable, Sendable {
        case open
        /// Nothing is left to be read or written: close the socket once its output has left.
        case finished
        /// The peer broke the protocol in a way that leaves nothing to be said: close the socket.
        case broken(String)
    }

    /// Body bytes waiting in one stream above which its writer should wait.
    static let streamOutputMax = 256 * 1024

    let role: Role
    /// Of the requests that a client makes.
    var scheme: StaticString = "http"
    /// Whoever owns the session; it must not outlive it.
    package unowned var delegate: (any HTTP2SessionDelegate)?
    /// Something may be ready to be sent: ask with `nextOutput`.
    @exclusivity(unchecked) var wantsFlush = true
    var activeStreams = 0

    var library: OpaquePointer?
    // The hot properties of a stream's life, whose run-time checks a profile showed. None is ever accessed across a call of
    // the delegate, the only way by which an access could meet another.
    @exclusivity(unchecked) var streams: [HTTP2Stream] = []
    var freeSlots: [UInt32] = []
    @exclusivity(unchecked) var budget = HTTP2FrameBudget()
    @exclusivity(unchecked) var now: UInt64 = 0
    var failure: String?
    var hasPeerSettings = false
    var peerWentAway = false
    private var isInside = false

    // The header block being read; blocks never interleave on a connection.
    @exclusivity(unchecked) var incoming = HTTPHead(bytes: [])
    @exclusivity(unchecked) var incomingBytes = 0
    @exclusivity(unchecked) var incomingRefusal: HTTPRefusal?
    @exclusivity(unchecked) var isIncomingIgnored = false

    // Buffers for what is handed to the library, which copies it.
    @exclusivity(unchecked) var outgoing: [nghttp2_nv] = []
    let digits = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)

    /// A session whose first frames wait to be sent.
    package init(_ role: Role, settings: HTTP2Settings) {
        self.role = role
        digits.initialize(repeating: 0, count: 32)
        makeLibrarySession()
        submit(settings)
    }

    deinit {
        nghttp2_session_del(library)
        digits.deallocate()
    }

    var condition: Condition {
        if let failure { return .broken(failure) }
        guard let library else { return .broken("out of memory") }
        let isAlive = nghttp2_session_want_read(library) != 0 || nghttp2_session_want_write(library) != 0
        return isAlive ? .open : .finished
    }

    /// Takes bytes from the peer. `now` is any monotonic clock in milliseconds.
    package func receive(_ bytes: UnsafeRawBufferPointer, now: UInt64) {
        guard let library, failure == nil, !bytes.isEmpty else { return }
        self.now = now
        budget.advance(to: now)
        wantsFlush = true
        enter()
        let bound = bytes.bindMemory(to: UInt8.self)
        let used = nghttp2_session_mem_recv(library, bound.baseAddress, bound.count)
        leave()
        if used < 0 { fail(Int32(truncatingIfNeeded: used)) }
    }

    /// The next bytes for the peer, or nil when there are none for now; valid until the next call.
    package func nextOutput() -> UnsafeRawBufferPointer? {
        guard let library, failure == nil else { return nil }
        enter()
        var pointer: UnsafePointer<UInt8>?
        let count = nghttp2_session_mem_send(library, &pointer)
        leave()
        guard count > 0, let pointer else {
            wantsFlush = false
            if count < 0 { fail(Int32(truncatingIfNeeded: count)) }
            return nil
        }
        return UnsafeRawBufferPointer(start: pointer, count: count)
    }

    /// Says that this end takes no further streams; those that are open go on (RFC 9113, section 6.8).
    func goAway() {
        guard let library else { return }
        let last = nghttp2_session_get_last_proc_stream_id(library)
        nghttp2_submit_goaway(library, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, 0, nil, 0)
        wantsFlush = true
    }

    /// Ends the connection: says why, and reads nothing more.
    func terminate(_ code: HTTP2ErrorCode) {
        guard let library else { return }
        nghttp2_session_terminate_session(library, code.rawValue)
        wantsFlush = true
    }

    /// Asks the peer for a sign of life, which `sessionPingAcknowledged` tells.
    func ping() {
        guard let library else { return }
        nghttp2_submit_ping(library, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
        wantsFlush = true
    }

    private func enter() {
        precondition(!isInside, "a session must not be fed or asked from its own callbacks")
        isInside = true
    }

    private func leave() { isInside = false }

    private func fail(_ code: Int32) {
        failure = String(cString: nghttp2_strerror(code))
    }
}

// MARK: - Making

extension HTTP2Session {
    /// Header blocks of a peer that reads our settings stay below this; `HTTPLimits` bounds the others. The protocol counts
    /// 32 bytes for each field on top.
    private static let headerListBytes = UInt32(HTTPLimits.headBytesMax + 32 * HTTPLimits.fieldsMax)

    private func makeLibrarySession() {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0, nghttp2_option_new(&options) == 0 else { return }
        defer {
            nghttp2_session_callbacks_del(callbacks)
            nghttp2_option_del(options)
        }
        HTTP2Callbacks.register(callbacks)
        // Windows open as bytes are taken, not as they arrive.
        nghttp2_option_set_no_auto_window_update(options, 1)
        // Closed streams would be kept for a priority tree that nobody uses.
        nghttp2_option_set_no_closed_streams(options, 1)
        let context = Unmanaged.passUnretained(self).toOpaque()
        switch role {
        case .server: nghttp2_session_server_new2(&library, callbacks, context, options)
        case .client: nghttp2_session_client_new2(&library, callbacks, context, options)
        }
    }

    private func submit(_ settings: HTTP2Settings) {
        guard let library else { return }
        func entry(_ id: nghttp2_settings_id, _ value: UInt32) -> nghttp2_settings_entry {
            nghttp2_settings_entry(settings_id: Int32(bitPattern: id.rawValue), value: value)
        }
        var entries = [
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, UInt32(settings.streamWindow)),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, Self.headerListBytes),
        ]
        switch role {
        case .server: entries.append(entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.concurrentStreams))
        case .client: entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        nghttp2_submit_settings(library, none, entries, entries.count)
        nghttp2_session_set_local_window_size(library, none, 0, settings.connectionWindow)
    }
}
