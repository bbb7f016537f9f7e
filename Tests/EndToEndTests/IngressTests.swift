import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// The ingress from outside, in front of a real service.
    @Suite(.serialized)
    struct IngressTests {
        private struct Accepted: Decodable, Equatable {
            let invocationId: String
            let status: String
            let executionTime: String?
        }

        @Test func resultsAreWaitedForAndFetchedInEveryForm() throws {
            let house = try House()
            try house.register()
            let sent = try house.ingress.post(
                "/Counter/a%2Fb/hold/send",
                json: "700",
                ["idempotency-key": "once"]
            ).json(Accepted.self)
            #expect(sent.status == "Accepted" && sent.executionTime == nil)
            let id = sent.invocationId
            let repeated = try house.ingress.post("/Counter/a%2Fb/hold/send", json: "1", ["idempotency-key": "once"])
            #expect(
                try repeated.json(Accepted.self)
                    == Accepted(invocationId: id, status: "PreviouslyAccepted", executionTime: nil)
            )

            let byID = #"{"target":"invocation","invocationId":"\#(id)"}"#
            let byKey =
                #"{"target":"idempotentInvocation","service":"Counter","key":"a/b","handler":"hold","idempotencyKey":"once"}"#
            let paths = [
                "/restate/VERB/\(id)", "/restate/invocation/\(id)/VERB",
                "/restate/invocation/Counter/a%2Fb/hold/once/VERB",
            ]
            func asked(_ verb: String) throws -> [Answer] {
                try paths.map { try house.ingress.get($0.replacing("VERB", with: verb)) }
                    + [byID, byKey].map { try house.ingress.post("/restate/\(verb)", json: $0) }
            }
            for answer in try asked("output") {
                #expect(answer.status == 470 && answer.headers["x-restate-id"] == nil, "\(answer.text)")
            }
            for body in [byID, byKey] {
                #expect(
                    try house.ingress.post("/restate/lookup", json: body).text == #"{"invocationId":"\#(id)"}"#
                )
            }
            var results = try asked("attach")
            results += try asked("output")
            results.append(try house.ingress.post("/Counter/a%2Fb/hold", json: "1", ["idempotency-key": "once"]))
            for (number, answer) in results.enumerated() {
                #expect(answer.status == 200 && answer.text == results[0].text, "\(number): \(answer.text)")
                #expect(answer.headers["x-restate-id"] == id)
                #expect(answer.headers["content-type"] == "application/json")
                #expect(number == 0 || answer.headers["idempotency-expires"]?.hasSuffix("+00:00") == true)
            }
            house.expectServing()
        }

        @Test func delaysAreTakenInBothNotations() throws {
            let house = try House()
            try house.register()
            let ids = try ["300ms", "PT0.3S", "0s", "0.3s", "300%20ms"].map { delay in
                let answer = try house.ingress.post("/Plain/echo/send?delay=\(delay)", json: #""\#(delay)""#)
                #expect(answer.status == 202, "\(delay): \(answer.text)")
                let accepted = try answer.json(Accepted.self)
                #expect(accepted.executionTime?.hasSuffix("000000Z") == true, "\(delay)")
                return accepted.invocationId
            }
            for delay in ["-1s", "5", "P1M", "soon", "", "1y"] {
                #expect(try house.ingress.post("/Plain/echo/send?delay=\(delay)", json: "1").status == 400, "\(delay)")
            }
            #expect(try house.ingress.post("/Plain/echo?delay=1s", json: "1").status == 400)
            for id in ids { #expect(try house.ingress.get("/restate/attach/\(id)").status == 200) }
        }

        @Test func headersReachTheHandlerButThoseOfTheExchange() throws {
            let house = try House()
            try house.register()
            let answer = try house.ingress.post(
                "/Plain/headers?a=%20b",
                json: "{}",
                [
                    "X-Mixed": "Value", "authorization": "Bearer t", "idempotency-key": "i",
                    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    "idempotency-expires": "never",
                ]
            )
            let pairs = try answer.json([[String]].self)
            let headers = Dictionary(pairs.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
            #expect(headers["x-restate-ingress-path"] == "/Plain/headers?a=%20b")
            #expect(headers["x-mixed"] == "Value" && headers["authorization"] == "Bearer t")
            #expect(headers["traceparent"]?.hasPrefix("00-0af7") == true && headers["content-length"] == "2")
            for name in ["host", "connection", "idempotency-key", "idempotency-expires"] {
                #expect(headers[name] == nil, "\(name)")
            }
        }

        @Test func bodiesOverTheLimitAreRefusedInEveryForm() throws {
            let house = try House(["--request-size-limit", "64KiB"])
            try house.register()
            let large = String(repeating: "x", count: 70_000)
            let announced = try house.ingress.post("/Plain/echo", json: large, ["origin": "http://a.example"])
            let chunked = try HTTPPort.parse(
                house.ingress.raw(
                    Array(
                        ("POST /Plain/echo HTTP/1.1\r\nhost: h\r\norigin: http://a.example\r\n"
                            + "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
                            + "11170\r\n\(large)\r\n0\r\n\r\n").utf8
                    )
                )
            )
            for answer in [announced, chunked] {
                #expect(answer.status == 413)
                #expect(answer.headers["x-restate-error-source"] == "ingress")
                #expect(answer.headers["access-control-allow-origin"] == "http://a.example")
                #expect(answer.text.hasPrefix(#"{"code":413,"message":"cannot read body: "#), "\(answer.text)")
            }
            #expect(try house.call("/Plain/echo", "\"\(large.dropLast(10_000))\"").utf8.count == 60_002)
        }

        @Test func aChangedLimitHoldsAfterAReload() throws {
            let house = try House(start: false)
            let path = house.directory + "/perdured.conf"
            func configure(_ limit: String) throws {
                try Data("request-size-limit = \(limit)\n".utf8).write(to: URL(filePath: path))
            }
            try configure("1KiB")
            try house.start(extraFlags: ["--config", path])
            try house.register()
            let json = "\"" + String(repeating: "x", count: 2000) + "\""
            #expect(try house.ingress.post("/Plain/echo", json: json).status == 413)
            try configure("64KiB")
            house.daemon?.send(SIGHUP)
            try eventually("the larger limit") {
                try house.ingress.post("/Plain/echo", json: json).status == 200 ? true : nil
            }
        }

        @Test func aBrowserIsAnsweredOnEveryPath() throws {
            let house = try House()
            for path in ["/Nobody/nothing", "/", "/restate/health"] {
                let answer = try house.ingress.exchange(
                    "OPTIONS",
                    path,
                    headers: [
                        "origin": "http://a.example", "access-control-request-method": "POST",
                        "access-control-request-headers": "content-type, x-a",
                    ]
                )
                #expect(answer.status == 200 && answer.body.isEmpty, "\(path)")
                #expect(answer.headers["access-control-allow-origin"] == "http://a.example")
                #expect(answer.headers["access-control-allow-methods"] == "POST")
                #expect(answer.headers["access-control-allow-headers"] == "content-type, x-a")
                #expect(answer.headers["access-control-allow-credentials"] == "true")
            }
        }

        @Test func bothVersionsOfHTTPAreServedOnOnePort() throws {
            let house = try House()
            try house.register()
            for version in ["--http1.1", "--http2-prior-knowledge"] {
                let output = house.directory + "/curl\(version).out"
                let curl = try ChildProcess(
                    "/usr/bin/curl",
                    [
                        "--silent", version, "--data-binary", #"{"a":1}"#, "--header", "content-type: application/json",
                        "--write-out", " %{http_code} %{http_version}",
                        "http://127.0.0.1:\(house.ingress.port)/Plain/echo",
                    ],
                    environment: ["PATH": "/usr/bin:/bin"],
                    outputPath: output
                )
                #expect(try curl.wait(seconds: 20) == .status(0))
                #expect(curl.output == #"{"a": 1} 200 "# + (version == "--http1.1" ? "1.1" : "2"))
            }
        }

        @Test func aCallerWhoLeavesCostsNothingAndTheWorkGoesOn() throws {
            let house = try House()
            try house.register()
            var sockets: [Socket] = []
            for number in 1...50 {
                sockets.append(
                    try house.ingress.open(
                        "POST",
                        "/Plain/nap",
                        headers: ["content-type": "application/json"],
                        body: Array(#"{"id":"n\#(number)","milliseconds":300}"#.utf8)
                    )
                )
            }
            try eventually("the handlers to start") { house.effects.count("asleep") == 50 ? true : nil }
            sockets = []
            try eventually("all of them to end") { house.effects.count("awake") == 50 ? true : nil }
            try eventually("all invocations to be complete") {
                try house.query("SELECT count(*) AS n FROM sys_invocation WHERE status = 'completed'").text
                    == #"{"rows":[{"n":50}]}"# ? true : nil
            }
            house.expectServing()
        }

        @Test func callersOfACrowdedKeyAreToldToComeBack() throws {
            let house = try House(["--inbox-length-max", "3"])
            try house.register()
            _ = try house.send("/Counter/k/hold/send", "600000")
            for _ in 1...3 { _ = try house.send("/Counter/k/add/send", "1") }
            let refused = try house.ingress.post("/Counter/k/add/send", json: "1")
            #expect(refused.status == 429 && refused.text.contains("inbox-length-max"), "\(refused.text)")
            #expect(refused.headers["x-restate-error-source"] == "ingress")
            #expect(try house.call("/Counter/other/add", "1") == "1")
            house.expectServing()
        }
    }
}
