internal import CNghttp2

/// The library's callbacks: each finds the session and calls the method of the same meaning.
enum HTTP2Callbacks {
    static func register(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, context in
            guard let header, let context else { return 0 }
            session(context).frameBegan(type: header.pointee.type)
            return 0
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, context in
            guard let frame, let context else { return 0 }
            return session(context).headersBegan(header(frame).stream_id)
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _,
            _,
            name,
            nameCount,
            value,
            valueCount,
            _,
            context in
            guard let name, let value, let context else { return 0 }
            session(context).header(
                UnsafeBufferPointer(start: name, count: nameCount),
                UnsafeBufferPointer(start: value, count: valueCount)
            )
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, context in
            guard let frame, let context else { return 0 }
            session(context).frameReceived(frame, header(frame))
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, count, context in
            guard let bytes, let context, count > 0 else { return 0 }
            session(context).bodyReceived(id, UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, context in
            guard let context else { return 0 }
            session(context).streamClosed(id, HTTP2ErrorCode(rawValue: code))
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, context in
            guard let frame, let context else { return 0 }
            session(context).frameNotSent(header(frame))
            return 0
        }
    }

    /// Reads the body of a stream as the library frames it; the place of the stream is the source.
    static let bodyReader: nghttp2_data_source_read_callback = { _, id, buffer, room, flags, _, context in
        guard let buffer, let flags, let context else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        var isEnd = false
        let count = session(context).readBody(
            id,
            into: UnsafeMutableRawBufferPointer(start: buffer, count: room),
            isEnd: &isEnd
        )
        if isEnd { flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
        return count ?? Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
}

// Functions of the file, since a C callback captures nothing, not even the type it stands in.

@inline(__always)
private func session(_ context: UnsafeMutableRawPointer) -> HTTP2Session {
    Unmanaged<HTTP2Session>.fromOpaque(context).takeUnretainedValue()
}

/// Every frame begins with its header; reading that alone spares copying the union.
@inline(__always)
private func header(_ frame: UnsafePointer<nghttp2_frame>) -> nghttp2_frame_hd {
    UnsafeRawPointer(frame).assumingMemoryBound(to: nghttp2_frame_hd.self).pointee
}
