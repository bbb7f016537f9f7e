import ControlProtocol
import FoundationEssentials
import HTTP
import Testing

@testable import IngressAPI

/// Requests that were recorded at the server our callers know, and what it answered. They lie beside the repository and
/// not in it; where they are absent the tests are skipped, and the tables of the other suites say the same rules.
@Suite(.enabled(if: Recordings.text != nil)) struct GoldenIngressTests {
    private struct Recording: Decodable {
        struct Request: Decodable {
            var method: String
            var path: String
            var headers: [String: String]
            var body: JSONValue?
            var body_base64: String?
        }

        struct Response: Decodable {
            var status: Int
            var headers: [String: String]
            var body: JSONValue?
        }

        var name: String
        var request: Request
        var response: Response
    }

    /// Texts of other programs' insides that we do not repeat, and durations whose faults we tell in our own words:
    /// what must be the same is the beginning.
    private static let beginnings = [
        "bad header ", "bad path, cannot decode key", "bad delay query parameter, must be a ISO8601 duration: ",
        "cannot read body: ",
    ]

    /// What needs the store to be answered.
    private static let needStore = [
        "invocation not found", "the invocation exists but has not completed yet",
    ]

    private func recordings() throws -> [Recording] {
        try (Recordings.text ?? "").split(separator: "\n")
            .map { try JSONDecoder().decode(Recording.self, from: Data($0.utf8)) }
    }

    @Test func recordedRequestsAreDecidedAlike() throws {
        let catalog = try Fixture.catalog()
        var refused = 0
        var passed = 0
        for recording in try recordings() {
            // A body over the limit is the HTTP room's to refuse; awakeables are not part of this release.
            if recording.response.status == 413 || recording.name.hasPrefix("awakeable") { continue }
            let decision = IngressDecision.decide(head(recording), body: body(recording), catalog: catalog)
            if case .object(let members)? = recording.response.body, members["source"] == .string("ingress"),
                case .string(let message)? = members["message"], !Self.needStore.contains(message)
            {
                try check(decision.response, recording, message: message)
                refused += 1
            } else if recording.response.headers["x-restate-error-source"] != "ingress" {
                checkPassed(decision, recording)
                passed += 1
            }
        }
        #expect(refused > 60 && passed > 80, "\(refused) refused, \(passed) passed")
    }

    private func check(_ response: HTTPResponse?, _ recording: Recording, message: String) throws {
        guard let response else {
            Issue.record("\(recording.name): not refused")
            return
        }
        // A recorded 500 for a malformed body is a fault; ours is the caller's.
        let status = recording.response.status == 500 ? 400 : recording.response.status
        #expect(response.head.status == status, "\(recording.name)")
        if let beginning = Self.beginnings.first(where: { message.hasPrefix($0) }) {
            #expect(response.message?.hasPrefix(beginning) == true, "\(recording.name): \(response.message ?? "")")
        } else {
            #expect(try Fixture.value(response.body) == recording.response.body, "\(recording.name)")
        }
        checkHeaders(response, recording)
    }

    private func checkHeaders(_ response: HTTPResponse, _ recording: Recording) {
        for (name, value) in recording.response.headers {
            let found = (0..<response.head.fieldCount).first { response.head.name(at: $0).elementsEqual(name.utf8) }
            let text = found.map { String(decoding: response.head.value(at: $0), as: UTF8.self) }
            #expect(text == value, "\(recording.name): \(name)")
        }
        #expect(response.head.fieldCount == recording.response.headers.count, "\(recording.name)")
    }

    private func checkPassed(_ decision: IngressDecision, _ recording: Recording) {
        switch decision {
        case .respond(let response):
            // Answered without the engine: health, preflights, look-ups.
            #expect(response.head.status == recording.response.status, "\(recording.name)")
            checkHeaders(response, recording)
            #expect(
                recording.request.method == "OPTIONS" || recording.request.path.hasPrefix("/restate/health")
                    || recording.request.path.hasPrefix("/restate/lookup"),
                "\(recording.name): \(response.message ?? "")"
            )
        case .invoke(let call, let responder):
            let isSend = recording.response.status == 202
            #expect((responder.question == .send) == isSend, "\(recording.name)")
            let hasTime =
                if case .object(let body)? = recording.response.body { body["executionTime"] != nil } else { false }
            #expect(call.delay == nil || hasTime || call.idempotencyKey != nil, "\(recording.name)")
        case .attach, .fetchOutput: #expect(recording.request.path.hasPrefix("/restate/"), "\(recording.name)")
        }
    }

    private func head(_ recording: Recording) -> HTTPHead {
        let method = HTTPMethod.allCases.first { "\($0.token)" == recording.request.method } ?? .other
        return Fixture.head(method, recording.request.path, recording.request.headers.map { ($0.key, $0.value) })
    }

    private func body(_ recording: Recording) -> [UInt8] {
        if let base64 = recording.request.body_base64 { return Array((Data(base64Encoded: base64) ?? Data())) }
        switch recording.request.body {
        case nil, .null?: return []
        case .string(let text)?: return Array(text.utf8)
        case let value?: return (try? Array(JSONEncoder().encode(value))) ?? []
        }
    }
}

private enum Recordings {
    static let text: String? = {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let path = root + "/../shared/reference/golden/ingress.jsonl"
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        return withOurIDs(String(decoding: data, as: UTF8.self))
    }()

    /// Partition keys of the recorded server use all 64 bits, ours stay below 2^63: each of its ids becomes one that
    /// could be ours, so that what is compared is not the id.
    private static func withOurIDs(_ text: String) -> String {
        text.replacing(/inv_1[0-9a-zA-Z]{33}/, with: "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz")
    }
}
