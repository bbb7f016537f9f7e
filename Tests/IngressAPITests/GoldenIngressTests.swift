import ControlProtocol
import GoldenRecordings
import HTTP
import Testing

@testable import IngressAPI

/// Requests that were recorded at the server our callers know, and what it answered. They lie beside the repository and
/// not in it; where they are absent the tests are skipped, and the tables of the other suites say the same rules.
@Suite(.enabled(if: GoldenRecordings.has("ingress.jsonl"))) struct GoldenIngressTests {
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

    private func recordings() throws -> [HTTPRecording] { try GoldenRecordings.exchanges("ingress.jsonl") }

    @Test func recordedRequestsAreDecidedAlike() throws {
        let catalog = try Fixture.catalog()
        var refused = 0
        var passed = 0
        for recording in try recordings() {
            // A body over the limit is refused before the whole request is there (see below); ids of old SDKs and with an
            // index of the protocol's own are refused here.
            if recording.response.status == 413 { continue }
            if ["awakeable old-style id", "awakeable of unknown invocation"].contains(recording.name) { continue }
            let decision = IngressDecision.decide(head(recording), body: recording.request.bytes, catalog: catalog)
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

    /// Where the recorded server answers plain text, because it has not read on, we answer as in all other cases.
    @Test func bodiesOverTheLimitAreRefusedAlike() throws {
        let recordings = try recordings().filter { $0.response.status == 413 }
        let chunked = try #require(recordings.first { $0.request.headers["transfer-encoding"] != nil })
        for recording in recordings {
            let response = IngressResponder(head(recording)).refused(.bodyTooLarge)
            try check(response, chunked, message: "cannot read body: LengthLimitError")
        }
        #expect(recordings.count == 2)
    }

    private func check(_ response: HTTPResponse?, _ recording: HTTPRecording, message: String) throws {
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

    private func checkHeaders(_ response: HTTPResponse, _ recording: HTTPRecording) {
        for (name, value) in recording.response.headers {
            let found = (0..<response.head.fieldCount).first { response.head.name(at: $0).elementsEqual(name.utf8) }
            let text = found.map { String(decoding: response.head.value(at: $0), as: UTF8.self) }
            #expect(text == value, "\(recording.name): \(name)")
        }
        #expect(response.head.fieldCount == recording.response.headers.count, "\(recording.name)")
    }

    private func checkPassed(_ decision: IngressDecision, _ recording: HTTPRecording) {
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
        case .completeAwakeable: #expect(recording.name.hasPrefix("awakeable"))
        case .attach, .fetchOutput: #expect(recording.request.path.hasPrefix("/restate/"), "\(recording.name)")
        }
    }

    private func head(_ recording: HTTPRecording) -> HTTPHead {
        let method = HTTPMethod.allCases.first { "\($0.token)" == recording.request.method } ?? .other
        return Fixture.head(method, recording.request.path, recording.request.headers.map { ($0.key, $0.value) })
    }
}
