import DurableModel
import HTTP
import Registry
import Testing

@testable import AdminAPI

@Suite struct AdminRequestTests {
    private static let deployment = "dp_121dBAu8pPuTOKAzHNFEuWd"
    private static let invocation = "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"

    private func deploymentID() throws -> DeploymentID { try DeploymentID(parsing: Self.deployment) }
    private func invocationID() throws -> InvocationID { try InvocationID(parsing: Self.invocation) }

    @Test(arguments: ["", "/v2", "/v3", "/v4"]) func everyVersionLeadsToTheSame(prefix: String) throws {
        let expected: [(HTTPMethod, String, AdminRequest)] = [
            (.get, "/health", .health), (.head, "/health", .health), (.get, "/version", .version),
            (.get, "/deployments", .listDeployments), (.head, "/deployments", .listDeployments),
            (.get, "/deployments/" + Self.deployment, .describeDeployment(try deploymentID())),
            (.delete, "/deployments/" + Self.deployment, .removeDeployment(try deploymentID(), force: false)),
            (.delete, "/deployments/\(Self.deployment)?force=true", .removeDeployment(try deploymentID(), force: true)),
            (
                .delete, "/deployments/\(Self.deployment)?a=b&force=false",
                .removeDeployment(try deploymentID(), force: false)
            ),
            (.get, "/services", .listServices), (.get, "/services/Shop", .describeService("Shop")),
            (.get, "/services/my.Shop-1", .describeService("my.Shop-1")),
            (.get, "/services/Shop/handlers", .listHandlers(service: "Shop")),
            (.get, "/services/Shop/handlers/order", .describeHandler(service: "Shop", handler: "order")),
            (.patch, "/invocations/\(Self.invocation)/cancel", .operate(.cancel, try invocationID())),
            (.patch, "/invocations/\(Self.invocation)/kill", .operate(.kill, try invocationID())),
        ]
        for (method, path, request) in expected {
            #expect(Fixture.request(method, prefix + path) == .success(request), "\(method) \(path)")
        }
        let query = Fixture.request(.post, prefix + "/query", Fixture.json, body: #"{"query":"SELECT 1;"}"#)
        #expect(query == .success(.query("SELECT 1;")))
    }

    @Test(arguments: [
        ("/v1/deployments", 400), ("/v5/deployments", 404), ("/v04/deployments", 404), ("/v0/deployments", 404),
        ("/v99999999999999999999/deployments", 404), ("/vx/deployments", 404), ("/v4", 404), ("/v4/", 404),
        ("/v4/v4/deployments", 404), ("/", 404), ("/nope", 404), ("/deployments/", 404), ("/services/", 404),
        ("/services/Shop/", 404), ("/services/Shop/nope", 404), ("/services/Shop/handlers/", 404),
        ("/services/Shop/handlers/a/b", 404), ("/deployments/x/y", 404), ("/invocations", 404), ("/Health", 404),
        ("/invocations/\(invocation)/zzz", 404), ("//health", 404),
    ])
    func whatIsNoPathIsRefused(path: String, status: Int) {
        guard case .failure(let refusal) = Fixture.request(.get, path) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.status == status)
    }

    @Test(arguments: [
        (HTTPMethod.post, "/health", "GET,HEAD"), (.options, "/services", "GET,HEAD"),
        (.put, "/deployments", "GET,HEAD,POST"), (.post, "/deployments/x", "DELETE,GET,HEAD,PATCH,PUT"),
        (.put, "/services/S", "GET,HEAD,PATCH"), (.get, "/invocations/\(invocation)", "DELETE"),
        (.get, "/services/S/state", "POST"), (.get, "/internal/invocations_batch_operations/kill", "POST"),
        (.post, "/invocations/\(invocation)/kill", "PATCH"), (.head, "/invocations/\(invocation)/kill", "PATCH"),
        (.get, "/query", "POST"), (.head, "/query", "POST"), (.other, "/version", "GET,HEAD"),
    ])
    func wrongMethodSaysWhichAreRight(method: HTTPMethod, path: String, allow: String) {
        guard case .failure(let refusal) = Fixture.request(method, path) else {
            Issue.record("not refused")
            return
        }
        let response = AdminResponses.refused(refusal)
        #expect(response.head.status == 405)
        #expect(response.head.text(of: "allow") == allow)
        #expect(response.members["message"] != nil)
    }

    @Test(arguments: ["nonsense", "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz", "dp_1abc", "dp_25VqmTOnXH3Vv2pl5HOG7UB"])
    func badDeploymentIDIsTheCallersFault(text: String) {
        guard case .failure(let refusal) = Fixture.request(.get, "/deployments/" + text) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.status == 400)
    }

    @Test(arguments: [
        "nonsense", "inv_1abc", "dp_15VqmTOnXH3Vv2pl5HOG7UB", "inv_2gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz", "",
    ])
    func badInvocationIDIsTheCallersFault(text: String) {
        guard case .failure(let refusal) = Fixture.request(.patch, "/invocations/\(text)/kill") else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.status == 400)
    }

    @Test(arguments: ["force=maybe", "force", "force=", "force=TRUE", "force=1", "force=true&force=x"])
    func badSwitchIsRefusedUnlessItDoesNotCount(query: String) throws {
        let request = Fixture.request(.delete, "/deployments/\(Self.deployment)?" + query)
        if query.hasPrefix("force=true&") {
            #expect(request == .success(.removeDeployment(try deploymentID(), force: true)))
        } else {
            guard case .failure(let refusal) = request else {
                Issue.record("not refused")
                return
            }
            #expect(refusal.status == 400)
        }
    }
}

extension AdminRequestTests {
    private func registration(_ body: String, path: String = "/deployments") -> AdminRegistration? {
        guard case .success(.register(let registration)) = Fixture.request(.post, path, Fixture.json, body: body) else {
            return nil
        }
        return registration
    }

    @Test func registrationHasItsDefaults() {
        let registration = registration(#"{"uri":"http://h:1/x","unknown":[1,2]}"#)
        #expect(registration?.uri == "http://h:1/x")
        #expect(registration?.options == RegisterOptions())
        #expect(registration?.additionalHeaders == [])
        #expect(registration?.metadata == [:])
        #expect(registration?.usesHTTP11 == false)
        #expect(registration?.version == .v4)
    }

    @Test func registrationSaysWhatItSays() {
        let registration = registration(
            #"{"uri":"u","force":false,"breaking":true,"dry_run":true,"use_http_11":true,"metadata":{"git":"abc"},"#
                + #""additional_headers":{"X-B":"2","x-a":"1"},"auth":null}"#,
            path: "/v2/deployments"
        )
        #expect(registration?.options == RegisterOptions(force: false, breaking: true, dryRun: true))
        #expect(
            registration?.additionalHeaders == [
                AdditionalHeader(name: "X-B", value: "2"), AdditionalHeader(name: "x-a", value: "1"),
            ]
        )
        #expect(registration?.metadata == ["git": "abc"])
        #expect(registration?.usesHTTP11 == true)
        #expect(registration?.version == .v2)
    }

    @Test(arguments: [
        ("/v2/deployments", "", true), ("/v3/deployments", "", false), ("/v4/deployments", "", false),
        ("/deployments", "", false), ("/v2/deployments", #","force":null"#, true),
        ("/v2/deployments", #","force":false"#, false), ("/deployments", #","force":true"#, true),
    ])
    func forceDependsOnTheVersion(path: String, force: String, expected: Bool) {
        #expect(registration(#"{"uri":"u"\#(force)}"#, path: path)?.options.force == expected)
    }

    @Test(arguments: [
        ("", 400), ("{", 400), ("nope", 400), ("{}x", 400), (#"{"uri":}"#, 400), ("\u{0}", 400), ("[]", 422),
        ("5", 422), ("null", 422), ("{}", 422), (#"{"uri":5}"#, 422), (#"{"uri":null}"#, 422), (#"{"uri":""}"#, 422),
        (#"{"uri":"u","force":"yes"}"#, 422), (#"{"uri":"u","dry_run":1}"#, 422), (#"{"uri":"u","metadata":[]}"#, 422),
        (#"{"uri":"u","metadata":{"a":1}}"#, 422), (#"{"uri":"u","additional_headers":{"a":1}}"#, 422),
        (#"{"arn":"arn:aws:lambda:eu:1:function:f:1"}"#, 501), (#"{"arn":"arn:aws:lambda:eu:1:function:f"}"#, 400),
        (#"{"arn":"x"}"#, 400), (#"{"uri":"u","auth":{"GoogleIdToken":{}}}"#, 501),
    ])
    func badBodyHasItsStatus(body: String, status: Int) {
        guard case .failure(let refusal) = Fixture.request(.post, "/deployments", Fixture.json, body: body) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.status == status, "\(refusal)")
    }

    @Test(arguments: [
        (String?.none, Int?.some(415)), ("text/plain", 415), ("application/jsonx", 415), ("", 415),
        ("application/x-www-form-urlencoded", 415), ("application/json", nil), ("Application/JSON", nil),
        ("application/json; charset=utf-8", nil),
    ])
    func bodyMustBeJSONByItsType(contentType: String?, status: Int?) {
        let headers = contentType.map { [("content-type", $0)] } ?? []
        switch Fixture.request(.post, "/query", headers, body: #"{"query":"x"}"#) {
        case .success: #expect(status == nil)
        case .failure(let refusal): #expect(refusal.status == status)
        }
    }

    @Test func hugeOrDeepBodyIsRefused() {
        let huge = String(repeating: " ", count: AdminRequest.bodyBytesMax) + "{}"
        #expect(
            Fixture.request(.post, "/query", Fixture.json, body: huge)
                == .failure(.bodyTooLarge(bytesMax: AdminRequest.bodyBytesMax))
        )
        let deep = #"{"query":"# + String(repeating: "[", count: 100_000)
        guard case .failure(.notJSON) = Fixture.request(.post, "/query", Fixture.json, body: deep) else {
            Issue.record("not refused")
            return
        }
    }

    @Test(arguments: [
        ("127.0.0.1:9070", true), ("127.0.0.1", true), ("localhost:9070", true), ("LOCALHOST", true),
        ("[::1]:9070", true),
        ("a.localhost", true), ("thishost:9070", true), ("", true), ("evil.example", false),
        ("evil.example:9070", false),
        ("localhost.evil.example", false), ("127.0.0.1.evil.example", false), ("thishost.evil.example", false),
        ("1.2.3.4", true),
    ])
    func onlyOurOwnNamesReachUs(authority: String, isOurs: Bool) {
        #expect(AdminHost.isOurs(Array(authority.utf8)[...], names: ["thishost"]) == isOurs)
    }
}
