import ControlProtocol
import DurableModel
import Engine
import Registry
import ServiceProtocol
import Testing

@testable import HTTP
@testable import IngressAPI

@Suite struct IngressDecisionTests {
    /// Each line passes all checks before the one that refuses it and fails those that come after it.
    @Test(arguments: [
        ("/Echo", 400, "bad path: /Echo"), ("/Nope/x/send?delay=soon", 404, "service 'Nope' not found"),
        ("/Echo/nope?delay=soon", 404, "the service 'Echo' exists"),
        ("/Echo/secretHandler?delay=soon", 400, "the invoked service is not public"),
        ("/restate/scope/s/call/Flow/w/run?delay=soon", 400, "cannot use the idempotency key"),
        ("/restate/scope/s/call/Echo/echo?delay=soon", 400, "scoped invocations"),
        ("/Echo/echo?delay=soon", 405, "method not allowed"),
    ])
    func checksOfTheHeadComeInOrder(target: String, status: Int, message: String) throws {
        let response = try Fixture.decide(.put, target, [("idempotency-key", "ik")], body: "x").response
        #expect(response?.head.status == status)
        #expect(response?.message?.hasPrefix(message) == true, "\(response?.message ?? "")")
    }

    @Test(arguments: [
        ("/Echo/echo?delay=soon&limit-key=a", "text/plain", "input validation error"),
        ("/Echo/echo?delay=soon&limit-key=a", "application/json", "bad delay query parameter"),
        ("/Echo/echo?delay=1s&limit-key=a", "application/json", "limit-key requires a scope"),
        ("/Echo/echo?delay=1s", "application/json", "cannot use the delay query parameter with calls"),
    ])
    func checksOfTheBodyComeInOrder(target: String, contentType: String, message: String) throws {
        let response = try Fixture.decide(.post, target, [("content-type", contentType)], body: "1").response
        #expect(response?.head.status == 400)
        #expect(response?.message?.hasPrefix(message) == true, "\(response?.message ?? "")")
    }

    @Test(arguments: [
        ("delay=1s", 1_000), ("DELAY=1s", 1_000), ("a=b&Delay=PT2S&delay=9s", 2_000), ("delay=0", 0), ("delay=0s", 0),
        ("delay=1%20s%20200ms", 1_200), ("delay=1+s+200ms", 1_200), ("delay=365000d", 31_536_000_000_000), ("x=1", nil),
        ("", nil), ("delayed=1s", nil),
    ])
    func delayOfASend(query: String, milliseconds: Int64?) throws {
        let decision = try Fixture.decide(.post, "/Echo/nothing/send?" + query)
        #expect(decision.call != nil)
        #expect(decision.call?.delay == milliseconds.map { Interval(milliseconds: $0) })
    }

    @Test(arguments: ["delay=", "delay", "delay=5", "delay=-1s", "delay=1mo", "delay=soon", "delay=%ff", "delay=1y"])
    func badDelayIsRefused(query: String) throws {
        #expect(try Fixture.decide(.post, "/Echo/nothing/send?" + query).response?.head.status == 400)
    }

    @Test func delayCountsFromTheTurn() throws {
        let call = try Fixture.decide(.post, "/Echo/nothing/send?delay=2s").call
        let request = call?.request(now: Timestamp(milliseconds: 10), waitsForResult: false)
        #expect(request?.startAt == Timestamp(milliseconds: 2_010))
        let atOnce = try Fixture.decide(.post, "/Echo/nothing/send").call
        #expect(atOnce?.request(now: Timestamp(milliseconds: 10), waitsForResult: false).startAt == nil)
    }

    @Test func callCarriesTargetAndIdempotencyKey() throws {
        let decision = try Fixture.decide(.get, "/Tally/a%2Fb/read", [("idempotency-key", "")])
        #expect(decision.call?.target == Target(service: "Tally", key: "a/b", handler: "read"))
        #expect(decision.call?.idempotencyKey == "")
        #expect(try Fixture.decide(.get, "/Tally/k/read").call?.idempotencyKey == nil)
    }

    @Test func handlerSeesPathAndHeadersOnce() throws {
        let decision = try Fixture.decide(
            .post,
            "/Echo/headers?q=1",
            [
                ("X-A", "1"), ("x-b", "Two"), ("x-a", "second"), ("x-empty", ""), ("idempotency-key", "k"),
                ("idempotency-expires", "x"), ("authorization", "Bearer x"), ("content-type", "a/b"),
            ],
            body: "body"
        )
        let expected = inputFrame(
            headers: [
                Header(key: "x-restate-ingress-path", value: "/Echo/headers?q=1"), Header(key: "x-a", value: "1"),
                Header(key: "x-b", value: "Two"), Header(key: "x-empty", value: ""),
                Header(key: "authorization", value: "Bearer x"), Header(key: "content-type", value: "a/b"),
            ],
            value: Array("body".utf8)
        )
        #expect(decision.call?.input == expected.payload)
    }

    @Test(arguments: [0, 1, 127, 128, 16_384, 300_000])
    func inputOfAnySizeIsThatOfTheProtocol(count: Int) throws {
        let body = [UInt8](repeating: 7, count: count)
        let long = String(repeating: "v", count: min(count, 4_000))
        let payload = try InputPayload.encode(head: Fixture.head(.post, "/E/e", [("x", long)]), body: body)
        let headers = [Header(key: "x-restate-ingress-path", value: "/E/e"), Header(key: "x", value: long)]
        #expect(payload == inputFrame(headers: headers, value: body).payload)
    }

    @Test(arguments: ["é", "\u{7f}é"])
    func headerThatIsNotASCIIIsRefused(value: String) throws {
        let response = try Fixture.decide(.post, "/Echo/nothing", [("x-a", value)]).response
        #expect(response?.head.status == 400)
        #expect(response?.message?.hasPrefix("bad header x-a: ") == true)
        let key = try Fixture.decide(.post, "/Echo/nothing", [("idempotency-key", value)]).response
        #expect(key?.message?.hasPrefix("bad header idempotency-key: ") == true)
    }

    @Test func largeBodyIsNotReadForARequestThatCannotSucceed() throws {
        let catalog = try Fixture.catalog()
        func policy(_ target: String, length: Int?, expects: Bool = false) -> HTTPBodyPolicy {
            var head = Fixture.head(.post, target)
            head.contentLength = length
            head.expectsContinue = expects
            return IngressDecision.bodyPolicy(head, catalog: catalog, bodyBytesMax: 1 << 25)
        }
        func bytesCollected(_ policy: HTTPBodyPolicy) -> Int? {
            if case .collect(let bytes) = policy { bytes } else { nil }
        }
        #expect(bytesCollected(policy("/Nope/x", length: 65_536)) == 1 << 25)
        #expect(bytesCollected(policy("/Nope/x", length: nil)) == 1 << 25)
        #expect(bytesCollected(policy("/Nope/x", length: 65_537)) == nil)
        #expect(bytesCollected(policy("/Nope/x", length: 1, expects: true)) == nil)
        #expect(bytesCollected(policy("/Echo/echo", length: 1 << 20)) == 1 << 25)
        #expect(bytesCollected(policy("/restate/attach", length: 1 << 20)) == 65_536)
        guard case .respond(let response) = policy("/Nope/x", length: 1 << 20) else { return }
        #expect(response.head.status == 404)
    }

    @Test func aBodyThatIsTooLargeIsToldTheLimitThatItMet() throws {
        let catalog = try Fixture.catalog()
        let attach = IngressDecision.tooLarge(Fixture.head(.post, "/restate/attach"), catalog: catalog)
        #expect(attach == .referenceTooLarge(bytesMax: 65_536))
        #expect(IngressDecision.tooLarge(Fixture.head(.post, "/Echo/echo"), catalog: catalog) == .bodyTooLarge)
    }

    @Test(arguments: [
        ("resolve", CompletionResult.value(Array("x".utf8))), ("reject", .failure(.init(code: 500, message: "x"))),
    ])
    func awakeablesAreCompletedWithTheBody(verb: String, expected: CompletionResult) throws {
        let path = "/restate/awakeables/sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEQ/\(verb)"
        #expect(try Fixture.decide(.get, path).response?.head.status == 405)
        let decision = IngressDecision.decide(
            Fixture.head(.post, path),
            body: Array("x".utf8),
            catalog: try Fixture.catalog()
        )
        guard case .completeAwakeable(let id, let result, let responder) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(id.index == 17)
        #expect(result == expected)
        let response = responder.response(.awakeableCompleted)
        #expect(response.head.status == 202 && response.body.isEmpty)
        #expect(response.head.value(of: "x-restate-id") == nil)
    }
}
