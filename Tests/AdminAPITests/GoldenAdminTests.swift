import ControlProtocol
import DurableModel
import Engine
import GoldenRecordings
import HTTP
import Operations
import Registry
import Testing

@testable import AdminAPI

/// Recorded requests and answers; skipped where the recordings, which lie beside the repository, are absent.
@Suite(.enabled(if: Recording.areThere)) struct GoldenAdminTests {
    @Test func shapesAreThoseOfTheRecordings() throws {
        let registration = try Fixture.registration()
        let (catalog, settings) = (registration.catalog, Settings())
        let answers = [
            "register new endpoint": AdminResponses.registered(registration, version: .v4, settings: settings),
            "list handlers": AdminResponses.handlers(of: "Cart", catalog: catalog),
            "get handler": AdminResponses.handler("order", of: "Shop", catalog: catalog),
            "get handler of all options": AdminResponses.handler("tuned", of: "Shop", catalog: catalog),
            "no deployments": AdminResponses.deployments([]),
            "no services": AdminResponses.services(Catalog(), settings: settings),
            "cluster health": AdminResponses.clusterHealth(),
            "version": AdminResponses.version("1.7.12", ingressEndpoint: "http://127.0.0.1:18080/"),
            "list subscriptions": AdminResponses.emptyList(.subscriptions),
            "list kafka clusters": AdminResponses.emptyList(.kafkaClusters),
            "rules put list": AdminResponses.emptyList(.limitRules),
        ]
        for (name, answer) in answers {
            let recorded = try #require(Recording.named(name)?.response, "\(name)")
            let body = try #require(recorded.body)
            #expect(Fixture.ordered(try Fixture.value(answer.body)) == Fixture.ordered(body), "\(name)")
            #expect(answer.head.text(of: "content-type") == recorded.headers["content-type"], "\(name)")
            #expect(answer.head.text(of: "vary") == recorded.headers["vary"], "\(name)")
        }
    }

    /// Every recorded request is refused with the recorded status, or understood as something that can have it.
    @Test func everyRequestIsUnderstoodAsRecorded() throws {
        var refused = 0
        var deviations: Set<String> = []
        for recording in Recording.all where recording.name != Self.abridged {
            switch recording.request.understood {
            case .failure(let refusal):
                let expected = Deviation.all[recording.name]?.status ?? recording.response.status
                #expect(refusal.status == expected, "\(recording.name): \(refusal)")
                let answer = AdminResponses.refused(refusal)
                #expect(answer.members["message"] != nil, "\(recording.name)")
                if refusal.status == recording.response.status {
                    expectMessage(answer, of: recording)
                    refused += 1
                } else {
                    deviations.insert(recording.name)
                }
            case .success(let request):
                guard Deviation.all[recording.name] == nil else {
                    deviations.insert(recording.name)
                    continue
                }
                let statuses = request.recordedStatuses
                #expect(statuses.contains(recording.response.status), "\(recording.name): \(request)")
            }
        }
        #expect(refused > 70, "\(refused)")
        #expect(deviations == Set(Deviation.all.keys))
    }

    /// Its body was replaced by words that tell of it.
    private static let abridged = "batch over 1000 ids"

    /// Where a JSON body was recorded, ours has the same message; texts of the parser of another program are its own.
    private func expectMessage(_ answer: HTTPResponse, of recording: HTTPRecording) {
        guard case .object(let members)? = recording.response.body, let message = members["message"] else { return }
        #expect(answer.members["message"] == message, "\(recording.name)")
        #expect(answer.members["restate_code"] == members["restate_code"], "\(recording.name)")
    }

    /// What came of an operation on an invocation is one of the outcomes and refusals there are, word for word.
    @Test func operationsAreAnsweredAsRecorded() throws {
        var count = 0
        for recording in Recording.all where Deviation.all[recording.name] == nil {
            guard case .success(.operate(let operation, let id)) = recording.request.understood else { continue }
            let answers = Outcomes.answers(to: operation, id, recording.response)
            let body = recording.response.body
            #expect(
                answers.contains { answer in
                    answer.head.status == recording.response.status
                        && (answer.body.isEmpty
                            ? body == .string("") || body == nil : (try? Fixture.value(answer.body)) == body)
                },
                "\(recording.name): \(recording.response)"
            )
            count += 1
        }
        #expect(count > 80, "\(count)")
    }

    @Test func batchesAreAnsweredAsRecorded() throws {
        var count = 0
        for recording in Recording.all {
            guard case .success(.batch(let operation, _)) = recording.request.understood,
                case .object(let members)? = recording.response.body
            else { continue }
            let outcome = try Outcomes.batch(operation, members)
            #expect(
                try Fixture.value(AdminResponses.batch(outcome).body) == recording.response.body,
                "\(recording.name)"
            )
            count += 1
        }
        #expect(count == 8, "\(count)")
    }
}
