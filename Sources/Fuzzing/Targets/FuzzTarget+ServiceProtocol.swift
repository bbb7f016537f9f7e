import DurableModel
import ServiceProtocol

extension FuzzTarget {
    /// The stream of a service, and of a server: frames, and what is in them.
    static let serviceMessages = FuzzTarget(
        name: "service-messages",
        examples: Recordings.streams + [FrameBytes.joined(types.map { MessageFrame(type: $0, payload: []) })],
        words: types.map { [UInt8($0 >> 8), UInt8($0 & 255)] } + [
            [0, 0, 0, 0], [0x80, 0], [0xFF, 0xFF, 0xFF, 0xFF],
        ],
        generate: { random in
            FrameBytes.joined((0..<Int.random(in: 1...6, using: &random)).map { _ in anyFrame(&random) })
        },
        reshape: { bytes, random in FrameBytes.reshaped(bytes, &random) { anyFrame(&$0) } },
        read: { bytes, random in
            let whole = FrameBytes.frames(of: bytes, pieces: max(1, bytes.count))
            if FrameBytes.frames(of: bytes, pieces: Int.random(in: 1...40, using: &random)) != whole {
                return "the frames depend on how the bytes are split"
            }
            for frame in whole {
                if let complaint = readMessage(frame) { return complaint }
            }
            return nil
        }
    )

    /// One message: two bytes of type, and the payload. No length has to fit, so that all effort goes into what is inside.
    static let servicePayloads = FuzzTarget(
        name: "service-payloads",
        examples: Recordings.frames.map { [UInt8($0.type >> 8), UInt8($0.type & 255)] + $0.payload },
        words: [[0x0A], [0x12], [0x72], [0x7A, 0], [0x18, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]],
        generate: { random in
            let frame = anyFrame(&random)
            return [UInt8(frame.type >> 8), UInt8(frame.type & 255)] + frame.payload
        },
        read: { bytes, _ in
            guard bytes.count >= 2 else { return nil }
            let type = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
            return readMessage(MessageFrame(type: type, payload: Array(bytes[2...])))
        }
    )

    private static let types: [UInt16] =
        Array(0...7) + Array(0x0400...0x0414) + [0x8002, 0x8006, 0xFBFF, 0xFC01] + Array(0x8009...0x8013)

    /// What is taken must be written as it was read.
    private static func readMessage(_ frame: MessageFrame) -> String? {
        for version in 5...7 {
            guard let message = try? ServiceMessage.decode(frame, version: version) else { continue }
            let again = message.frame(version: version)
            if (try? ServiceMessage.decode(again, version: version)) != message {
                return "\(message) is written as something else under version \(version)"
            }
        }
        _ = try? ServerMessage.decode(frame)
        _ = try? StartMessage.decode(frame)
        if let notification = try? Notification.decode(frame) {
            if (try? Notification.decode(notification.frame())) != notification {
                return "\(notification) is written as something else"
            }
        }
        return nil
    }

    private static func anyFrame(_ random: inout FuzzRandom) -> MessageFrame {
        MessageFrame(
            type: types.randomElement(using: &random) ?? 0,
            requestedAck: Int.random(in: 0..<8, using: &random) == 0,
            payload: message(depth: 0, &random)
        )
    }

    /// A message of protocol buffers with any fields.
    private static func message(depth: Int, _ random: inout FuzzRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let field = [1, 2, 3, 4, 5, 6, 7, 11, 12, 14, 15, 16, 536_870_911].randomElement(using: &random) ?? 1
            let wireType = [0, 0, 2, 2, 2, 1, 5, 3].randomElement(using: &random) ?? 0
            bytes += varint(UInt64(field) << 3 | UInt64(wireType))
            switch wireType {
            case 0: bytes += varint(number(&random))
            case 1: bytes += random.bytes(upTo: 8)
            case 5: bytes += random.bytes(upTo: 4)
            case 2:
                let inner =
                    depth < 4 && Bool.random(using: &random)
                    ? message(depth: depth + 1, &random) : random.bytes(upTo: 12)
                bytes += varint(UInt64(inner.count)) + inner
            default: break
            }
        }
        return bytes
    }

    private static func number(_ random: inout FuzzRandom) -> UInt64 {
        [0, 1, 2, 17, UInt64(UInt32.max), 1 << 63, UInt64.max, random.next()].randomElement(using: &random) ?? 0
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
