import ControlProtocol
import Testing

@Suite struct ControlFrameDecoderTests {
    private static let payloads = [Array("{}".utf8), Array(#"{"a":1}"#.utf8), [UInt8](repeating: 0x20, count: 300)]

    private static func stream() throws -> [UInt8] {
        try payloads.flatMap { try ControlFrame.encode($0, bytesMax: 1_000) }
    }

    @Test func `a frame begins with its length, most significant byte first`() throws {
        let frame = try ControlFrame.encode([UInt8](repeating: 7, count: 0x0102), bytesMax: 1_000)
        #expect(frame.prefix(5) == [0, 0, 1, 2, 7])
        #expect(frame.count == 4 + 0x0102)
    }

    @Test(arguments: [1, 2, 3, 5, 64, 10_000])
    func `frames come out whole in pieces of any size`(size: Int) throws {
        var decoder = ControlFrameDecoder(bytesMax: 1_000)
        var received: [[UInt8]] = []
        var rest = try Self.stream()[...]
        while !rest.isEmpty {
            decoder.append(rest.prefix(size))
            rest = rest.dropFirst(size)
            while let payload = try decoder.next() { received.append(payload) }
        }
        #expect(received == Self.payloads)
        try decoder.checkEnd()
        #expect(!decoder.isInsideFrame)
    }

    @Test func `a frame of exactly the limit passes and one byte more does not`() throws {
        let exact = try ControlFrame.encode([UInt8](repeating: 1, count: 10), bytesMax: 10)
        var decoder = ControlFrameDecoder(bytesMax: 10)
        decoder.append(exact)
        #expect(try decoder.next()?.count == 10)
        #expect(throws: ControlProtocolError.frameTooLarge(bytes: 11, bytesMax: 10)) {
            try ControlFrame.encode([UInt8](repeating: 1, count: 11), bytesMax: 10)
        }
    }

    @Test(
        arguments: [
            ([0, 0, 0, 11], ControlProtocolError.frameTooLarge(bytes: 11, bytesMax: 10)),
            ([0xFF, 0xFF, 0xFF, 0xFF], .frameTooLarge(bytes: 4_294_967_295, bytesMax: 10)),
            ([0, 0, 0, 0], .frameEmpty),
            (Array("GET ".utf8), .frameTooLarge(bytes: 0x4745_5420, bytesMax: 10)),
        ] as [([UInt8], ControlProtocolError)]
    )
    func `a bad length is refused at once and for good`(header: [UInt8], error: ControlProtocolError) {
        var decoder = ControlFrameDecoder(bytesMax: 10)
        decoder.append(header)
        #expect(throws: error) { try decoder.next() }
        decoder.append([0, 0, 0, 2, 0x7B, 0x7D])
        #expect(throws: error) { try decoder.next() }
        #expect(throws: error) { try decoder.checkEnd() }
    }

    @Test func `a bad frame does not take back the good one before it`() throws {
        var decoder = ControlFrameDecoder(bytesMax: 10)
        decoder.append([0, 0, 0, 2, 0x7B, 0x7D, 0, 0, 0, 0])
        #expect(try decoder.next() == Array("{}".utf8))
        #expect(throws: ControlProtocolError.frameEmpty) { try decoder.next() }
    }

    @Test(
        arguments: [
            ([0], 1, 4), ([0, 0, 0], 3, 4), ([0, 0, 0, 5], 0, 5), ([0, 0, 0, 5, 0x7B], 1, 5),
        ] as [([UInt8], Int, Int)]
    )
    func `an end inside a frame says how far it came`(bytes: [UInt8], got: Int, expected: Int) throws {
        var decoder = ControlFrameDecoder(bytesMax: 10)
        decoder.append(bytes)
        #expect(try decoder.next() == nil)
        #expect(decoder.isInsideFrame)
        #expect(throws: ControlProtocolError.frameTruncated(bytes: got, bytesExpected: expected)) {
            try decoder.checkEnd()
        }
    }
}
