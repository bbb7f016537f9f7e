import DurableModel
import ServiceProtocol
import Testing

/// What no server may trust a service with: everything a frame's payload can be instead of its message.
struct RefusalTests {
    private static func payload(_ hex: String) -> [UInt8] { octets(ofHex: hex.filter { $0 != " " }) ?? [] }

    private func problem(_ type: UInt16, _ payload: [UInt8], version: Int = 7) -> PayloadProblem? {
        do throws(ProtocolError) {
            let frame = MessageFrame(type: type, payload: payload)
            if MessageType(rawValue: type).isNotification || type == 0x0400 || type == 0 || type == 4 || type == 7 {
                _ = try ServerMessage.decode(frame)
            } else {
                _ = try ServiceMessage.decode(frame, version: version)
            }
            return nil
        } catch {
            #expect(error.type.rawValue == type && !error.violationText.isEmpty)
            guard case .malformed(_, let problem) = error else { return nil }
            return problem
        }
    }

    /// Every prefix of a message either lacks a field at the end, and may then be a message of its own, or is cut
    /// within one, and is refused.
    @Test func everyMessageCutWithinAFieldIsRefused() {
        let vectors =
            WireVectorTests.commands.map { ($0.0, 7, $0.1) }
            + WireVectorTests.notifications.map { ($0.0, 7, $0.1) }
            + WireVectorTests.control.map { ($0.0, $0.1, $0.2) }
        for (type, version, hex) in vectors {
            let payload = Self.payload(hex)
            let boundaries = Set(topLevelBoundaries(payload))
            for count in 0..<payload.count where !boundaries.contains(count) {
                let found = problem(type, Array(payload.prefix(count)), version: version)
                #expect(found == .truncated, "\(MessageType(rawValue: type).wireName) cut at \(count)")
            }
        }
    }

    /// Where the top-level fields of a valid payload begin and end.
    private func topLevelBoundaries(_ payload: [UInt8]) -> [Int] {
        var boundaries = [0]
        var position = 0
        func varint() -> Int {
            var value = 0
            var shift = 0
            while position < payload.count {
                let byte = payload[position]
                position += 1
                value |= Int(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 || shift > 56 { break }
            }
            return value
        }
        while position < payload.count {
            let tag = varint()
            let value = varint()
            if tag & 7 == 2 { position += value }
            boundaries.append(position)
        }
        return boundaries
    }

    @Test(arguments: [
        (0x0400, "0a060a016b120176", "value"), (0x0401, "", "result"), (0x0401, "62016e", "result"),
        (0x0402, "0a016b", "result_completion_id"), (0x0403, "0a016b", "value"),
        (0x0406, "", "result_completion_id"), (0x0407, "0a016b", "result"), (0x0408, "", "value"),
        (0x0409, "0a016b", "result_completion_id"), (0x040A, "0a016b5800", "result_completion_id"),
        (0x040B, "0a016b5801", "completion"), (0x040B, "0a016b1200", "result_completion_id"),
        (0x040C, "0801", "result_completion_id"), (0x040D, "120168500158 02", "service_name"),
        (0x040D, "0a0153500158 02", "handler_name"),
        (0x040D, "0a01531201685802", "invocation_id_notification_idx"),
        (0x040D, "0a01531201685001", "result_completion_id"),
        (0x040E, "0a0153120168", "invocation_id_notification_idx"), (0x0410, "10012200", "target_invocation_id"),
        (0x0410, "0a01692200", "signal_id"), (0x0410, "0a01691001", "result"), (0x0411, "", "result_completion_id"),
        (0x0412, "5801", "target"), (0x0412, "0a0169", "result_completion_id"), (0x0413, "5801", "target"),
        (0x0414, "1200", "awakeable_id"), (0x0414, "0a0173", "result"), (0x0005, "0801", "result"),
        (0x0005, "720130", "result_completion_id"), (0x0006, "", "awaiting_on"), (0x0001, "", "awaiting_on"),
        (0x0001, "0a0101", "awaiting_on"), (0x0000, "", "known_entries"), (0x8002, "2200", "completion_id"),
        (0x8002, "10012200", "completion_id"), (0x8002, "0801", "result"), (0x800C, "08012a00", "result"),
        (0x800D, "08012200", "result"), (0x800E, "08012200", "result"), (0x8006, "08012a00", "result"),
        (0xFBFF, "08012200", "signal_id"), (0xFBFF, "10018a0100", "result"),
    ])
    func whatLacksAFieldIsRefused(type: Int, hex: String, field: String) {
        #expect(problem(UInt16(type), Self.payload(hex)) == .missing(field: field))
    }

    @Test(arguments: [
        (0x0400, "0801", 1), (0x0401, "7001", 14), (0x0401, "7801", 15), (0x0402, "0801", 1), (0x0402, "5a0101", 11),
        (0x0403, "1801", 3), (0x0404, "0801", 1), (0x0405, "6001", 12), (0x0406, "5a00", 11), (0x0407, "6801", 13),
        (0x0408, "7001", 14), (0x0409, "0801", 1), (0x040B, "1001", 2), (0x040B, "1801", 3), (0x040C, "0a00", 1),
        (0x040D, "0801", 1), (0x040D, "1801", 3), (0x040D, "2001", 4), (0x040D, "5200", 10), (0x040E, "2200", 4),
        (0x040E, "2801", 5), (0x0410, "1200", 2), (0x0410, "1801", 3), (0x0410, "2001", 4), (0x0411, "6001", 12),
        (0x0412, "0801", 1), (0x0412, "1801", 3), (0x0413, "2001", 4), (0x0414, "0801", 1), (0x0414, "1001", 2),
        (0x0001, "2001", 4), (0x0002, "0a00", 1), (0x0002, "1001", 2), (0x0002, "4200", 8), (0x0002, "4a00", 9),
        (0x0005, "0a00", 1), (0x0005, "7001", 14), (0x0006, "0801", 1), (0x0006, "1200", 2), (0x0000, "0801", 1),
        (0x0000, "2801 4a00", 9), (0x8011, "0a00", 1), (0x8011, "2801", 5), (0xFBFF, "1801", 3),
        (0x0411, "5d00000000", 11),
    ])
    func aFieldOfAnotherWireTypeIsRefused(type: Int, hex: String, field: UInt32) {
        #expect(problem(UInt16(type), Self.payload(hex)) == .wrongWireType(field: field))
    }

    @Test(arguments: [
        (0x0411, "6202c328", 12), (0x0409, "0a01ff", 1), (0x040D, "0a02c0af", 1), (0x040D, "1203eda080", 2),
        (0x040D, "22030a01ff", 1), (0x040E, "3201ff", 6), (0x0410, "1a01ff", 3), (0x0410, "0a01ff", 1),
        (0x0412, "0a01ff", 1), (0x0414, "0a01ff", 1), (0x0401, "7a031201ff", 2), (0x0002, "1201ff", 2),
        (0x0002, "2a01ff", 5), (0x800E, "82010 1ff", 16), (0xFBFF, "1a01ff", 3), (0x0006, "0a031a01ff", 3),
        (0x0000, "1201ff", 2),
    ])
    func textThatIsNoUTF8IsRefused(type: Int, hex: String, field: UInt32) {
        #expect(problem(UInt16(type), Self.payload(hex)) == .invalidUTF8(field: field))
    }

    @Test func stateKeysNeedNotBeText() throws {
        let frame = MessageFrame(type: 0x0404, payload: [0x0a, 0x02, 0xff, 0xfe])
        #expect(try Command.decode(frame) == Command(.clearState(key: [0xff, 0xfe])))
    }

    @Test(arguments: [
        ("58ffffffffffffffffff7f", PayloadProblem.varintTooLong), ("58ffffffffffffffffffff01", .varintTooLong),
        ("588080808010", .numberTooLarge(field: 11)), ("0001", .badFieldNumber), ("80808080800101", .badFieldNumber),
        ("5b", .badWireType(3)), ("5c", .badWireType(4)), ("5e", .badWireType(6)), ("5f", .badWireType(7)),
        ("62ffffffffffffffffff01", .truncated), ("62ffffffff07", .truncated), ("f90600", .truncated),
        ("fd06000000", .truncated), ("58", .truncated), ("5880", .truncated), ("80", .truncated),
    ])
    func whatIsNoProtobufIsRefused(hex: String, expected: PayloadProblem) {
        #expect(problem(0x0411, Self.payload(hex)) == expected)
        #expect(!expected.text.isEmpty)
    }

    @Test(arguments: [0x0000, 0x0004, 0x0007, 0x0400, 0x8002, 0x8011, 0xFBFF])
    func whatOnlyTheServerSendsIsRefused(type: UInt16) {
        let expected = ProtocolError.unexpected(MessageType(rawValue: type))
        #expect(throws: expected) { try ServiceMessage.decode(MessageFrame(type: type, payload: []), version: 7) }
        #expect(!expected.violationText.isEmpty)
    }

    @Test(arguments: [0x040F, 0x0415, 0x0450, 0x7FFF, 0x8099, 0xFC00, 0xFFFF])
    func customAndUnknownEntriesAreRefused(type: UInt16) {
        let frame = MessageFrame(type: type, payload: [])
        #expect(throws: ProtocolError.unknown(MessageType(rawValue: type))) {
            try ServiceMessage.decode(frame, version: 7)
        }
        #expect(throws: ProtocolError.unknown(MessageType(rawValue: type))) { try Command.decode(frame) }
    }

    @Test func aSuspensionOnNothingIsRefused() {
        #expect(problem(0x0001, [], version: 5) == .emptyAwait)
        #expect(problem(0x0001, [0x22, 0x00], version: 7) == .emptyAwait)
        #expect(problem(0x0006, [0x0a, 0x00], version: 7) == .emptyAwait)
    }

    @Test func aBehaviorNobodyKnowsIsARetry() throws {
        let frame = MessageFrame(type: 0x0002, payload: Self.payload("48ffffffffffffffffff01"))
        #expect(try ServiceMessage.decode(frame, version: 7) == .error(ErrorMessage(code: 0, message: "")))
    }

    @Test func repeatedFieldsAreBounded() {
        let many = (0...(1 << 20)).flatMap { _ in [UInt8](arrayLiteral: 0x0a, 0x00) }
        #expect(problem(0x0400, many) == .tooManyElements(field: 1))
        let leaves = [0x0a, 0x84, 0x80, 0x40] + [UInt8](repeating: 1, count: 1 << 20 + 4)
        #expect(problem(0x0001, leaves, version: 5) == .tooManyElements(field: 1))
    }
}

/// Random bytes as payloads of every type and as whole streams, from a fixed seed: nothing may trap or hang, and what is
/// accepted must survive being written and read again.
struct RandomBytesTests {
    private struct SplitMix64: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }

    @Test func payloadsOfEveryTypeNeverTrap() throws {
        var random = SplitMix64(state: 20_261_124)
        let types =
            [0, 1, 2, 3, 4, 5, 6, 7].map { UInt16($0) } + Array(0x0400...0x0416) + Array(0x8000...0x8016) + [0xfbff]
        let seeds =
            WireVectorTests.commands.map(\.1) + WireVectorTests.notifications.map(\.1)
            + WireVectorTests.control.map(\.2)
        for _ in 0..<20_000 {
            guard let type = types.randomElement(using: &random) else { return }
            var payload: [UInt8]
            if Bool.random(using: &random), let seed = seeds.randomElement(using: &random) {
                payload = octets(ofHex: seed.filter { $0 != " " }) ?? []
                if !payload.isEmpty {
                    payload[Int.random(in: 0..<payload.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            } else {
                payload = (0..<Int.random(in: 0..<40, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            }
            let frame = MessageFrame(type: type, payload: payload)
            for version in 5...7 {
                if let message = try? ServiceMessage.decode(frame, version: version) {
                    let again = message.frame(version: version)
                    #expect(try ServiceMessage.decode(again, version: version) == message)
                }
            }
            if let message = try? ServerMessage.decode(frame) {
                #expect(try ServerMessage.decode(message.frame(version: 7)) == message)
            }
        }
    }

    @Test func streamsNeverTrap() {
        var random = SplitMix64(state: 7)
        for _ in 0..<2_000 {
            var decoder = FrameDecoder(payloadBytesMax: 64)
            for _ in 0..<8 {
                var bytes = (0..<Int.random(in: 0..<24, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                if bytes.count > 8, Bool.random(using: &random) {
                    bytes.replaceSubrange(0..<8, with: [4, 1, 0, 0, 0, 0, 0, 3])
                }
                bytes.withUnsafeBytes { decoder.append($0) }
                guard (try? decoder.next()) != nil else { continue }
            }
        }
    }
}
