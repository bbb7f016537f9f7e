import ControlProtocol
import FoundationEssentials
import Testing

/// How a deployment is spoken to: the protocol version, and one stream both ways or a request and its response.
struct Dialect: CustomTestStringConvertible {
    let version: Int
    let http1: Bool

    var testDescription: String { "V\(version) over \(http1 ? "HTTP/1.1" : "HTTP/2")" }
    var flags: [String] {
        [
            "--service-protocol-version-max", "\(version)", "--retry-initial-interval", "50ms",
            "--retry-interval-max", "200ms",
        ]
    }

    static let all = [5, 6, 7].flatMap { [Dialect(version: $0, http1: false), Dialect(version: $0, http1: true)] }
}

extension EndToEnd {
    /// What a service can do, with the unmodified SDK, in every dialect.
    @Suite(.serialized)
    struct ConformanceTests {
        private func house(_ dialect: Dialect) throws -> House {
            let house = try House(dialect.flags)
            try house.register(http1: dialect.http1)
            return house
        }

        @Test(arguments: Dialect.all)
        func everyKindOfHandlerDoesItsWork(dialect: Dialect) throws {
            let house = try house(dialect)
            try inputAndOutputPass(house)
            try stepsRunOnce(house)
            try stateIsKept(house)
            try handlersCallEachOther(house)
            try failuresEndOrRepeat(house)
            try delayedSendsArrive(house)
            try idempotencyKeysJoinCalls(house)
            try theVersionIsTheOneAskedFor(house, dialect)
            house.expectServing()
        }

        private func inputAndOutputPass(_ house: House) throws {
            #expect(try house.call("/Plain/echo", #"{"a":[1,"é",null]}"#) == #"{"a": [1, "\u00e9", null]}"#)
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let answer = try house.ingress.exchange(
                "POST",
                "/Plain/mirror",
                headers: ["content-type": "application/octet-stream"],
                body: bytes
            )
            #expect(answer.status == 200)
            // A difference of so many bytes is not to be printed.
            let isMirrored = answer.body == bytes
            #expect(isMirrored)
            #expect(answer.headers["x-restate-id"]?.hasPrefix("inv_1") == true)
        }

        private func stepsRunOnce(_ house: House) throws {
            let tokens = try JSONDecoder().decode(
                [String].self,
                from: Data(try house.call("/Plain/steps", #"{"id":"a","pause":0.01}"#).utf8)
            )
            #expect(tokens.count == 3)
            #expect(house.effects.events.filter { $0.kind == "effect" && $0.id == "a" }.map(\.token) == tokens)
        }

        private func stateIsKept(_ house: House) throws {
            for total in 1...3 { #expect(try house.call("/Counter/k%2F1/add", "1") == "\(total)") }
            #expect(try house.ask("/Counter/k%2F1/total") == "3")
            #expect(try house.ask("/Counter/other/total") == "0")
            #expect(try house.call("/Counter/s/put", #"{"x":1,"y":"2"}"#) == #"["x", "y"]"#)
            // What the SDK itself says within that handler still has the cleared name: it asks its own copy.
            _ = try house.call("/Counter/s/drop", #""x""#)
            #expect(try house.ask("/Counter/s/names") == #"["y"]"#)
            #expect(try house.ask("/Counter/s/drop_all") == "[]")
            #expect(try house.call("/Counter/s/put", #"{"x":1,"y":"2"}"#) == #"["x", "y"]"#)
            #expect(try house.call("/Counter/s/drop_asking", #""x""#) == #"["y"]"#)
        }

        private func handlersCallEachOther(_ house: House) throws {
            #expect(try house.call("/Plain/relay", #"{"b":1}"#) == #"{"b": 1}"#)
            #expect(try house.call("/Plain/relay_failure", #""no tea""#) == #""caught 418 no tea""#)
            let callee = try house.call("/Plain/dispatch", #"{"key":"sent","amount":5,"milliseconds":100}"#)
            #expect(callee.hasPrefix("\"inv_1"))
            try eventually("the one-way call") {
                try house.ask("/Counter/sent/total") == "5" ? true : nil
            }
            #expect(house.effects.count("added", id: "sent") == 1)
        }

        private func failuresEndOrRepeat(_ house: House) throws {
            struct Failure: Decodable {
                let code: Int
                let message: String
                let source: String
            }
            let refused = try house.ingress.post("/Plain/refuse", json: #""teapot""#)
            #expect(refused.status == 418)
            #expect(refused.headers["x-restate-error-source"] == "invocation")
            let failure = try refused.json(Failure.self)
            #expect(failure.code == 418 && failure.message == "teapot" && failure.source == "invocation")
            #expect(house.effects.count("refused", id: "teapot") == 1)
            #expect(try house.call("/Plain/flaky", #"{"id":"f","failures":3}"#) == "4")
            #expect(try house.call("/Plain/flaky_step", #"{"id":"fs","failures":3}"#) == "4")
            #expect(try house.ingress.post("/Plain/gives_up", json: #""gu""#).status == 500)
            #expect(house.effects.count("try", id: "gu") == 3)
        }

        private func delayedSendsArrive(_ house: House) throws {
            let begun = Clock.now
            let answer = try house.ingress.post("/Counter/later/add/send?delay=400ms", json: "7")
            #expect(answer.status == 202)
            #expect(answer.text.contains("executionTime"))
            let event = try eventually("the delayed send") {
                house.effects.events.first { $0.kind == "added" && $0.id == "later" }
            }
            #expect(event.time - begun >= 0.4)
            #expect(try house.ingress.post("/Counter/later/add/send?delay=soon", json: "7").status == 400)
            #expect(try house.ingress.post("/Counter/later/add?delay=1s", json: "7").status == 400)
        }

        private func idempotencyKeysJoinCalls(_ house: House) throws {
            let key = ["idempotency-key": "once"]
            let first = try house.ingress.post("/Counter/idem/add", json: "1", key)
            let second = try house.ingress.post("/Counter/idem/add", json: "1", key)
            #expect(first.text == "1" && second.text == "1")
            #expect(first.headers["x-restate-id"] == second.headers["x-restate-id"])
            #expect(try house.call("/Counter/idem/add", "1") == "2")
            let sent = try house.ingress.post("/Counter/idem/add/send", json: "1", key)
            #expect(sent.text.contains("PreviouslyAccepted"))
        }

        private func theVersionIsTheOneAskedFor(_ house: House, _ dialect: Dialect) throws {
            struct Rows: Decodable {
                struct Row: Decodable { let version: Int }
                let rows: [Row]
            }
            let sql = """
                SELECT DISTINCT pinned_service_protocol_version AS version FROM sys_invocation \
                WHERE pinned_service_protocol_version IS NOT NULL
                """
            #expect(try house.query(sql).json(Rows.self).rows.map(\.version) == [dialect.version])
        }

        @Test(arguments: Dialect.all)
        func aSleepEndsOnTimeAndWithoutTheService(dialect: Dialect) throws {
            let house = try House(dialect.flags + ["--inactivity-timeout", "200ms"])
            try house.register(http1: dialect.http1)
            let id = try house.send("/Plain/nap/send", #"{"id":"n","milliseconds":1500}"#)
            try eventually("the suspension") { try house.status(of: id) == "suspended" ? true : nil }
            try eventually("the wake-up") { house.effects.count("awake", id: "n") == 1 ? true : nil }
            let events = house.effects.events.filter { $0.id == "n" }
            #expect(events.first?.kind == "asleep")
            let slept = try #require(events.last?.time) - (try #require(events.first?.time))
            #expect(slept >= 1.5)
        }

        @Test func oneExclusiveHandlerRunsAtATimeForEachKeyInOrder() throws {
            let house = try House()
            try house.register()
            _ = try house.send("/Counter/o/hold/send", "300")
            for amount in 1...20 { _ = try house.send("/Counter/o/add/send", "\(amount)") }
            #expect(try house.ask("/Counter/o/total") == "0", "a shared handler does not wait")
            #expect(try house.call("/Counter/p/add", "1") == "1", "another key does not wait")
            try eventually("the queue to empty") { house.effects.count("added", id: "o") == 20 ? true : nil }
            let events = house.effects.events.filter { $0.id == "o" }
            let order = events.filter { $0.kind == "added" }.map(\.step)
            #expect(order == (1...20).map(String.init))
            let released = events.firstIndex { $0.kind == "released" }
            let added = events.firstIndex { $0.kind == "added" }
            #expect(try #require(released) < (try #require(added)))
        }
    }
}
