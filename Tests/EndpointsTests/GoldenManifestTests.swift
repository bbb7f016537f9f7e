import DurableModel
import Endpoints
import FoundationEssentials
import GoldenRecordings
import Testing

/// What the official SDKs announced, and what the recorded server refused. Skipped in a clone without the recordings;
/// `ManifestTests` stands on its own.
@Suite(.enabled(if: GoldenRecordings.has("discovery.jsonl")))
struct GoldenManifestTests {
    @Test func everyAnnouncedManifestIsRead() throws {
        var found: [String: Int] = [:]
        for line in try GoldenRecordings.lines("discovery.jsonl") {
            let recording = try JSONDecoder().decode(GoldenManifests.Discovery.self, from: Data(line.utf8))
            let body = try JSONEncoder().encode(recording.response.body)
            let manifest = try Manifest.decode([UInt8](body))
            found[recording.sdk, default: 0] += 1
            #expect(manifest.protocolVersions == 5...(recording.sdk == "java" ? 6 : 7))
            let services = manifest.services
            #expect(services.count >= 2 && services.map(\.name) == services.map(\.name).sorted())
            if let probe = services.first(where: { $0.name.hasSuffix("Probe") }) {
                #expect(probe.type == .service)
                #expect(probe.handlers.allSatisfy { $0.type == .plain })
                #expect(probe.options.retryPolicy.initialInterval == Interval(milliseconds: 60))
                #expect(probe.options.retryPolicy.attemptsMax == 20)
            }
            if let flow = services.first(where: { $0.name.hasSuffix("Flow") }) {
                #expect(flow.type == .workflow && flow.handler(named: "run")?.type == .workflowRun)
            }
            if let lazy = services.first(where: { $0.name.hasSuffix("Lazy") }) {
                #expect(lazy.type == .virtualObject && lazy.options.enableLazyState == true)
            }
        }
        #expect(found.values.reduce(0, +) == 14)
    }

    /// The recorded server quotes what it cannot decode. We refuse the same with the same status and no code, except for
    /// unknown fields, which we accept.
    @Test func everyQuotedManifestIsJudgedAsRecorded() throws {
        let marker = "Discovery response: "
        var refused = 0
        for line in try GoldenRecordings.lines("admin.jsonl") where line.contains(marker) {
            guard let recording = try? JSONDecoder().decode(GoldenManifests.Refusal.self, from: Data(line.utf8)),
                let quoted = recording.response.body.message.firstRange(of: marker)
            else { continue }
            let text = recording.response.body.message[quoted.upperBound...]
            if recording.response.body.message.contains("unknown field") {
                #expect((try? Manifest.decode(Array(text.utf8))) != nil, "\(recording.name)")
                continue
            }
            refused += 1
            #expect("\(recording.name)") {
                try Manifest.decode(Array(text.utf8))
            } throws: { error in
                (error as? ManifestError)?.httpStatus == recording.response.status
            }
        }
        #expect(refused >= 4)
    }
}

enum GoldenManifests {
    struct Discovery: Decodable {
        struct Response: Decodable { let body: JSON }
        let sdk: String
        let response: Response
    }

    struct Refusal: Decodable {
        struct Response: Decodable {
            let status: Int
            let body: Body
        }
        struct Body: Decodable { let message: String }
        let name: String
        let response: Response
    }

    /// Any JSON, to take a part of a line out of it.
    enum JSON: Codable {
        case value(Bool), number(Double), text(String), list([JSON]), fields([String: JSON])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .value(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([JSON].self) {
                self = .list(value)
            } else {
                self = .fields(try container.decode([String: JSON].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .value(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .list(let value): try container.encode(value)
            case .fields(let value): try container.encode(value)
            }
        }
    }
}
