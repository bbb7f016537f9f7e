/// Cuts a stream of bytes into the payloads of its frames, however the bytes arrive.
///
/// A length over the limit is refused as soon as it is known, before any of its bytes are kept; memory grows with
/// what has arrived, never with what was announced. After an error the stream has lost its place, so every later
/// call gives the same error.
package struct ControlFrameDecoder: Sendable {
    private enum State {
        case header
        case payload(bytes: Int)
        case failed(ControlProtocolError)
    }

    private let bytesMax: Int
    private var state = State.header
    private var buffer: [UInt8] = []
    private var start = 0

    /// A decoder for frames of at most `bytesMax` bytes of JSON.
    package init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Takes in bytes as they arrived.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if case .failed = state { return }
        buffer.append(contentsOf: bytes)
    }

    /// Takes in bytes that are valid during the call only.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if case .failed = state { return }
        buffer.append(contentsOf: bytes)
    }

    /// Whether a frame has begun and is not complete: its time is running.
    package var isInsideFrame: Bool {
        switch state {
        case .header: buffer.count > start
        case .payload: true
        case .failed: false
        }
    }

    /// The payload of the next frame, or nil until more bytes have arrived.
    package mutating func next() throws(ControlProtocolError) -> [UInt8]? {
        switch state {
        case .failed(let error):
            throw error
        case .header:
            guard let bytes = try readHeader() else { return nil }
            state = .payload(bytes: bytes)
            return takePayload(bytes)
        case .payload(let bytes):
            return takePayload(bytes)
        }
    }

    /// To be asked when the stream has ended: an error if that was inside a frame.
    package func checkEnd() throws(ControlProtocolError) {
        switch state {
        case .failed(let error):
            throw error
        case .header where buffer.count == start:
            return
        case .header:
            throw .frameTruncated(bytes: buffer.count - start, bytesExpected: ControlFrame.headerBytes)
        case .payload(let bytes):
            throw .frameTruncated(bytes: buffer.count - start, bytesExpected: bytes)
        }
    }

    private mutating func readHeader() throws(ControlProtocolError) -> Int? {
        guard buffer.count - start >= ControlFrame.headerBytes else { return nil }
        var length = 0
        for byte in buffer[start..<start + ControlFrame.headerBytes] {
            length = length << 8 | Int(byte)
        }
        guard length > 0 else { throw fail(.frameEmpty) }
        guard length <= bytesMax else { throw fail(.frameTooLarge(bytes: length, bytesMax: bytesMax)) }
        start += ControlFrame.headerBytes
        return length
    }

    private mutating func takePayload(_ bytes: Int) -> [UInt8]? {
        guard buffer.count - start >= bytes else {
            compact()
            return nil
        }
        let payload = Array(buffer[start..<start + bytes])
        start += bytes
        state = .header
        if start == buffer.count { compact() }
        return payload
    }

    private mutating func fail(_ error: ControlProtocolError) -> ControlProtocolError {
        state = .failed(error)
        buffer = []
        start = 0
        return error
    }

    private mutating func compact() {
        guard start > 0 else { return }
        buffer.removeFirst(start)
        start = 0
    }
}
