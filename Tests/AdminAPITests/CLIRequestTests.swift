import ControlProtocol
import FoundationEssentials
import GoldenRecordings
import HTTP
import Testing

@testable import AdminAPI

/// What the official client asks for; skipped where the recordings, which lie beside the repository, are absent.
@Suite(.enabled(if: GoldenRecordings.has("cli-requests.jsonl"))) struct CLIRequestTests {
    private struct Asked: Decodable {
        var command: String
        var method: String
        var path: String
        var body: String?
        var status: Int
    }

    /// There is no Kafka and there are no limits, so what is to be made of them is refused in a way the client can read.
    private static let absent = ["/kafka-clusters", "/subscriptions", "/limits"]

    @Test func everyRequestIsUnderstood() throws {
        var count = 0
        for line in try GoldenRecordings.lines("cli-requests.jsonl") {
            let asked = try JSONDecoder().decode(Asked.self, from: Data(line.utf8))
            let method = HTTPMethod.allCases.first { "\($0.token)" == asked.method } ?? .other
            let headers = asked.body == nil ? [] : Fixture.json
            count += 1
            switch Fixture.request(method, asked.path, headers, body: asked.body ?? "") {
            case .success(let request):
                // A query's own faults are found where it is run.
                if case .query = request { continue }
                if Self.absent.contains(where: asked.path.contains) { continue }
                #expect(request.recordedStatuses.contains(asked.status), "\(asked.command): \(request)")
            case .failure(let refusal):
                #expect(AdminResponses.refused(refusal).members["message"] != nil)
                if Self.absent.contains(where: asked.path.contains) {
                    #expect([400, 404, 501].contains(refusal.status), "\(asked.command): \(refusal)")
                } else {
                    #expect(refusal.status == asked.status, "\(asked.command): \(refusal)")
                }
            }
        }
        #expect(count > 600)
    }
}
