import ControlProtocol
import DurableModel
import FoundationEssentials
import HTTP
import Registry

@testable import IngressAPI

/// The services that the recordings were made with, as far as the ingress looks at them.
enum Fixture {
    static let json = InputRules(
        allowsNothing: true,
        contentType: ContentTypePattern(text: "application/json"),
        mustNotBeEmpty: true
    )

    static func catalog() throws -> Catalog {
        let discovered = DiscoveredDeployment(
            address: DeploymentAddress(scheme: "http", authority: "h:1", pathAsWritten: "/", query: nil),
            mode: .bidiStream,
            httpVersion: .http2,
            protocolVersions: 5...7,
            services: services
        )
        return try Catalog().register(
            discovered,
            options: RegisterOptions(),
            settings: Settings(),
            newID: DeploymentID(high: 1, low: 1),
            act: OperatorAct(at: Timestamp(milliseconds: 1), actor: "test")
        ).catalog
    }

    private static var services: [Service] {
        var hidden = HandlerOptions()
        hidden.ingressPrivate = true
        return [
            Service(
                name: "Echo",
                type: .service,
                handlers: [
                    Handler(name: "echo", type: .plain, input: json),
                    handler("plain", accepts: "text/plain"),
                    handler("anyText", accepts: "text/*"),
                    Handler(name: "secretHandler", type: .plain, options: hidden),
                ] + ["nothing", "raw", "headers", "attemptHeaders", "measure", "inflate"].map { handler($0) }
            ),
            Service(name: "Hidden", type: .service, handlers: [handler("greet")], options: hidden),
            object("Tally", ["add", "read", "peek"]),
            object("Notebook", ["keys"]),
            object("Faulty", ["terminal", "callTerminal"]),
            object("AwakeableBox", ["ident", "wait"]),
            object("KillLeaf", ["ping"]),
            Service(
                name: "Flow",
                type: .workflow,
                handlers: [
                    Handler(name: "run", type: .workflowRun), Handler(name: "stage", type: .shared),
                    Handler(name: "release", type: .shared),
                ]
            ),
            Service(
                name: "Napper",
                type: .service,
                handlers: [
                    handler("nap"), handler("slow"),
                    Handler(name: "list", type: .plain, output: OutputRules(contentType: "text/csv")),
                ]
            ),
            Service(name: "Killing", type: .service, handlers: [handler("fail"), handler("patient")]),
            Service(
                name: "Shop",
                type: .service,
                handlers: [
                    Handler(
                        name: "order",
                        type: .plain,
                        input: InputRules(
                            allowsNothing: false,
                            contentType: ContentTypePattern(text: "application/json"),
                            mustNotBeEmpty: true
                        )
                    ),
                    Handler(name: "noinput", type: .plain, input: InputRules(contentType: nil)),
                    handler("note", accepts: "text/plain"),
                ]
            ),
        ]
    }

    private static func handler(_ name: String, accepts: String = "*/*") -> Handler {
        Handler(name: name, type: .plain, input: InputRules(contentType: ContentTypePattern(text: accepts)))
    }

    private static func object(_ name: String, _ handlers: [String]) -> Service {
        Service(
            name: name,
            type: .virtualObject,
            handlers: handlers.map { Handler(name: $0, type: .exclusive) }
        )
    }

    static func head(
        _ method: HTTPMethod,
        _ target: String,
        _ headers: [(String, String)] = []
    ) -> HTTPHead {
        var head = HTTPHead(method: method, target: target.utf8, authority: "h:1".utf8)
        for (name, value) in headers { head.add(name: name.utf8, value: value.utf8) }
        return head
    }

    static func decide(
        _ method: HTTPMethod,
        _ target: String,
        _ headers: [(String, String)] = [],
        body: String = ""
    ) throws -> IngressDecision {
        IngressDecision.decide(head(method, target, headers), body: Array(body.utf8), catalog: try catalog())
    }

    static func value(_ body: [UInt8]) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(body))
    }
}

extension IngressDecision {
    var response: HTTPResponse? {
        if case .respond(let response) = self { response } else { nil }
    }

    var call: IngressCall? {
        if case .invoke(let call, _) = self { call } else { nil }
    }
}

extension HTTPResponse {
    /// The `message` of an error's body.
    var message: String? {
        guard case .object(let members)? = try? Fixture.value(body), case .string(let text)? = members["message"] else {
            return nil
        }
        return text
    }
}
