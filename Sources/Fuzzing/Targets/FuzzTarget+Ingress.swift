import DurableModel
import HTTP
import IngressAPI
import Registry

extension FuzzTarget {
    /// Whole requests to the ingress, with services of each type behind it.
    static let ingress = FuzzTarget(
        name: "ingress",
        examples: Recordings.ingressRequests
            + [
                "/Greeter/greet", "/Counter/a%20b/add/send?delay=1s", "/restate/call/Flow/k/run", "/restate/health",
                "/restate/invocation/inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY/attach", "/restate/awakeables/x/resolve",
                "/restate/workflow/Flow/k/output", "/restate/scope/s/call/Greeter/greet?limit-key=x",
                "/restate/attach/Counter/k/add/key", "/Counter/%ff%00/add?delay=%31PT1S&delay=2", "/restate/lookup",
            ].map { path in
                HTTPRequestBytes.joined(
                    "POST",
                    path,
                    [("idempotency-key", "x"), ("content-type", "text/plain")],
                    [0x7B]
                )
            },
        words: texts([
            "/", "//", "%2F", "%", "%g0", "restate", "send", "invocation", "?delay=", "PT", "P1Y",
            "999999999999999999d", "GET ", "OPTIONS ", "\r\nidempotency-key: ", "\r\ncontent-type: ",
            "expect: 100-continue",
            "\r\nx-restate-limit-key: a", "\r\norigin: http://a", "\r\ntraceparent: ", "sign_1", "Greeter", "Counter",
            "Flow",
        ]),
        read: { bytes, _ in
            guard let (head, body) = HTTPRequestBytes.read(bytes) else { return nil }
            _ = IngressDecision.bodyPolicy(head, catalog: catalog, bodyBytesMax: 1 << 20)
            switch IngressDecision.decide(head, body: body, catalog: catalog) {
            case .respond(let response):
                guard (200..<600).contains(response.head.status) else { return "answered \(response.head.status)" }
            case .invoke(let call, _):
                if let delay = call.delay, delay.milliseconds < 0 { return "a delay of \(delay.milliseconds) ms" }
                if catalog.service(named: call.target.service) == nil { return "a call of \(call.target.service)" }
            case .attach, .fetchOutput, .completeAwakeable: break
            }
            return nil
        }
    )

    private static let catalog: Catalog = {
        let services = [
            Service(name: "Greeter", type: .service, handlers: [Handler(name: "greet", type: .plain)]),
            Service(
                name: "Counter",
                type: .virtualObject,
                handlers: [Handler(name: "add", type: .exclusive), Handler(name: "get", type: .shared)]
            ),
            Service(name: "Flow", type: .workflow, handlers: [Handler(name: "run", type: .workflowRun)]),
        ]
        let discovered = DiscoveredDeployment(
            address: DeploymentAddress(scheme: "http", authority: "a:1", pathAsWritten: "/", query: nil),
            mode: .bidiStream,
            httpVersion: .http2,
            protocolVersions: 5...7,
            services: services
        )
        let registration = try? Catalog().register(
            discovered,
            options: RegisterOptions(),
            settings: Settings(),
            newID: DeploymentID(high: 1, low: 2),
            act: OperatorAct(at: Timestamp(milliseconds: 1), actor: "fuzz")
        )
        return registration?.catalog ?? Catalog()
    }()

    /// Bodies that name an invocation.
    static let ingressReferences = FuzzTarget(
        name: "ingress-references",
        examples: Recordings.ingressBodies
            + texts([
                #"{"target":"invocation","invocationId":"inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY"}"#,
                #"{"target":"workflow","workflowName":"Flow","workflowKey":"k"}"#,
                #"{"target":"idempotentInvocation","service":"Counter","key":"k","handler":"add","idempotencyKey":"x"}"#,
            ]),
        words: jsonWords,
        read: { bytes, _ in
            for path in ["/restate/lookup", "/restate/attach", "/restate/output"] {
                let head = HTTPHead(method: .post, target: Array(path.utf8), authority: Array("h:1".utf8))
                if case .invoke = IngressDecision.decide(head, body: bytes, catalog: catalog) {
                    return "a reference calls"
                }
            }
            return nil
        }
    )
}
