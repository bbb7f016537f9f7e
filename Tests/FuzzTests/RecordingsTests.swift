import GoldenRecordings
import Testing

@testable import Fuzzing

/// What was recorded is read: else the targets would quietly begin with nothing.
@Suite(.enabled(if: GoldenRecordings.has("exchanges.jsonl"), "the recordings are absent"))
struct RecordingsTests {
    @Test func everyRecordingGivesExamples() {
        #expect(Recordings.streams.count > 100)
        #expect(Recordings.attempts.count > 100)
        #expect(Set(Recordings.attempts.map(\.version)).isSuperset(of: [6, 7]))
        #expect(Recordings.frames.count > 200)
        #expect(Recordings.manifests.count > 10)
        #expect(Recordings.statements.count > 100)
        #expect(Recordings.ingressRequests.count > 150)
        #expect(Recordings.ingressBodies.count > 150)
        #expect(Recordings.adminRequests.count > 400)
    }

    @Test func recordedRequestsAreWholeRequests() {
        for request in Recordings.ingressRequests + Recordings.adminRequests {
            #expect(HTTPRequestBytes.read(request) != nil)
        }
    }
}
