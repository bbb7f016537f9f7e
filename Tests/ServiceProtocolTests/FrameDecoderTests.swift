import DurableModel
import ServiceProtocol
import Testing

struct FrameDecoderTests {
    private static let frames = [
        MessageFrame(type: 0x0400, payload: [1, 2, 3]),
        MessageFrame(type: 0x0003, payload: []),
        MessageFrame(type: 0x0005, requestedAck: true, payload: Array(repeating: 7, count: 300)),
        MessageFrame(type: 0xfbff, payload: [0]),
        MessageFrame(type: 0xffff, payload: [9]),
    ]

    private static var stream: [UInt8] {
        frames.reduce(into: []) { $1.encode(into: &$0) }
    }

    private func decode(chunks: [ArraySlice<UInt8>], limit: Int = 1 << 20) throws -> [MessageFrame] {
        var decoder = FrameDecoder(payloadBytesMax: limit)
        var found: [MessageFrame] = []
        for chunk in chunks {
            chunk.withUnsafeBytes { decoder.append($0) }
            while let frame = try decoder.next() { found.append(frame) }
        }
        #expect(!decoder.isMidFrame)
        return found
    }

    @Test func manyFramesAtOnce() throws {
        #expect(try decode(chunks: [Self.stream[...]]) == Self.frames)
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 100]) func framesSplitAnywhere(size: Int) throws {
        let stream = Self.stream
        let chunks = stride(from: 0, to: stream.count, by: size).map { stream[$0..<min($0 + size, stream.count)] }
        #expect(try decode(chunks: chunks) == Self.frames)
    }

    @Test func aPartOfAFrameIsNoFrame() throws {
        var decoder = FrameDecoder(payloadBytesMax: 100)
        for byte in Self.stream.prefix(10) {
            withUnsafeBytes(of: byte) { decoder.append($0) }
            #expect(try decoder.next() == nil)
        }
        #expect(decoder.isMidFrame)
    }

    @Test func aPayloadOfTheLimitIsTakenAndOneByteMoreRefusedFromTheHeaderAlone() throws {
        #expect(try decode(chunks: [Self.stream[...]], limit: 300) == Self.frames)
        var decoder = FrameDecoder(payloadBytesMax: 300)
        let header: [UInt8] = [0x04, 0x01, 0, 0, 0, 0, 0x01, 0x2d]
        header.withUnsafeBytes { decoder.append($0) }
        #expect(throws: FrameError.payloadTooLarge(type: 0x0401, bytes: 301, limit: 300)) { try decoder.next() }
    }

    @Test(arguments: [
        ([0x00, 0x08, 0, 0, 0, 0, 0, 0], FrameError.unknownControlMessage(type: 0x0008)),
        ([0x03, 0xff, 0, 0, 0, 0, 0, 0], .unknownControlMessage(type: 0x03ff)),
        ([0x04, 0x01, 0x40, 0, 0, 0, 0, 0], .reservedBits(type: 0x0401)),
        ([0x04, 0x01, 0, 1, 0, 0, 0, 0], .reservedBits(type: 0x0401)),
        (Array("HTTP/1.1".utf8), .reservedBits(type: 0x4854)),
        ([0x04, 0x01, 0, 0, 0xff, 0xff, 0xff, 0xff], .payloadTooLarge(type: 0x0401, bytes: 0xffff_ffff, limit: 9)),
    ])
    func whatIsNoHeaderIsRefused(header: [UInt8], error: FrameError) {
        var decoder = FrameDecoder(payloadBytesMax: 9)
        header.withUnsafeBytes { decoder.append($0) }
        #expect(throws: error) { try decoder.next() }
        #expect(!error.violationText.isEmpty)
    }

    @Test func typesNameThemselves() {
        #expect(MessageType.runCommand.entryTypeName == "Command: Run")
        #expect(MessageType.callInvocationIDCompletion.entryTypeName == "Notification: CallInvocationId")
        #expect(MessageType.runCommand.wireName == "RunCommand")
        #expect(MessageType.sleepCompletion.wireName == "SleepNotification")
        #expect(MessageType.proposeRunCompletion.wireName == "ProposeRunCompletionMessage")
        for code: UInt16 in [0x040f, 0x0415, 0x0450, 0x7fff, 0x8000, 0x8003, 0xfc00, 0xffff] {
            #expect(MessageType(rawValue: code).isCustom)
        }
        for code: UInt16 in [0x0008, 0x0300, 0x03ff] {
            #expect(MessageType(rawValue: code).isUnknownControl && !MessageType(rawValue: code).isCustom)
        }
        for code in UInt16.min...UInt16.max {
            let type = MessageType(rawValue: code)
            #expect(type.isCommand == type.entryTypeName.hasPrefix("Command: "))
            #expect(type.isNotification == type.entryTypeName.hasPrefix("Notification: "))
        }
        for code: UInt16 in 0x0000...0x0007 { #expect(!MessageType(rawValue: code).isUnknownControl) }
    }
}
