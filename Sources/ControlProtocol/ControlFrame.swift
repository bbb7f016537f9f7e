/// A frame of the control protocol: four bytes of length, most significant first, and that many bytes of UTF-8 JSON.
package enum ControlFrame {
    /// Bytes of the length in front of every frame.
    package static let headerBytes = 4
    /// The longest request: a registration with all its headers and metadata fits many times over, and 64 peers
    /// that each send one hold 64 MiB at the very most.
    package static let requestBytesMax = 1 << 20
    /// The longest answer: some ten thousand rows of a list. What is longer is paged or sent in batches.
    package static let answerBytesMax = 16 << 20

    /// Puts the length in front of a message. Refuses what the other end would refuse.
    package static func encode(_ payload: some Collection<UInt8>, bytesMax: Int) throws(ControlProtocolError) -> [UInt8]
    {
        guard payload.count <= bytesMax, let length = UInt32(exactly: payload.count) else {
            throw .frameTooLarge(bytes: payload.count, bytesMax: bytesMax)
        }
        var frame: [UInt8] = []
        frame.reserveCapacity(headerBytes + payload.count)
        for shift in [24, 16, 8, 0] {
            frame.append(UInt8(truncatingIfNeeded: length >> UInt32(shift)))
        }
        frame.append(contentsOf: payload)
        return frame
    }
}
