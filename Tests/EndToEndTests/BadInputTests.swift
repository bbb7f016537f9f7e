import FoundationEssentials
import Testing

extension EndToEnd {
    /// Whatever comes in from outside gets a clear error, and the daemon goes on for everybody else.
    @Suite(.serialized)
    struct BadInputTests {
        @Test func badControlFramesGetOneErrorAndAClose() throws {
            let house = try House()
            let frames: [(String, [UInt8])] = [
                ("longer than a request may be", [0x7f, 0xff, 0xff, 0xff]),
                ("cut off", [0, 0, 1, 0] + Array("{".utf8)),
                ("not JSON", frame("hello there")),
                ("not UTF-8", frame([0xff, 0xfe, 0xfd])),
                ("no object", frame("[1,2,3]")),
                ("no method", frame(#"{"jsonrpc":"2.0","id":1}"#)),
                ("unknown method", frame(#"{"jsonrpc":"2.0","id":1,"method":"destroy"}"#)),
                ("nested without end", frame(String(repeating: "[", count: 100_000))),
                ("empty", [0, 0, 0, 0]),
            ]
            for (name, bytes) in frames {
                let socket = try Socket(path: house.socketPath)
                socket.send(bytes)
                socket.closeSending()
                let answer = String(decoding: try socket.receiveAll(), as: UTF8.self)
                #expect(answer.contains(#""error""#), "\(name): \(answer)")
                #expect(answer.contains(#""message""#), "\(name): \(answer)")
            }
            house.expectServing()
            #expect(try house.client(["status"]).status == 0)
        }

        @Test func everyControlMethodRefusesParametersItDoesNotKnow() throws {
            let house = try House()
            for method in ["status", "services.list", "invocations.batch"] {
                let socket = try Socket(path: house.socketPath)
                let hello = #"{"protocolVersion":1,"programVersion":"x"}"#
                socket.send(frame(#"{"jsonrpc":"2.0","id":1,"method":"hello","params":\#(hello)}"#))
                socket.send(frame(#"{"jsonrpc":"2.0","id":2,"method":"\#(method)","params":{"nonsense":1}}"#))
                socket.closeSending()
                let answer = String(decoding: try socket.receiveAll(), as: UTF8.self)
                #expect(answer.contains(#""code":-32602"#), "\(method): \(answer)")
                #expect(answer.contains("nonsense"), "\(method): \(answer)")
            }
        }

        @Test func theClientIsToldWhatIsWrongWithWhatItNames() throws {
            let house = try House()
            let header = ["deployments", "register", "localhost:1", "--extra-header", "bad name=1", "--json"]
            let refusedHeader = try house.client(header)
            #expect(refusedHeader.status == 1)
            #expect(refusedHeader.errors.contains(#""name" : "invalid-header""#), "\(refusedHeader.errors)")
            let list = try house.client(["invocations", "list", "--deployment", "zz", "--json"])
            #expect(list.status == 1)
            #expect(list.errors.contains(#""name" : "deployment-not-found""#), "\(list.errors)")
        }

        private func frame(_ text: String) -> [UInt8] { frame(Array(text.utf8)) }

        private func frame(_ body: [UInt8]) -> [UInt8] {
            withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
        }

        @Test(arguments: [false, true])
        func malformedHTTPIsRefused(atAdmin: Bool) throws {
            let house = try House()
            let port = atAdmin ? house.admin : house.ingress
            let host = "host: 127.0.0.1:\(port.port)\r\n"
            let requests = [
                "NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\0\0\0\0\r\n\r\n",
                "GET /a HTTP/1.1\r\n\(host)bad header\r\n\r\n", "GET /a HTTP/1.1\r\n\(host) folded: x\r\n\r\n",
                "POST /a HTTP/1.1\r\n\(host)content-length: -1\r\n\r\n",
                "POST /a HTTP/1.1\r\n\(host)content-length: 5\r\ncontent-length: 6\r\n\r\nabcde",
                "POST /a HTTP/1.1\r\n\(host)content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /a HTTP/1.1\r\n\(host)transfer-encoding: gzip\r\n\r\n",
                "POST /a/b HTTP/1.1\r\n\(host)transfer-encoding: chunked\r\n\r\nzz\r\n",
                "GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\n\(host)\r\n",
                "GET /a HTTP/1.1\r\n\(host)x: \(String(repeating: "a", count: 200_000))\r\n\r\n",
            ]
            for request in requests {
                let bytes = try port.raw(Array(request.utf8), thenClose: true)
                let answer = try? HTTPPort.parse(bytes)
                #expect(
                    answer.map { $0.status / 100 == 4 || $0.status / 100 == 5 } ?? bytes.isEmpty,
                    "\(request.prefix(60))"
                )
            }
            let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            let frames: [[UInt8]] = [
                [], [UInt8](repeating: 0xff, count: 500), [0, 0, 0, 4, 0, 0, 0, 0, 1],
                [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1], [0, 0, 4, 1, 4, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
                [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0],
            ]
            for bytes in frames { _ = try port.raw(preface + bytes, thenClose: true) }
            house.expectServing()
        }

        @Test func wrongPathsAndBodiesAreNamed() throws {
            let house = try House(["--request-size-limit", "64KiB"])
            try house.register()
            let cases: [(path: String, body: String, status: Int)] = [
                ("/Nobody/greet", "{}", 404), ("/Plain/nothing", "{}", 404), ("/Counter/k/nothing", "1", 404),
                ("/Plain/key/echo", "{}", 400), ("/Counter/add", "1", 400), ("/Plain", "{}", 400),
                ("/Plain/echo/send/more/of/it", "{}", 400),
                ("/Plain/echo", "\"" + String(repeating: "x", count: 70_000) + "\"", 413),
            ]
            for (path, body, status) in cases {
                let answer = try house.ingress.post(path, json: body)
                #expect(answer.status == status, "\(path): \(answer.text.prefix(200))")
                let message = try answer.json([String: AnyText].self)["message"]?.text ?? ""
                #expect(!message.isEmpty, "\(path)")
            }
            let text = try house.ingress.exchange(
                "POST",
                "/Plain/echo",
                headers: ["content-type": "text/plain"],
                body: Array("{}".utf8)
            )
            #expect(text.status == 400)
            #expect(try house.ingress.exchange("DELETE", "/Plain/echo").status == 405)
            #expect(try house.call("/Plain/echo", "{}") == "{}")
        }

        @Test(arguments: [
            "garbage", "truncated", "huge", "undecodable", "unknown", "backwards", "silent", "page", "failing",
            "missing", "only_end", "end_without_output", "custom", "compressed",
        ])
        func aServiceThatAnswersWithNonsenseFailsItsAttemptOnly(handler: String) throws {
            let house = try House([
                "--retry-initial-interval", "10ms", "--retry-attempts-max", "2", "--retry-on-max-attempts", "kill",
            ])
            try house.register()
            try house.register(.nonsense)
            let answer = try house.ingress.post("/Nonsense/\(handler)", json: "{}")
            #expect(answer.status >= 400, "\(answer.text)")
            #expect(try house.call("/Plain/echo", "{}") == "{}")
            house.expectServing()
        }

        @Test func aQueryWithoutEndIsEndedAndOthersAreAnswered() throws {
            let house = try House(["--query-timeout", "700ms", "--query-rows-max", "1000"])
            let endless = """
                WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) AS c FROM n
                """
            let answer = try house.query(endless)
            #expect(answer.status >= 400)
            #expect(answer.text.contains("message"))
            for sql in [
                "SELEKT 1", "SELECT * FROM nowhere", "DELETE FROM sys_invocation", "PRAGMA user_version = 7", "",
                "ATTACH '/etc/passwd' AS x", "SELECT load_extension('x')", "SELECT 1; SELECT 2",
                "SELECT " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
                "SELECT zeroblob(1000000000)",
            ] {
                let refused = try house.query(sql)
                #expect(refused.status >= 400 && refused.status < 600, "\(sql.prefix(60)): \(refused.text.prefix(200))")
                #expect(refused.text.contains("message"), "\(sql.prefix(60))")
            }
            #expect(try house.query("SELECT 1 AS one").text == #"{"rows":[{"one":1}]}"#)
            house.expectServing()
        }

        @Test func anAnswerOfTooManyRowsIsNotTakenForAWholeOne() throws {
            let house = try House(["--query-rows-max", "5"])
            let columns = "SELECT column_name FROM information_schema.columns"
            // Rows that were sent are followed by the end of the connection, in the middle of the answer.
            let answer = try? house.query(columns)
            #expect(answer.map { $0.status >= 400 } ?? true, "\(answer?.text ?? "")")
            #expect(try house.query(columns + " LIMIT 5").status == 200)
            let run = try house.client(["sql", columns])
            #expect(run.status == 0, "\(run.errors)")
            house.expectServing()
        }

        @Test func theAdminAddressIsForThisMachineOnly() throws {
            let house = try House()
            let body = Array(#"{"query":"SELECT 1"}"#.utf8)
            let plain = try house.admin.exchange("POST", "/query", headers: ["content-type": "text/plain"], body: body)
            #expect(plain.status == 415)
            let request = "GET /version HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n"
            #expect(try HTTPPort.parse(house.admin.raw(Array(request.utf8))).status / 100 == 4)
            #expect(try house.admin.get("/version").status == 200)
            #expect(try house.admin.get("/v4/version").status == 200)
        }
    }
}

/// A JSON value of which only texts matter.
private struct AnyText: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
    }
}
