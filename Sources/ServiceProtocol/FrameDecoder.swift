import DurableModel

/// Cuts a byte stream into frames (service-protocol.md, section 1), however the bytes were split on their way.
///
/// Memory is bounded by what has arrived: a header that announces much reserves nothing, and one that announces too
/// much is refused before its payload comes.
package struct FrameDecoder {
    package static let headerBytes = 8

    private let payloadBytesMax: Int
    private var buffer: [UInt8] = []
    private var start = 0

    /// A buffer larger than this is given back once it is empty, so that one large message is not paid for ever after.
    private static let bufferBytesKept = 64 << 10

    /// `payloadBytesMax`: the largest payload that is accepted, header not counted.
    package init(payloadBytesMax: Int) {
        self.payloadBytesMax = payloadBytesMax
    }

    /// Whether a frame has begun that is not complete.
    package var isMidFrame: Bool { start < buffer.count }

    /// How much of such a frame is here.
    package var partialBytes: Int { buffer.count - start }

    /// Takes bytes as they came; `next()` gives the frames.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame, `nil` when more bytes are needed. After an error the stream is of no more use.
    package mutating func next() throws(FrameError) -> MessageFrame? {
        guard buffer.count - start >= Self.headerBytes else {
            giveBackIfEmpty()
            return nil
        }
        // Read here: a generic reader of another module costs more than all the rest of a small frame.
        var header: UInt64 = 0
        for index in start..<start + Self.headerBytes { header = header << 8 | UInt64(buffer[index]) }
        let type = UInt16(truncatingIfNeeded: header >> 48)
        let length = Int(header & 0xffff_ffff)
        guard !MessageType(rawValue: type).isUnknownControl else { throw .unknownControlMessage(type: type) }
        guard header & 0x0000_7fff_0000_0000 == 0 else { throw .reservedBits(type: type) }
        guard length <= payloadBytesMax else {
            throw .payloadTooLarge(type: type, bytes: length, limit: payloadBytesMax)
        }
        let payloadStart = start + Self.headerBytes
        guard buffer.count - payloadStart >= length else { return nil }
        start = payloadStart + length
        return MessageFrame(
            type: type,
            requestedAck: header & 0x0000_8000_0000_0000 != 0,
            payload: Array(buffer[payloadStart..<payloadStart + length])
        )
    }

    private mutating func giveBackIfEmpty() {
        guard start == buffer.count else { return }
        buffer.removeAll(keepingCapacity: buffer.capacity <= Self.bufferBytesKept)
        start = 0
    }
}
