import ControlProtocol
import DurableModel
import Engine
import HTTP
import Operations
import Registry
import Testing

@testable import AdminAPI

@Suite struct OperationRequestTests {
    private static let deployment = "dp_121dBAu8pPuTOKAzHNFEuWd"
    private static let invocation = "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"

    private func deploymentID() throws -> DeploymentID { try DeploymentID(parsing: Self.deployment) }
    private func invocationID() throws -> InvocationID { try InvocationID(parsing: Self.invocation) }

    private func status(_ result: Result<AdminRequest, AdminRefusal>) -> Int? {
        if case .failure(let refusal) = result { refusal.status } else { nil }
    }

    @Test(arguments: ["", "/v2", "/v3", "/v4"]) func everyVerbIsAnOperation(prefix: String) throws {
        let explicit = DeploymentChoice.explicit(try deploymentID())
        let expected: [(String, InvocationOperation)] = [
            ("cancel", .cancel), ("kill", .kill), ("pause", .pause), ("purge", .purge),
            ("purge-journal", .purgeJournal),
            ("resume", .resume(.keep)), ("resume?deployment=keep", .resume(.keep)),
            ("resume?deployment=latest", .resume(.latest)),
            ("resume?deployment=\(Self.deployment)", .resume(explicit)),
            ("resume?deployment=latest&deployment=keep", .resume(.latest)), ("kill?deployment=zzz&from=x", .kill),
            ("restart-as-new", .restartAsNew(from: 0, .latest)),
            ("restart-as-new?from=0", .restartAsNew(from: 0, .latest)),
            ("restart-as-new?from=7&deployment=keep", .restartAsNew(from: 7, .keep)),
            (
                "restart-as-new?deployment=\(Self.deployment)&from=4294967295",
                .restartAsNew(from: 4_294_967_295, explicit)
            ),
        ]
        for (verb, operation) in expected {
            let request = Fixture.request(.patch, "\(prefix)/invocations/\(Self.invocation)/\(verb)")
            #expect(request == .success(.operate(operation, try invocationID())), "\(verb)")
        }
    }

    @Test(arguments: [
        "resume?deployment=", "resume?deployment=zz", "resume?deployment=Latest", "resume?deployment=dp_1abc",
        "resume?deployment=\(invocation)", "restart-as-new?from=", "restart-as-new?from=-1", "restart-as-new?from=x",
        "restart-as-new?from=4294967296", "restart-as-new?from=99999999999999999999", "restart-as-new?from=1.5",
        "restart-as-new?deployment=zz",
    ])
    func badParameterIsTheCallersFault(verb: String) {
        #expect(status(Fixture.request(.patch, "/invocations/\(Self.invocation)/\(verb)")) == 400)
    }

    @Test func deletionsDisposeByTheirMode() throws {
        let expected: [(String, InvocationOperation)] = [
            ("", .cancel), ("?mode=cancel", .cancel), ("?mode=Cancel", .cancel), ("?mode=kill", .kill),
            ("?mode=Kill", .kill), ("?mode=purge", .purge), ("?mode=Purge", .purge), ("?a=b", .cancel),
        ]
        for (query, operation) in expected {
            let request = Fixture.request(.delete, "/invocations/\(Self.invocation)\(query)")
            #expect(request == .success(.dispose(operation, try invocationID())), "\(query)")
        }
        for query in ["?mode=", "?mode=zzz", "?mode=KILL"] {
            #expect(status(Fixture.request(.delete, "/invocations/\(Self.invocation)\(query)")) == 400)
        }
    }

    @Test func deploymentsAreChangedByPatchAndPut() throws {
        let body =
            #"{"uri":"http://h:1","additional_headers":{"a":"b"},"metadata":{},"use_http_11":true,"#
            + #""overwrite":true,"dry_run":true,"zzz":1}"#
        let change = DeploymentChange(
            uri: "http://h:1",
            additionalHeaders: ["a": "b"],
            metadata: [:],
            useHTTP11: true,
            overwrite: true,
            dryRun: true
        )
        for method in [HTTPMethod.patch, .put] {
            for prefix in ["", "/v2", "/v3", "/v4"] {
                let request = Fixture.request(
                    method,
                    "\(prefix)/deployments/\(Self.deployment)",
                    Fixture.json,
                    body: body
                )
                #expect(request == .success(.updateDeployment(try deploymentID(), change)))
            }
        }
        let nothing = Fixture.request(.patch, "/deployments/\(Self.deployment)", Fixture.json, body: #"{"uri":null}"#)
        #expect(nothing == .success(.updateDeployment(try deploymentID(), DeploymentChange())))
    }

    @Test(arguments: [
        (#"{"uri":5}"#, 422), (#"{"uri":""}"#, 422), (#"{"overwrite":"x"}"#, 422), (#"{"additional_headers":[]}"#, 422),
        ("[]", 422), ("", 400), ("{", 400), (#"{"arn":"x"}"#, 400), (#"{"assume_role_arn":"x"}"#, 400),
        (#"{"arn":"arn:aws:lambda:eu:1:function:f:1"}"#, 501),
    ])
    func badChangeOfADeploymentHasItsStatus(body: String, expected: Int) {
        let request = Fixture.request(.patch, "/deployments/\(Self.deployment)", Fixture.json, body: body)
        #expect(status(request) == expected)
    }

    @Test func servicesAreConfigured() throws {
        let body =
            #"{"public":false,"idempotency_retention":"1d 2h","journal_retention":"0s","abort_timeout":"PT10M","#
            + #""inactivity_timeout":null,"workflow_completion_retention":"1.5h","zzz":1}"#
        var configuration = ServiceConfiguration()
        configuration.isPublic = false
        configuration.idempotencyRetention = .hours(26)
        configuration.journalRetention = .zero
        configuration.abortTimeout = .seconds(600)
        configuration.workflowCompletionRetention = .seconds(5400)
        let request = Fixture.request(.patch, "/services/Shop", Fixture.json, body: body)
        #expect(request == .success(.configureService("Shop", configuration)))
        let nothing = Fixture.request(.patch, "/v2/services/Shop", Fixture.json, body: "{}")
        #expect(nothing == .success(.configureService("Shop", ServiceConfiguration())))
    }

    @Test(arguments: [
        #""yes""#, "1",
    ])
    func whatIsNoSwitchIsRefused(value: String) {
        #expect(status(Fixture.request(.patch, "/services/S", Fixture.json, body: #"{"public":\#(value)}"#)) == 422)
    }

    @Test(arguments: ["5", #""5""#, #""2 months""#, #""P1M""#, #""soon""#, #""-5s""#, #""""#, "true", "{}"])
    func whatIsNoDurationIsRefused(value: String) {
        #expect(
            status(Fixture.request(.patch, "/services/S", Fixture.json, body: #"{"abort_timeout":\#(value)}"#)) == 422
        )
    }

    @Test func batchesNameTheirInvocations() throws {
        let body = #"{"invocation_ids":["\#(Self.invocation)"],"deployment":"keep"}"#
        for verb in AdminVerb.allCases {
            let path = "/internal/invocations_batch_operations/\(verb.rawValue)"
            let expected = verb.operation(deployment: .keep)
            #expect(
                Fixture.request(.post, path, Fixture.json, body: body)
                    == .success(.batch(expected, [try invocationID()]))
            )
        }
        let path = "/internal/invocations_batch_operations/"
        let many = (0..<1001).map { _ in #""\#(Self.invocation)""# }.joined(separator: ",")
        let cases: [(String, String, Int)] = [
            ("zzz", "{}", 404), ("kill", #"{"invocation_ids":["zzz"]}"#, 422), ("kill", "{}", 422),
            ("kill", #"{"invocation_ids":"x"}"#, 422), ("kill", #"{"invocation_ids":[\#(many)]}"#, 400),
            ("resume", #"{"invocation_ids":[],"deployment":"zz"}"#, 422), ("kill", "", 400),
        ]
        for (verb, body, expected) in cases {
            #expect(
                status(Fixture.request(.post, path + verb, Fixture.json, body: body)) == expected,
                "\(body.prefix(60))"
            )
        }
    }

    @Test func pendingOperationsAreAccepted() {
        let id = InvocationID(partitionKey: 1, high: 2, low: 3)
        let cases: [(OperationOutcome, Int)] = [
            (.cancelRequested, 202), (.pauseRequested, 202), (.ended, 200), (.killed, 200), (.alreadyPaused, 200),
            (.resumed, 200), (.purged, 200), (.journalPurged, 200),
        ]
        for (outcome, status) in cases {
            let answer = AdminResponses.operated(outcome)
            #expect(answer.head.status == status && answer.body.isEmpty, "\(outcome)")
        }
        let restarted = AdminResponses.operated(.restarted(id))
        #expect(restarted.members == ["new_invocation_id": .string(id.description)])
    }
}
