import ControlProtocol
import DurableModel
import Engine
import HTTP
import Registry
import ServiceProtocol
import Testing

@testable import IngressAPI

@Suite struct IngressResponderTests {
    private let id = InvocationID(partitionKey: 1, high: 2, low: 3)
    private let target = Target(service: "Napper", key: nil, handler: "nap")

    private func responder(_ question: IngressResponder.Question, origin: String? = nil) -> IngressResponder {
        var responder = IngressResponder(Fixture.head(.post, "/x/y", origin.map { [("origin", $0)] } ?? []))
        responder.question = question
        return responder
    }

    private func members(_ response: HTTPResponse) throws -> [String: JSONValue] {
        guard case .object(let members) = try Fixture.value(response.body) else { return [:] }
        return members
    }

    @Test func successIsTheBytesOfTheHandler() {
        let response = responder(.call).response(.result(id, .success([1, 2]), of: target, expiresAt: nil))
        #expect(response.head.status == 200)
        #expect(response.body == [1, 2])
        #expect(response.head.text(of: "content-type") == "application/json")
        #expect(response.head.text(of: "x-restate-id") == id.description)
        #expect(response.head.value(of: "idempotency-expires") == nil)
        #expect(response.head.value(of: "x-restate-error-source") == nil)
    }

    @Test(arguments: [
        (OutputRules(), true, nil), (OutputRules(), false, "application/json"),
        (OutputRules(contentType: "text/csv"), false, "text/csv"), (OutputRules(contentType: nil), false, nil),
        (OutputRules(setContentTypeIfEmpty: true), true, "application/json"),
    ])
    func contentTypeFollowsTheOutputRules(rules: OutputRules, isEmpty: Bool, expected: String?) {
        var responder = responder(.call)
        responder.output = rules
        let response = responder.response(.result(id, .success(isEmpty ? [] : [1]), of: target, expiresAt: nil))
        #expect(response.head.text(of: "content-type") == expected)
    }

    @Test("attach and output answer with the content type of the handler, as a call does")
    func whoeverFetchesAResultLaterGetsItsContentType() throws {
        let catalog = try Fixture.catalog()
        let cases: [(Target, String?)] = [
            (Target(service: "Napper", key: nil, handler: "list"), "text/csv"),
            (Target(service: "Napper", key: nil, handler: "nap"), "application/json"),
            (Target(service: "Gone", key: nil, handler: "list"), "application/json"),
        ]
        for (target, type) in cases {
            for question in [IngressResponder.Question.attach, .output] {
                let answer = Answer.result(id, .success([1]), of: target, expiresAt: nil)
                let response = responder(question).response(answer, catalog: catalog)
                #expect(response.head.text(of: "content-type") == type, "\(target.text)")
                #expect(response.body == [1])
            }
        }
    }

    @Test func storedResultSaysWhenItExpires() {
        let expiry = Timestamp(milliseconds: 1_767_323_045_678)
        let success = responder(.attach).response(.result(id, .success([]), of: target, expiresAt: expiry))
        #expect(success.head.text(of: "idempotency-expires") == "2026-01-02T03:04:05.678+00:00")
        let failure = Failure(code: 409, message: "m")
        let failed = responder(.call).response(.result(id, .failure(failure), of: target, expiresAt: expiry))
        #expect(failed.head.text(of: "idempotency-expires") == "2026-01-02T03:04:05.678+00:00")
    }

    @Test(arguments: [
        (404, 404), (418, 418), (700, 700), (999, 999), (1000, 500), (99, 500), (0, 500), (200, 500), (204, 500),
        (301, 500), (UInt32.max, 500),
    ])
    func failureNeverLooksLikeSuccess(code: UInt32, status: Int) throws {
        let failure = Failure(code: code, message: "a \"b\"\n")
        let response = responder(.call).response(.result(id, .failure(failure), of: target, expiresAt: nil))
        #expect(response.head.status == status)
        #expect(response.head.text(of: "x-restate-error-source") == "invocation")
        #expect(response.head.text(of: "x-restate-id") == id.description)
        #expect(
            try members(response) == [
                "code": .integer(Int64(code)), "message": .string("a \"b\"\n"), "source": .string("invocation"),
            ]
        )
    }

    @Test func failureCarriesItsMetadata() throws {
        let failure = Failure(code: 418, message: "", metadata: [FailureMetadata(key: "a", value: "b")])
        let response = responder(.call).response(.result(id, .failure(failure), of: target, expiresAt: nil))
        #expect(try members(response)["metadata"] == .object(["a": .string("b")]))
    }

    @Test func acceptedSendSaysWhatWillHappen() throws {
        let time = Timestamp(milliseconds: 1_767_323_045_678)
        let response = responder(.send).response(.accepted(id, isNew: true, executionTime: time))
        #expect(response.head.status == 202)
        #expect(response.head.text(of: "x-restate-id") == id.description)
        let expected =
            #"{"invocationId":"\#(id)","executionTime":"2026-01-02T03:04:05.678000000Z","status":"Accepted"}"#
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
        let again = responder(.send).response(.accepted(id, isNew: false, executionTime: nil))
        #expect(
            try members(again) == [
                "invocationId": .string(id.description), "status": .string("PreviouslyAccepted"),
            ]
        )
    }

    @Test func unknownInvocationIsToldByWhatWasAsked() throws {
        let attach = responder(.attach).response(.refused(.invocationNotFound(id)))
        #expect(attach.head.status == 404)
        #expect(attach.head.text(of: "x-restate-error-source") == "invocation")
        #expect(attach.head.text(of: "x-restate-id") == id.description)
        #expect(attach.message == "not found")
        let output = responder(.output).response(.refused(.invocationNotFound(id)))
        #expect(output.head.status == 404)
        #expect(output.head.text(of: "x-restate-error-source") == "ingress")
        #expect(output.head.value(of: "x-restate-id") == nil)
        #expect(output.message == "invocation not found")
    }

    @Test func refusalsOfTheEngineHaveTheirStatus() {
        let cases: [(Refusal, Int)] = [
            (.notYetCompleted(id), 470), (.routing(.unknownService("A")), 404),
            (.routing(.unknownHandler(service: "A", handler: "h")), 404), (.misfit, 500),
            (.storageFull, 503), (.shuttingDown, 503), (.storage("x"), 500),
        ]
        for (refusal, status) in cases {
            let response = responder(.call).response(.refused(refusal))
            #expect(response.head.status == status, "\(refusal)")
            #expect(response.head.text(of: "x-restate-error-source") == "ingress")
            #expect(response.head.value(of: "x-restate-id") == nil)
        }
    }

    @Test func stopTellsThatTheWorkIsSafe() {
        let response = responder(.call).response(.stopping(id))
        #expect(response.head.status == 503)
        #expect(response.head.text(of: "x-restate-id") == id.description)
        #expect(response.message?.contains("accepted") == true)
        let unaccepted = responder(.call).response(.stopping(nil))
        #expect(unaccepted.head.status == 503)
        #expect(unaccepted.head.value(of: "x-restate-id") == nil)
    }

    @Test func everyAnswerMirrorsTheOrigin() {
        let vary = "origin, access-control-request-method, access-control-request-headers"
        for answer in [Answer.accepted(id, isNew: true, executionTime: nil), .refused(.storageFull), .stopping(id)] {
            let response = responder(.send, origin: "http://a").response(answer)
            #expect(response.head.text(of: "access-control-allow-origin") == "http://a")
            #expect(response.head.text(of: "access-control-allow-credentials") == "true")
            #expect(response.head.text(of: "vary") == vary)
            #expect(responder(.send).response(answer).head.value(of: "access-control-allow-origin") == nil)
        }
    }
}
