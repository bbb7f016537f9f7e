/// A stream of one HTTP/2 session: a place in its table and how often that place was used before, so that a key kept too
/// long finds nothing instead of another stream.
package struct HTTP2StreamKey: Sendable, Hashable {
    var slot: UInt32
    var generation: UInt32
}

/// An error code of RFC 9113, section 7. Peers may send others, so it is not an enum.
package struct HTTP2ErrorCode: RawRepresentable, Sendable, Hashable {
    /// The code on the wire.
    package var rawValue: UInt32

    /// Any code is one.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The end of a connection or stream that is none of an error.
    package static let noError = HTTP2ErrorCode(rawValue: 0)
    /// The peer broke the protocol.
    package static let protocolError = HTTP2ErrorCode(rawValue: 1)
    /// The sender cannot go on.
    package static let internalError = HTTP2ErrorCode(rawValue: 2)
    /// More was sent than the windows allowed.
    package static let flowControlError = HTTP2ErrorCode(rawValue: 3)
    /// A frame has a length that it may not have.
    package static let frameSizeError = HTTP2ErrorCode(rawValue: 6)
    /// The stream was not looked at: its request can be repeated.
    package static let refusedStream = HTTP2ErrorCode(rawValue: 7)
    /// The stream is not wanted any more.
    package static let cancel = HTTP2ErrorCode(rawValue: 8)
    /// The peer keeps us busy without getting anywhere.
    package static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
}

extension HTTP2ErrorCode: CustomStringConvertible {
    /// The name of the document, or the number.
    package var description: String {
        let names = [
            "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
            "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
            "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
        ]
        return rawValue < names.count ? names[Int(rawValue)] : "error \(rawValue)"
    }
}

/// What a session announces and allows.
package struct HTTP2Settings: Sendable, Hashable {
    /// Bytes of a body that the peer may send ahead of our taking them, for a stream and for all together.
    var streamWindow: Int32
    var connectionWindow: Int32
    /// Requests the peer may have open at once; servers only.
    var concurrentStreams: UInt32

    /// Bodies are mostly small and 200 clients of 256 KiB each stay bounded by the connection's megabyte.
    package static let server = HTTP2Settings(
        streamWindow: 256 * 1024,
        connectionWindow: 1024 * 1024,
        concurrentStreams: 200
    )
    /// One connection carries many attempts. Each may be ahead by what is in memory for it in any case, and no more.
    package static let client = HTTP2Settings(
        streamWindow: 256 * 1024,
        connectionWindow: 16 * 1024 * 1024,
        concurrentStreams: 0
    )
}

/// What a session tells its owner, inside `receive` or `nextOutput`. The owner may call everything of the session from
/// here but these two.
package protocol HTTP2SessionDelegate: AnyObject {
    /// Server: a request, on a stream not known before. Client: the response's head (never an informational one).
    func session(_ session: HTTP2Session, head: HTTPHead, of stream: HTTP2StreamKey, isEnd: Bool)
    /// Server: a request whose head was refused before it was read; it wants an answer.
    func session(_ session: HTTP2Session, refused refusal: HTTPRefusal, of stream: HTTP2StreamKey)
    /// Bytes of a body, never none; valid during the call.
    func session(_ session: HTTP2Session, body: UnsafeRawBufferPointer, of stream: HTTP2StreamKey)
    /// The peer's half of the stream is complete; not told when the head said so already.
    func session(_ session: HTTP2Session, ended stream: HTTP2StreamKey)
    /// The stream is gone, both halves ended or reset; the key is dead after the call. `.noError` after a complete exchange.
    func session(_ session: HTTP2Session, closed stream: HTTP2StreamKey, code: HTTP2ErrorCode)
    /// All that was written to the stream has left, after `write` had said that it is a lot.
    func session(_ session: HTTP2Session, drained stream: HTTP2StreamKey)
    /// The peer's settings came; the number of streams it allows may have changed.
    func sessionSettingsChanged(_ session: HTTP2Session)
    /// The peer goes away: it takes no new streams, and those it has not looked at are told as closed with `.refusedStream`.
    func session(_ session: HTTP2Session, goAway code: HTTP2ErrorCode)
    func sessionPingAcknowledged(_ session: HTTP2Session)
}
