/// What a session keeps of a stream, in a table of structs: a place is used again with its buffers, no object per stream.
struct HTTP2Stream {
    /// How far our half is.
    enum Sending: Equatable {
        /// Nothing was said yet.
        case nothing
        /// The head is out; the body may go on.
        case body
        /// The head is out, and the body's last byte is known.
        case ending
        /// All of our half was handed over.
        case ended
    }

    var generation: UInt32 = 0
    /// The number on the wire; 0 when the place is free.
    var id: Int32 = 0
    var sending = Sending.nothing
    var hasHead = false
    var peerEnded = false
    var isReset = false

    /// Bytes of the body that have not been framed yet: from `outputStart` on.
    var output: [UInt8] = []
    var outputStart = 0
    /// The library waits to be told that there is more.
    var isDeferred = false
    /// The owner waits to hear that the output has left.
    var wantsDrained = false

    /// Body bytes that were told but not credited to the peer, since the owner reads no more for now.
    var uncredited = 0
    var isPaused = false

    /// When bytes of the body last moved, in milliseconds of the caller's clock.
    var lastReceived: UInt64 = 0
    var lastSent: UInt64 = 0

    var pendingOutput: Int { output.count - outputStart }

    /// Makes the place ready for its next stream; the output's memory stays unless it grew beyond the usual.
    mutating func recycle() {
        var output = output
        if output.capacity > 64 * 1024 { output = [] } else { output.removeAll(keepingCapacity: true) }
        self = HTTP2Stream(generation: generation &+ 1, output: output)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if outputStart == output.count {
            output.removeAll(keepingCapacity: true)
            outputStart = 0
        } else if outputStart > 64 * 1024, outputStart > output.count / 2 {
            output.removeSubrange(..<outputStart)
            outputStart = 0
        }
        output.append(contentsOf: bytes)
    }

    mutating func append(_ bytes: [UInt8]) {
        guard outputStart == output.count else { return bytes.withUnsafeBytes { append($0) } }
        output = bytes
        outputStart = 0
    }
}
