import DurableModel
import FoundationEssentials
import GoldenRecordings
import ServiceProtocol
import Testing

/// Every frame that was recorded between a real server and the official SDKs. The recordings are not part of the
/// repository; without them (a clone on its own) this suite is skipped and the vectors of `WireVectorTests` remain.
@Suite(.enabled(if: GoldenRecordings.has("exchanges.jsonl")))
struct GoldenExchangesTests {
    @Test func everyRecordedFrameReadsAsItsRecordedFields() throws {
        let frames = try GoldenExchanges.frames()
        #expect(frames.count > 1500)
        for recorded in frames {
            let found: JSONValue
            if recorded.isFromService {
                found = try recordedForm(
                    of: .decode(recorded.frame, version: recorded.version),
                    version: recorded.version
                )
            } else {
                found = try recordedForm(of: .decode(recorded.frame))
            }
            #expect(found == recorded.decoded, "\(recorded.type) of \(recorded.origin)")
        }
    }

    @Test func everyRecordedFrameIsEncodedBackToTheSameBytes() throws {
        for recorded in try GoldenExchanges.frames() {
            let frame =
                if recorded.isFromService {
                    try ServiceMessage.decode(recorded.frame, version: recorded.version)
                        .frame(version: recorded.version)
                } else {
                    try ServerMessage.decode(recorded.frame).frame(version: recorded.version)
                }
            var bytes: [UInt8] = []
            frame.encode(into: &bytes)
            #expect(bytes == recorded.bytes, "\(recorded.type) of \(recorded.origin)")
        }
    }

    @Test func everyCommandOfAServiceIsReadFromTheJournalToo() throws {
        for recorded in try GoldenExchanges.frames() where MessageType(rawValue: recorded.frame.type).isCommand {
            #expect(try Command.decode(recorded.frame).frame() == recorded.frame)
        }
    }
}

/// One frame of a recording and what the recorder read in it.
struct RecordedFrame {
    let origin: String
    let type: String
    let version: Int
    let isFromService: Bool
    let bytes: [UInt8]
    let frame: MessageFrame
    let decoded: JSONValue
}

enum GoldenExchanges {
    static func frames() throws -> [RecordedFrame] {
        struct Exchange: Decodable {
            let sdk: String
            let scenario: String
            let `protocol`: Int
            let sequence: [Step]
        }
        struct Step: Decodable {
            let dir: String
            let type: String?
            let hex: String?
            let decoded: JSONValue?
        }
        var frames: [RecordedFrame] = []
        for line in try GoldenRecordings.lines("exchanges.jsonl") {
            let exchange = try JSONDecoder().decode(Exchange.self, from: Data(line.utf8))
            for step in exchange.sequence {
                guard let type = step.type, let hex = step.hex, let decoded = step.decoded else { continue }
                let bytes = try #require(octets(ofHex: hex))
                var decoder = FrameDecoder(payloadBytesMax: 1 << 20)
                bytes.withUnsafeBytes { decoder.append($0) }
                let frame = try #require(try decoder.next())
                frames.append(
                    RecordedFrame(
                        origin: exchange.sdk + " " + exchange.scenario,
                        type: type,
                        version: exchange.protocol,
                        isFromService: step.dir == "sdk>server",
                        bytes: bytes,
                        frame: frame,
                        decoded: decoded
                    )
                )
            }
        }
        return frames
    }
}

/// The bytes that hexadecimal digits stand for, `nil` if they are none.
func octets(ofHex hex: String) -> [UInt8]? {
    let digits = hex.compactMap(\.hexDigitValue)
    guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// JSON with whole numbers, as the recordings have it.
enum JSONValue: Equatable, Decodable {
    case bool(Bool)
    case number(UInt64)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
