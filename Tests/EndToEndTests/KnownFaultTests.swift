import ControlProtocol
import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// Faults that servers of this kind have had, looked for from outside.
    @Suite(.serialized)
    struct KnownFaultTests {
        @Test("known fault 33: an attempt that runs plain code first keeps its deployment from being removed")
        func drainedIsTrueOfPlainCode() throws {
            let house = try House()
            let old = try house.register()
            let id = try house.send("/Plain/deaf/send", #""d""#)
            try eventually("the handler to start") { house.effects.count("deaf", id: "d") > 0 ? true : nil }
            try house.register()
            let deployment = try deployment(of: id, house)
            let refused = try house.client(["deployments", "remove", deployment, "--yes"])
            #expect(refused.status == 1)
            #expect((refused.output + refused.errors).contains(id))
            #expect(try house.admin.exchange("DELETE", "/v4/deployments/\(deployment)").status == 409)
            #expect(try house.client(["invocations", "kill", id]).status == 0)
            try eventually("the removal") {
                try house.client(["deployments", "remove", deployment, "--yes"]).status == 0 ? true : nil
            }
            old.kill()
            #expect(try house.call("/Plain/echo", "{}") == "{}")
        }

        private func deployment(of id: String, _ house: House) throws -> String {
            struct Rows: Decodable {
                struct Row: Decodable { let pin: String }
                let rows: [Row]
            }
            let rows = try house.query("SELECT pinned_deployment_id AS pin FROM sys_invocation WHERE id = '\(id)'")
            return try #require(try rows.json(Rows.self).rows.first?.pin)
        }

        @Test("known faults 36 and 56: no client of the ingress disturbs an invocation by an id that looks right")
        func forgedAwakeables() throws {
            let house = try House()
            try house.register()
            let id = try house.send("/Plain/nap/send", #"{"id":"n","milliseconds":1500}"#)
            try eventually("the sleep") { house.effects.count("asleep", id: "n") == 1 ? true : nil }
            let begun = Clock.now
            let bytes = try #require(rawID(id))
            for index in [0, 1, 2, 16, 17] as [UInt8] {
                let digits = Data(bytes + [0, 0, 0, index]).base64EncodedString().replacing("=", with: "")
                    .replacing("+", with: "-").replacing("/", with: "_")
                for prefix in ["prom_1", "sign_1"] {
                    for verb in ["resolve", "reject"] {
                        let answer = try house.ingress.post("/restate/awakeables/\(prefix)\(digits)/\(verb)", json: "1")
                        // Index 17 may be an awakeable's: nobody waits for it, and nothing comes of it.
                        let isGenuine = index == 17 && prefix == "sign_1"
                        #expect(answer.status == (isGenuine ? 202 : 400), "\(prefix) \(index) \(verb)")
                    }
                }
            }
            house.expectServing()
            let awake = try eventually("the wake-up") { house.effects.events.first { $0.kind == "awake" } }
            #expect(awake.time - begun > 0.5, "no sleep ends by a forged id")
            try eventually("the end") { try house.status(of: id) == "completed" ? true : nil }
        }

        /// The 24 bytes of an invocation id: base 62 of two numbers whose bytes are in little-endian order.
        private func rawID(_ id: String) -> [UInt8]? {
            let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
            func number(_ text: some Collection<UInt8>) -> UInt128? {
                var value: UInt128 = 0
                for byte in text {
                    guard let digit = digits.firstIndex(of: byte) else { return nil }
                    value = value &* 62 &+ UInt128(digit)
                }
                return value
            }
            let text = Array(id.utf8.dropFirst(5))
            guard let key = number(text.prefix(11)), let rest = number(text.dropFirst(11)) else { return nil }
            return withUnsafeBytes(of: UInt64(truncatingIfNeeded: key).littleEndian) { Array($0) }
                + withUnsafeBytes(of: rest.littleEndian) { Array($0) }
        }

        @Test("known fault 41: who is told that the daemon is ready gets his first answer, whatever he asks")
        func readyIsTrue() throws {
            let house = try House()
            try house.register()
            house.killDaemon()
            let process = try house.launch()
            try eventually("health") {
                if process.hasEnded() { throw HarnessError("the daemon ended: \(process.output)") }
                return (try? house.admin.get("/health"))?.status == 200 ? true : nil
            }
            #expect(try house.query("SELECT count(*) AS n FROM sys_service").text == #"{"rows":[{"n":4}]}"#)
            #expect(try house.ingress.get("/restate/health").status == 200)
            #expect(try house.call("/Plain/echo", "{}") == "{}")
            #expect(try house.client(["services", "list"]).status == 0)
        }

        @Test("known fault 42: a count counts all, however few rows an answer may have")
        func countsAreOfAll() throws {
            let house = try House(["--query-rows-max", "10"])
            try house.register()
            _ = try house.call("/Counter/k/put", #"{"x":1}"#)
            _ = try house.send("/Counter/k/hold/send", "600000")
            for _ in 1...40 { _ = try house.send("/Counter/k/add/send", "1") }
            #expect(
                try house.query("SELECT count(*) AS n FROM sys_invocation WHERE status = 'pending'").text
                    == #"{"rows":[{"n":40}]}"#
            )
            let list = try house.client(["invocations", "list", "--limit", "5", "--json"])
            #expect(list.status == 0, "\(list.errors)")
            let status = try house.client(["status"])
            #expect(status.output.contains("40 pending, 1 running"), "\(status.output)")
        }

        @Test("known fault 45: malformed input is the caller's fault, and is told without internals")
        func malformedInputIsTheCallersFault() throws {
            let house = try House()
            try house.register(.nonsense)
            let queries = [
                "SELECT nope FROM sys_invocation", "SELECT * FROM sys_invocation WHERE id = 'inv_nonsense'",
                "SELECT * FROM sys_journal WHERE id = ''", "SELECT * FROM sys_deployment WHERE id = 'dp_1x' AND",
            ]
            var answers = try queries.map { ($0, try house.query($0)) }
            for path in [
                "/deployments/dp_1x", "/deployments/%ff", "/services/%00", "/services/Nobody", "/services/a/handlers/b",
            ] {
                answers.append((path, try house.admin.get(path)))
            }
            for id in ["inv_1x", "nonsense", "%ff", "inv_1\(String(repeating: "z", count: 33))"] {
                answers.append((id, try house.admin.exchange("PATCH", "/invocations/\(id)/kill")))
                answers.append((id, try house.ingress.get("/restate/invocation/\(id)/output")))
            }
            for body in ["", "{", "[]", "{}", #"{"uri":5}"#, #"{"uri":"nonsense"}"#, #"{"uri":"http://\u0000/"}"#] {
                answers.append((body, try house.admin.post("/deployments", json: body)))
                answers.append((body, try house.admin.post("/query", json: body)))
            }
            for (asked, answer) in answers {
                #expect(answer.status / 100 == 4, "\(asked): \(answer.status) \(answer.text)")
                #expect(answer.text.contains(#""message":""#), "\(asked): \(answer.text)")
                for word in ["Swift", ".swift", "DecodingError", "perdure.db", "SQLITE_", "Context(", "nil"] {
                    #expect(!answer.text.contains(word), "\(asked): \(answer.text)")
                }
            }
            house.expectServing()
        }

        @Test("known fault 48: a failure is no success, whatever its code", arguments: ["200", "204"])
        func failuresAreNoSuccess(code: String) throws {
            let house = try House()
            try house.register(.nonsense)
            let answer = try house.ingress.post("/Nonsense/failing_with_\(code)", json: "{}")
            #expect(answer.status == 500)
            #expect(answer.text.contains(#""code":\#(code)"#))
            #expect(answer.headers["x-restate-error-source"] == "invocation")
        }

        @Test("known fault 55: a query without an end takes neither the memory nor the places of others")
        func endlessQueriesAreBounded() throws {
            let house = try House(["--query-memory-max", "64MiB", "--query-timeout", "10s", "--query-workers", "1"])
            let count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
            let columns = "information_schema.columns"
            for sql in [
                "\(count) SELECT n FROM c ORDER BY n DESC", "\(count) SELECT group_concat(n) FROM c",
                "\(count) SELECT DISTINCT hex(zeroblob(4000)) || n FROM c WHERE n < 0 OR n > 0 ORDER BY 1",
                "SELECT a.*, b.*, c.* FROM \(columns) a, \(columns) b, \(columns) c ORDER BY random()",
            ] {
                let answer = try house.query(sql)
                #expect(answer.status >= 400, "\(sql)")
                #expect(answer.text.contains(#""message":""#), "\(answer.text.prefix(200))")
                #expect(try house.query("SELECT 1 AS one").text == #"{"rows":[{"one":1}]}"#)
            }
            house.expectServing()
        }

        @Test("known fault 57: a password in an address is told to nobody")
        func passwordsAreNotRepeated() throws {
            let house = try House()
            let closed = try freePort()
            let address = "http://user:hunter2@127.0.0.1:\(closed)/"
            let run = try house.client(["deployments", "register", address])
            #expect(run.status != 0)
            let answer = try house.admin.post("/deployments", json: #"{"uri":"\#(address)"}"#)
            #expect(answer.status == 400)
            for text in [run.output, run.errors, answer.text, house.log] {
                #expect(!text.contains("hunter2"), "\(text)")
            }
        }
    }
}
