import DurableModel
import ServiceProtocol

/// Frames of the service protocol as bytes and back.
enum FrameBytes {
    static func joined(_ frames: [MessageFrame]) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames { frame.encode(into: &bytes) }
        return bytes
    }

    /// The whole frames of a stream that comes in pieces of that size, up to what is none.
    static func frames(of bytes: [UInt8], pieces size: Int) -> [MessageFrame] {
        var decoder = FrameDecoder(payloadBytesMax: 1 << 20)
        var found: [MessageFrame] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            bytes[start..<end].withUnsafeBytes { decoder.append($0) }
            start = end
            do {
                while let frame = try decoder.next() { found.append(frame) }
            } catch {
                return found
            }
        }
        return found
    }

    /// The stream with one of its frames gone, repeated, moved, changed inside or joined by another.
    static func reshaped(
        _ bytes: [UInt8],
        _ random: inout FuzzRandom,
        another: (inout FuzzRandom) -> MessageFrame
    ) -> [UInt8] {
        var frames = frames(of: bytes, pieces: max(1, bytes.count))
        let place = Int.random(in: 0...frames.count, using: &random)
        guard place < frames.count else { return joined(frames + [another(&random)]) }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: frames.remove(at: place)
        case 1: frames.insert(frames[place], at: Int.random(in: 0...frames.count, using: &random))
        case 2: frames.swapAt(place, Int.random(in: 0..<frames.count, using: &random))
        case 3: frames.insert(another(&random), at: place)
        case 4: frames[place].requestedAck.toggle()
        default:
            let count = frames[place].payload.count
            if count == 0 {
                frames[place].payload = random.bytes(upTo: 8)
            } else {
                frames[place].payload[Int.random(in: 0..<count, using: &random)] = .random(in: 0...255, using: &random)
            }
        }
        return joined(frames)
    }
}
