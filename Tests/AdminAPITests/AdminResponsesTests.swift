import ControlProtocol
import DurableModel
import Engine
import HTTP
import Registry
import Testing

@testable import AdminAPI

@Suite struct AdminResponsesTests {
    private func catalog() throws -> Catalog { try Fixture.registration().catalog }

    @Test(arguments: [
        (Registration.Outcome.created, AdminVersion.v2, 201), (.created, .v3, 201), (.created, .v4, 201),
        (.unchanged, .v2, 409), (.unchanged, .v3, 200), (.unchanged, .v4, 200), (.overwritten, .v2, 201),
        (.overwritten, .v3, 200), (.overwritten, .v4, 200),
    ])
    func statusOfARegistration(outcome: Registration.Outcome, version: AdminVersion, status: Int) throws {
        let registration = try Fixture.registration(outcome)
        let response = AdminResponses.registered(registration, version: version, settings: Settings())
        #expect(response.head.status == status)
        if status == 409 {
            #expect(response.members["restate_code"] == .null)
        } else {
            #expect(response.head.text(of: "location") == "deployments/dp_121dBAu8pPuTOKAzHNFEuWd")
            #expect(response.members["id"] == .string("dp_121dBAu8pPuTOKAzHNFEuWd"))
        }
    }

    @Test func whoMeetsTooMuchIsToldWhenToComeAgain() {
        let busy = AdminResponses.refused(.query(.busy))
        #expect(busy.head.status == 429 && busy.head.text(of: "retry-after") == "1")
        let patches = AdminResponses.refused(AdminRefusal.state(status: 429, "too many"))
        #expect(patches.head.text(of: "retry-after") == "1")
        #expect(AdminResponses.refused(AdminRefusal.notFound).head.text(of: "retry-after") == nil)
    }

    @Test(arguments: [("/services/S/state", StateBody.bytesMax), ("/deployments", AdminRequest.bodyBytesMax)])
    func aBodyThatIsTooLargeIsRefusedLikeAnythingElseAndToldTheLimit(path: String, bytesMax: Int) throws {
        let response = AdminResponses.tooLarge(HTTPHead(method: .post, target: path.utf8, authority: "a".utf8))
        #expect(response.head.status == 413)
        #expect(
            response.members == [
                "message": .string("the body is larger than \(bytesMax) bytes"), "restate_code": .null,
            ]
        )
    }

    @Test func aForeignHostIsToldWhatToDo() throws {
        let response = AdminResponses.refused(AdminRefusal.foreignHost("evil.example"))
        guard case .string(let message)? = response.members["message"] else {
            Issue.record("no message")
            return
        }
        #expect(response.head.status == 403)
        #expect(message.contains("localhost") && message.contains("admin-allow-remote"))
    }

    @Test func deploymentListShowsNamesAndRevisions() throws {
        let response = AdminResponses.deployments(try catalog().deploymentsByAge)
        guard case .array(let deployments)? = response.members["deployments"],
            case .object(let deployment)? = deployments.first
        else {
            Issue.record("no deployment")
            return
        }
        #expect(deployment["uri"] == .string("http://127.0.0.1:19081/m/shop"))
        #expect(deployment["protocol_type"] == .string("BidiStream"))
        #expect(deployment["http_version"] == .string("HTTP/2.0"))
        #expect(deployment["created_at"] == .string("2026-11-21T11:00:24.971000000Z"))
        #expect(deployment["metadata"] == .object(["git": .string("abc")]))
        #expect(deployment["additional_headers"] == .object(["x-extra": .string("1")]))
        #expect(
            deployment["services"]
                == .array(
                    ["Cart", "Ship", "Shop"].map { .object(["name": .string($0), "revision": .integer(1)]) }
                )
        )
        #expect(AdminResponses.deployments([]).members == ["deployments": .array([])])
    }

    @Test func emptyPartsOfADeploymentAreLeftOut() throws {
        var deployment = try Fixture.registration().deployment
        deployment.metadata = [:]
        deployment.additionalHeaders = []
        deployment.sdkVersion = nil
        let members = AdminResponses.deployment(deployment, settings: Settings()).members
        #expect(members["metadata"] == nil && members["additional_headers"] == nil && members["sdk_version"] == nil)
        #expect(members["min_protocol_version"] == .integer(5) && members["max_protocol_version"] == .integer(7))
    }

    @Test func requestResponseHasNoInactivityTimeout() throws {
        var registration = try Fixture.registration(mode: .requestResponse)
        registration.deployment.services[0].service.options.inactivityTimeout = .seconds(5)
        let response = AdminResponses.deployment(registration.deployment, settings: Settings())
        guard case .array(let services)? = response.members["services"], case .object(let service)? = services.first
        else {
            Issue.record("no service")
            return
        }
        #expect(service["inactivity_timeout"] == .string("0s"))
        guard case .array(let info)? = service["info"], case .object(let entry)? = info.first else {
            Issue.record("nothing said")
            return
        }
        #expect(entry["code"] == .string("RT0021"))
    }

    @Test func settingsShowWhereNothingElseIsSet() throws {
        var settings = Settings()
        settings.retryPolicy.attemptsMax = nil
        settings.abortTimeout = .seconds(7)
        let service = AdminResponses.service("Cart", catalog: try catalog(), settings: settings).members
        #expect(service["abort_timeout"] == .string("7s"))
        guard case .object(let policy)? = service["retry_policy"] else {
            Issue.record("no policy")
            return
        }
        #expect(policy["max_attempts"] == .null)
    }

    @Test func unknownNamesAreNotFound() throws {
        let catalog = try catalog()
        let cases: [(HTTPResponse, String)] = [
            (
                AdminResponses.service("Nope", catalog: catalog, settings: Settings()),
                "The requested service 'Nope' does not exist"
            ),
            (AdminResponses.handlers(of: "Nope", catalog: catalog), "The requested service 'Nope' does not exist"),
            (
                AdminResponses.handler("x", of: "Nope", catalog: catalog),
                "The requested handler 'x' on service 'Nope' does not exist"
            ),
            (
                AdminResponses.handler("nope", of: "Shop", catalog: catalog),
                "The requested handler 'nope' on service 'Shop' does not exist"
            ),
        ]
        for (response, message) in cases {
            #expect(response.head.status == 404)
            #expect(response.head.text(of: "content-type") == "application/json")
            #expect(response.members == ["message": .string(message), "restate_code": .null])
        }
    }

    @Test func codesAreRepeatedInTheMessage() {
        let refusal = AdminRefusal.registry(.serviceTypeChanged(service: "A", from: .service, to: .workflow))
        let response = AdminResponses.refused(refusal)
        #expect(response.head.status == 409)
        #expect(response.members["restate_code"] == .string("META0006"))
        guard case .string(let message)? = response.members["message"] else {
            Issue.record("no message")
            return
        }
        #expect(message.hasPrefix("[META0006] "))
    }

    @Test func undrainedDeploymentNamesItsBlockers() throws {
        let work = DrainState.BoundWork(handler: HandlerName(service: "A", handler: "h"), count: 2)
        let state = DrainState(serving: ["S"], pinned: 3, bound: [work])
        let id = try DeploymentID(parsing: "dp_121dBAu8pPuTOKAzHNFEuWd")
        let response = AdminResponses.refused(AdminRefusal(.registry(.notDrained(id, state))))
        #expect(response.head.status == 409)
        #expect(
            response.members["blockers"]
                == .object([
                    "serving": .array([.string("S")]), "pinned_invocations": .integer(3),
                    "bound_invocations": .array([
                        .object(["service": .string("A"), "handler": .string("h"), "count": .integer(2)])
                    ]),
                    "invocations": .array([]),
                ])
        )
    }

    @Test func refusalsOfTheEngineHaveTheirStatus() throws {
        let invocation = InvocationID(partitionKey: 1, high: 2, low: 3)
        let deployment = try DeploymentID(parsing: "dp_121dBAu8pPuTOKAzHNFEuWd")
        let cases: [(Refusal, Int)] = [
            (.invocationNotFound(invocation), 404), (.storageFull, 503),
            (.shuttingDown, 503), (.storage("x"), 500), (.registry(.unknownDeployment(deployment)), 404),
            (.registry(.reservedServiceName("openapi")), 400),
        ]
        for (refusal, status) in cases { #expect(AdminRefusal(refusal).status == status, "\(refusal)") }
    }

    @Test func versionIsWhatClientsParse() {
        let members = AdminResponses.version("0.1.0", ingressEndpoint: "http://127.0.0.1:8080/").members
        #expect(members["version"] == .string("0.1.0"))
        #expect(members["min_admin_api_version"] == .integer(2))
        #expect(members["max_admin_api_version"] == .integer(4))
        #expect(members["ingress_endpoint"] == .string("http://127.0.0.1:8080/"))
        guard case .object(let features)? = members["features"] else {
            Issue.record("no features")
            return
        }
        #expect(features.count == 12 && features.values.allSatisfy { $0 == .bool(false) })
    }
}
