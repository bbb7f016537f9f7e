import DurableModel
import Testing

@testable import Fuzzing

struct FrameBytesTests {
    private let frames = (0..<4).map { MessageFrame(type: 0x0401 + $0, payload: [1, 2, 3]) }

    @Test func aReshapedStreamIsMadeOfWholeFrames() {
        var random = FuzzRandom(seed: 1)
        var stream = FrameBytes.joined(frames)
        var shapes: Set<[UInt8]> = [stream]
        for _ in 0..<100 {
            stream = FrameBytes.reshaped(stream, &random) { _ in MessageFrame(type: 3, payload: []) }
            #expect(FrameBytes.joined(FrameBytes.frames(of: stream, pieces: 7)) == stream)
            shapes.insert(stream)
        }
        #expect(shapes.count > 50)
    }
}
