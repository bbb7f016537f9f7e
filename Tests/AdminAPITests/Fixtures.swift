import AdminAPI
import ControlProtocol
import DurableModel
import FoundationEssentials
import HTTP
import Registry

/// The deployment that the recordings begin with, and requests to the face.
enum Fixture {
    static func head(_ method: HTTPMethod, _ target: String, _ headers: [(String, String)] = []) -> HTTPHead {
        var head = HTTPHead(method: method, target: target.utf8, authority: "127.0.0.1:9070".utf8)
        for (name, value) in headers { head.add(name: name.utf8, value: value.utf8) }
        return head
    }

    static let json = [("content-type", "application/json")]

    /// The request, or why it is refused.
    static func request(
        _ method: HTTPMethod,
        _ target: String,
        _ headers: [(String, String)] = [],
        body: String = ""
    ) -> Result<AdminRequest, AdminRefusal> {
        do {
            return .success(try AdminRequest(head(method, target, headers), body: Array(body.utf8)))
        } catch {
            return .failure(error)
        }
    }

    static func value(_ body: [UInt8]) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(body))
    }

    /// Arrays of objects with names in order of the names: the recorded server gives them in no order.
    static func ordered(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members): .object(members.mapValues(ordered))
        case .array(let values): .array(values.map(ordered).sorted { name($0) < name($1) })
        default: value
        }
    }

    private static func name(_ value: JSONValue) -> String {
        guard case .object(let members) = value, case .string(let name)? = members["name"] else { return "" }
        return name
    }

    static func registration(
        _ outcome: Registration.Outcome = .created,
        mode: ProtocolMode = .bidiStream
    ) throws -> Registration {
        let discovered = DiscoveredDeployment(
            address: DeploymentAddress(
                scheme: "http",
                authority: "127.0.0.1:19081",
                pathAsWritten: "/m/shop",
                query: nil
            ),
            mode: mode,
            httpVersion: .http2,
            additionalHeaders: [AdditionalHeader(name: "x-extra", value: "1")],
            metadata: ["git": "abc"],
            protocolVersions: 5...7,
            sdkVersion: "fake/1.0",
            services: [shop, ship, cart]
        )
        var registration = try Catalog().register(
            discovered,
            options: RegisterOptions(),
            settings: Settings(),
            newID: DeploymentID(parsing: "dp_121dBAu8pPuTOKAzHNFEuWd"),
            act: OperatorAct(at: Timestamp(milliseconds: 1_795_258_824_971), actor: "test")
        )
        registration.outcome = outcome
        return registration
    }

    private static var shop: Service {
        var (hidden, tuned) = (HandlerOptions(), HandlerOptions())
        hidden.ingressPrivate = true
        tuned.idempotencyRetention = .hours(2)
        tuned.journalRetention = .hours(1)
        tuned.inactivityTimeout = Interval(milliseconds: 1_500)
        tuned.abortTimeout = .seconds(90_061)
        tuned.enableLazyState = true
        tuned.retryPolicy = RetryPolicyOptions(
            initialInterval: Interval(milliseconds: 50),
            factor: 1.5,
            intervalMax: .seconds(10),
            attemptsMax: 7,
            onMaxAttempts: .kill
        )
        let order =
            #"{"properties":{"count":{"minimum":1,"type":"integer"},"item":{"type":"string"}},"#
            + #""required":["item"],"title":"Order","type":"object"}"#
        return Service(
            name: "Shop",
            type: .service,
            handlers: [
                Handler(
                    name: "order",
                    type: .plain,
                    input: input("application/json", order),
                    output: OutputRules(jsonSchema: #"{"title":"Receipt","type":"string"}"#),
                    documentation: "Places an order",
                    metadata: ["tier": "1"]
                ),
                Handler(
                    name: "note",
                    type: .plain,
                    input: input("text/plain"),
                    output: OutputRules(contentType: "text/plain")
                ),
                Handler(
                    name: "noinput",
                    type: .plain,
                    input: InputRules(contentType: nil),
                    output: OutputRules(contentType: nil)
                ),
                Handler(name: "any", type: .plain), Handler(name: "hidden", type: .plain, options: hidden),
                Handler(name: "tuned", type: .plain, options: tuned),
            ],
            documentation: "Sells things",
            metadata: ["team": "green"]
        )
    }

    private static var ship: Service {
        var options = HandlerOptions()
        options.workflowCompletionRetention = .hours(48)
        return Service(
            name: "Ship",
            type: .workflow,
            handlers: [
                Handler(
                    name: "run",
                    type: .workflowRun,
                    input: input("application/json", #"{"type":"string"}"#),
                    output: OutputRules(jsonSchema: #"{"type":"integer"}"#),
                    options: options
                ),
                Handler(name: "status", type: .shared),
            ]
        )
    }

    private static var cart: Service {
        Service(
            name: "Cart",
            type: .virtualObject,
            handlers: [
                Handler(name: "put", type: .exclusive, input: input("application/json", #"{"type":"object"}"#)),
                Handler(name: "view", type: .shared),
            ],
            documentation: "One per customer"
        )
    }

    private static func input(_ contentType: String, _ schema: String? = nil) -> InputRules {
        InputRules(
            allowsNothing: schema == nil,
            contentType: ContentTypePattern(text: contentType),
            mustNotBeEmpty: schema != nil,
            jsonSchema: schema
        )
    }
}

extension HTTPResponse {
    /// The members of a JSON object.
    var members: [String: JSONValue] {
        if case .object(let members)? = try? Fixture.value(body) { members } else { [:] }
    }
}
