import ControlProtocol
import DurableModel
import GoldenRecordings
import HTTP
import Testing

@testable import AdminAPI

/// Recorded requests and answers; skipped where the recordings, which lie beside the repository, are absent.
@Suite(.enabled(if: GoldenRecordings.has("admin.jsonl"))) struct GoldenAdminTests {
    private func recordings() throws -> [HTTPRecording] { try GoldenRecordings.exchanges("admin.jsonl") }

    @Test func shapesAreThoseOfTheRecordings() throws {
        let recorded = Dictionary(
            try recordings().map { ($0.name, $0.response.body) },
            uniquingKeysWith: { first, _ in first }
        )
        let registration = try Fixture.registration()
        let settings = Settings()
        let registered = AdminResponses.registered(registration, version: .v4, settings: settings)
        try expect(registered, recorded["register new endpoint"])
        try expect(AdminResponses.handlers(of: "Cart", catalog: registration.catalog), recorded["list handlers"])
        try expect(AdminResponses.handler("order", of: "Shop", catalog: registration.catalog), recorded["get handler"])
        try expect(
            AdminResponses.handler("tuned", of: "Shop", catalog: registration.catalog),
            recorded["get handler of all options"]
        )
    }

    private func expect(_ response: HTTPResponse, _ recorded: JSONValue??) throws {
        guard case .some(.some(let recorded)) = recorded else {
            Issue.record("not recorded")
            return
        }
        #expect(Fixture.ordered(try Fixture.value(response.body)) == Fixture.ordered(recorded))
    }

    /// Requests that need no registry to be refused have the recorded status, and a JSON body in any case.
    @Test func refusalsAreThoseOfTheRecordings() throws {
        let prefixes = ["/deployments", "/services", "/query", "/health", "/version", "/nope", "/v"]
        var count = 0
        for recording in try recordings() {
            let request = recording.request
            let isInvocation = request.path.contains("/kill") || request.path.contains("/cancel")
            guard isInvocation || prefixes.contains(where: { request.path.hasPrefix($0) }) else { continue }
            // Other methods and paths of the same API are not part of this release.
            if !isInvocation, request.method == "PATCH" || request.method == "PUT" { continue }
            if ["/state", "/openapi", "/internal"].contains(where: { request.path.contains($0) }) { continue }
            guard let method = HTTPMethod.allCases.first(where: { "\($0.token)" == request.method }) else { continue }
            guard
                case .failure(let refusal) = Fixture.request(
                    method,
                    request.path,
                    request.headers.map { ($0.key, $0.value) },
                    body: String(decoding: request.bytes, as: UTF8.self)
                )
            else { continue }
            if case .unsupported = refusal { continue }
            #expect(refusal.status == recording.response.status, "\(recording.name): \(refusal)")
            #expect(AdminResponses.refused(refusal).members["message"] != nil, "\(recording.name)")
            count += 1
        }
        #expect(count > 25, "\(count)")
    }
}
