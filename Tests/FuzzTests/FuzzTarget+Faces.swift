import ControlProtocol
import DurableModel
import Registry

@testable import Endpoints
@testable import IngressAPI
@testable import Introspection

private func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

private let jsonWords = bytes([
    "{", "}", "[", "]", ",", ":", "null", "true", "\"\"", "-1", "1e400", "18446744073709551616", "\"\\ud800\"",
    "\"\\u0000\"",
])

extension FuzzTarget {
    /// The document that discovery gets from a service.
    static let manifest = FuzzTarget(
        name: "manifest",
        examples: Recordings.manifests
            + bytes([
                """
                {"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"maxProtocolVersion":7,"services":[{"name":"Greeter",\
                "ty":"SERVICE","handlers":[{"name":"greet","inactivityTimeout":1000,"input":{"required":true,\
                "contentType":"application/json","jsonSchema":{"type":"object","properties":{"a":{"$ref":"#/x"}}}}}]},\
                {"name":"Flow","ty":"WORKFLOW","metadata":{"a":"b"},"handlers":[{"name":"run","ty":"WORKFLOW"},\
                {"name":"get","ty":"SHARED","retryPolicyMaxAttempts":3,"retryPolicyOnMaxAttempts":"PAUSE"}]}]}
                """
            ]),
        words: jsonWords + bytes(["\"ty\":\"VIRTUAL_OBJECT\"", "\"minProtocolVersion\":", "\"journalRetention\":-1"]),
        read: { bytes, _ in
            _ = try? Manifest.decode(bytes)
            return nil
        }
    )

    /// Ids as people and programs write them.
    static let ids = FuzzTarget(
        name: "ids",
        examples: bytes([
            "inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY", "dp_14VR3T2vcLCOEm7VdgS7Yt5", "inv_1",
            "dp_1zzzzzzzzzzzzzzzzzzzzzz",
            "inv_1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "prom_1NMyOAvDK2CcBjUH4Rmb7eGBp0DNNDnmsAAAAAQ",
            "sign_1NMyOAvDK2CcBjUH4Rmb7eGBp0DNNDnmsAAAAAQ",
        ]),
        words: bytes(["inv_1", "dp_1", "_", "z", "0", "é", "\u{0}"]),
        read: { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            if let id = try? InvocationID(parsing: text), id.description != text { return "\(text) is read as \(id)" }
            if let id = try? DeploymentID(parsing: text), id.description != text { return "\(text) is read as \(id)" }
            if let interval = try? DurationText.parse(text), interval.milliseconds < 0 {
                return "\(text) is a length of \(interval.milliseconds) ms"
            }
            return nil
        }
    )

    /// Paths and queries of the ingress, with services of each type.
    static let ingressPaths = FuzzTarget(
        name: "ingress-paths",
        examples: Recordings.paths
            + bytes([
                "/Greeter/greet", "/Counter/a%20b/add/send?delay=1s", "/restate/call/Flow/k/run", "/restate/health",
                "/restate/invocation/inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY/attach", "/restate/awakeables/x/resolve",
                "/restate/workflow/Flow/k/output", "/restate/scope/s/call/Greeter/greet?limit-key=x",
                "/restate/attach/Counter/k/add/key", "/Counter/%ff%00/add?delay=%31PT1S&delay=2",
            ]),
        words: bytes([
            "/", "//", "%2F", "%", "%g0", "restate", "send", "invocation", "?delay=", "PT", "P1Y",
            "999999999999999999d",
        ]),
        read: { bytes, _ in
            let question = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
            _ = try? IngressRoute.parse(bytes[..<question], catalog: catalog)
            let query = IngressQuery(question < bytes.endIndex ? bytes[(question + 1)...] : nil)
            if let interval = try? query.interval(), interval.milliseconds < 0 {
                return "a delay of \(interval.milliseconds) ms"
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
            + bytes([
                #"{"target":"invocation","invocationId":"inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY"}"#,
                #"{"target":"workflow","workflowName":"Flow","workflowKey":"k"}"#,
                #"{"target":"idempotentInvocation","service":"Counter","key":"k","handler":"add","idempotencyKey":"x"}"#,
            ]),
        words: jsonWords,
        read: { bytes, _ in
            _ = (try? IngressReference(body: bytes))?.id
            return nil
        }
    )

    /// What comes over the control socket.
    static let controlFrames = FuzzTarget(
        name: "control-frames",
        examples: ControlMethod.allCases.map { method in
            framed(
                """
                {"jsonrpc":"2.0","id":1,"method":"\(method.rawValue)","params":{"id":"x","uri":"http://a:1","sql":"select 1",\
                "force":true,"limit":10,"headers":{"a":"b"},"filter":{"services":["a"]},"operation":"pause"}}
                """
            ) + framed(#"{"jsonrpc":"2.0","id":2,"method":"\#(method.rawValue)","params":{}}"#)
        } + [
            framed(#"{"jsonrpc":"2.0","id":"a","result":{}}"#),
            framed(#"{"jsonrpc":"2.0","id":null,"error":{"code":1}}"#),
        ],
        words: jsonWords + [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF]],
        read: { bytes, random in
            let whole = payloads(of: bytes, pieces: max(1, bytes.count))
            if payloads(of: bytes, pieces: Int.random(in: 1...40, using: &random)) != whole {
                return "the frames depend on how the bytes are split"
            }
            for payload in whole {
                _ = try? ControlAnswer(payload: payload)
                guard var request = try? ControlRequest(payload: payload) else { continue }
                request.decodeParameters()
            }
            return nil
        }
    )

    private static func framed(_ json: String) -> [UInt8] {
        (try? ControlFrame.encode(json.utf8, bytesMax: ControlFrame.requestBytesMax)) ?? []
    }

    private static func payloads(of bytes: [UInt8], pieces size: Int) -> [[UInt8]] {
        var decoder = ControlFrameDecoder(bytesMax: ControlFrame.requestBytesMax)
        var found: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            decoder.append(bytes[start..<end])
            start = end
            do {
                while let payload = try decoder.next() { found.append(payload) }
            } catch {
                return found
            }
        }
        return found
    }

    /// Statements of the SQL dialect.
    static let sql = FuzzTarget(
        name: "sql",
        examples: Recordings.statements
            + bytes([
                "SELECT id, count(*) FROM sys_invocation i WHERE status IN ('running', 'ready') GROUP BY 1 HAVING count(*) > 1",
                "WITH a AS (SELECT 1 AS x UNION ALL SELECT 2) SELECT a.x, sum(x) OVER (ORDER BY x) FROM a LEFT JOIN a b USING (x)",
                "select case when x is null then -1 else cast(x as int) end from (values (1), (null)) t(x) order by 1 limit 1",
                "explain select date_trunc('hour', created_at), now() - interval '1 day' from sys_journal where name like 'a_%'",
                "select not exists (select 1 from state where service_name ~ '^a' and key between 'a' and 'b')",
                "show tables; ", "describe sys_service", "select 'it''s', \"Q\", e'x', $1, ?, /* c */ 1 -- end",
            ]),
        words: bytes([
            "(", ")", "((((((((((", ",", "'", "\"", "+", "-", "*", "/", "::", " and ", " or ", " not ", " in (",
            " union all ",
            " select ", " from ", " join ", "1e999", "99999999999999999999", ";", "--", "/*", "case when ", "cast(",
            " over (",
        ]),
        read: { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            _ = try? Dialect.translate(text, now: 1_790_000_000_000, limits: QueryLimits())
            return nil
        }
    )
}
