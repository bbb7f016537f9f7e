import ControlProtocol
import FoundationEssentials
import Testing

/// How handlers meet the daemon: each mode has another path through both.
struct Mode: CustomTestStringConvertible {
    let name: String
    var flags: [String] = []
    var http1 = false

    var testDescription: String { name }

    static let all = [
        Mode(name: "streams both ways"),
        Mode(name: "suspending at every await", flags: ["--inactivity-timeout", "0s"]),
        Mode(name: "over HTTP/1.1", http1: true),
        Mode(name: "with lazy state", flags: ["--disable-eager-state"]),
    ]

    /// A house with these flags, those of its first start alone, and the features.
    func house(_ more: [String] = [], first: [String] = []) throws -> House {
        let retries = ["--retry-initial-interval", "50ms", "--retry-interval-max", "200ms"]
        let house = try House(flags + retries + more, start: false)
        try house.start(extraFlags: first)
        try house.register(.features, http1: http1)
        return house
    }
}

extension EndToEnd {
    /// Everything that a handler can ask of its server, with the unmodified SDK, in every mode.
    @Suite(.serialized)
    struct FeatureTests {
        private func awakeable(_ ident: String, _ house: House) throws -> String {
            try eventually("the awakeable of \(ident)") {
                house.effects.events.first { $0.kind == "awakeable" && $0.id == ident }?.step
            }
        }

        private func result(of id: String, _ house: House) throws -> String {
            let answer = try house.ingress.get("/restate/attach/\(id)")
            #expect(answer.status == 200, "\(answer.text)")
            return answer.text
        }

        private func waiting(_ handler: String, _ ident: String, _ house: House) throws -> String {
            try house.send("/Feature/\(handler)/send", "\"\(ident)\"")
        }

        @Test(arguments: Mode.all)
        func awakeablesAreCompletedFromOutsideAndByHandlers(mode: Mode) throws {
            let house = try mode.house()
            let ways: [(String, String, String)] = [
                ("resolve", #""by ingress""#, #""got \"by ingress\"""#), ("reject", "no tea", #""failed 500 no tea""#),
            ]
            for (verb, body, expected) in ways {
                let id = try waiting("wait_awakeable", verb, house)
                let awakeable = try awakeable(verb, house)
                let answer = try house.ingress.post("/restate/awakeables/\(awakeable)/\(verb)", json: body)
                #expect(answer.status == 202 && answer.text.isEmpty)
                #expect(try house.ingress.post("/restate/a/\(awakeable)/resolve", json: #""late""#).status == 202)
                #expect(try result(of: id, house) == expected)
            }
            let resolved = try waiting("wait_awakeable", "h", house)
            _ = try house.call("/Feature/resolve", #"{"id":"\#(try awakeable("h", house))","value":"by handler"}"#)
            #expect(try result(of: resolved, house) == #""got \"by handler\"""#)
            let rejected = try waiting("wait_awakeable", "i", house)
            _ = try house.call(
                "/Feature/reject",
                #"{"id":"\#(try awakeable("i", house))","message":"no","code":410}"#
            )
            #expect(try result(of: rejected, house) == #""failed 410 no""#)
            #expect(try house.call("/Feature/own_awakeable", #""mine""#) == #""got \"mine\"""#)
            house.expectServing()
        }

        @Test(arguments: Mode.all)
        func signalsReachTheirInvocationWhetherItWaitsOrNot(mode: Mode) throws {
            let house = try mode.house()
            let waiting = try waiting("wait_signal", "w", house)
            try eventually("the wait") { house.effects.count("waiting", id: "w") > 0 ? true : nil }
            _ = try house.call("/Feature/send_signal", #"{"id":"\#(waiting)","name":"other","value":"x"}"#)
            _ = try house.call("/Feature/send_signal", #"{"id":"\#(waiting)","name":"go","value":"now"}"#)
            #expect(try result(of: waiting, house) == #""got \"now\"""#)
            let early = try self.waiting("late_signal", "l", house)
            let awakeable = try awakeable("l", house)
            _ = try house.call("/Feature/reject_signal", #"{"id":"\#(early)","name":"go","message":"no go"}"#)
            _ = try house.ingress.post("/restate/awakeables/\(awakeable)/resolve", json: #""a""#)
            #expect(try result(of: early, house) == #""got \"a\", failed 418 no go""#)
        }

        @Test(arguments: Mode.all)
        func callsCarryTheirOptions(mode: Mode) throws {
            struct Callee: Decodable, Equatable {
                let id: String
                let headers: [String: String]
                let value: String
            }
            let house = try mode.house()
            let callees = try JSONDecoder().decode(
                [Callee].self,
                from: Data(try house.call("/Feature/calls_with_options", #""key""#).utf8)
            )
            #expect(callees.count == 3 && callees[0] == callees[1])
            #expect(callees[0].headers == ["x-test-a": "1", "x-test-b": "é"] && callees[0].value == "x")
            #expect(callees[2].headers.isEmpty && callees[2].value == "z" && callees[2].id != callees[0].id)
            let generic = try JSONDecoder().decode(
                [String].self,
                from: Data(try house.call("/Feature/calls_generically", #""g""#).utf8)
            )
            #expect(generic.first == "g" && generic.last?.hasPrefix("inv_1") ?? false)
            try eventually("the delayed send") { house.effects.count("put", id: "generic") == 1 ? true : nil }
            #expect(
                try house.call("/Feature/calls_everything", #""all""#)
                    == #"[["stored", null, ["other", "value"], null], "quick", "#
                    + #""failed 409 the workflow method was already invoked", "done"]"#
            )
        }

        @Test(arguments: Mode.all)
        func handlersAttachToOtherInvocations(mode: Mode) throws {
            let house = try mode.house()
            let id = try waiting("wait_awakeable", "a", house)
            let attached = try waiting("attach", id, house)
            try eventually("the attachment") { house.effects.count("attaching", id: id) > 0 ? true : nil }
            _ = try house.ingress.post("/restate/awakeables/\(try awakeable("a", house))/resolve", json: #""x""#)
            let expected = #""got \"got \\\"x\\\"\"""#
            #expect(try result(of: attached, house) == expected)
            #expect(try house.call("/Feature/attach", "\"\(id)\"") == expected)
            let both = try waiting("sends_and_attaches", "b", house)
            _ = try house.ingress.post("/restate/awakeables/\(try awakeable("b", house))/resolve", json: #""x""#)
            #expect(try result(of: both, house) == expected)
            let unknown = "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"
            #expect(try house.call("/Feature/attach", "\"\(unknown)\"") == #""failed 404 not found""#)
        }

        @Test(arguments: Mode.all)
        func cancellationReachesThoseCalledAndLetsThemTidyUp(mode: Mode) throws {
            let house = try mode.house()
            let parent = try waiting("parent", "p", house)
            try eventually("the child") { house.effects.count("child", id: "p") > 0 ? true : nil }
            _ = try house.call("/Feature/stop", "\"\(parent)\"")
            let answer = try house.ingress.get("/restate/attach/\(parent)")
            #expect(answer.status == 409 && answer.text.contains("parent"), "\(answer.text)")
            try eventually("the undoing") {
                Set(house.effects.events.filter { $0.kind == "undone" }.map(\.step)) == ["parent", "child"] ? true : nil
            }
            #expect(house.effects.count("undone", id: "p") == 2)
            let stopped = try house.call("/Feature/stops_its_callee", #""s""#)
            #expect(stopped.hasPrefix(#""failed 409 child"#), "\(stopped)")
        }

        @Test(arguments: Mode.all)
        func whoCatchesACancelMayWaitAgain(mode: Mode) throws {
            let house = try mode.house()
            let id = try waiting("undoes_slowly", "u", house)
            try eventually("the handler") { house.effects.count("slow", id: "u") > 0 ? true : nil }
            _ = try house.call("/Feature/stop", "\"\(id)\"")
            #expect(try result(of: id, house) == #""undone""#)
        }

        @Test(arguments: Mode.all)
        func severalThingsAreAwaitedAtOnce(mode: Mode) throws {
            let house = try mode.house()
            let all = try waiting("all_of", "all", house)
            _ = try house.ingress.post("/restate/awakeables/\(try awakeable("all", house))/resolve", json: #""told""#)
            #expect(try result(of: all, house) == #"["told", "called", "ran"]"#)
            #expect(try house.call("/Feature/first_of", #""timeout""#) == #"["timeout", null]"#)
            let first = try waiting("first_of", "first", house)
            _ = try house.ingress.post("/restate/awakeables/\(try awakeable("first", house))/resolve", json: #""x""#)
            #expect(try result(of: first, house) == #"["told", "x"]"#)
            #expect(try house.call("/Feature/one_by_one", #""o""#) == "[100, 200, 300]")
            #expect(try house.call("/Feature/waits_for_some", #""s""#) == "[1, 1]")
        }

        @Test(arguments: Mode.all)
        func chanceAndTimeAreTheSameOnReplay(mode: Mode) throws {
            let house = try mode.house()
            let drawn = try house.call("/Feature/same_on_replay", #""r""#)
            let noted = house.effects.events.filter { $0.kind == "drawn" && $0.id == "r" }.map(\.step)
            #expect(noted.count > 1)
            #expect(Set(noted.map { "\"\($0)\"" }) == [drawn])
        }

        @Test(arguments: Mode.all)
        func failuresArePassedOnAsTheyAre(mode: Mode) throws {
            let house = try mode.house()
            struct Failure: Decodable {
                let code: Int
                let message: String
                let metadata: [String: String]?
            }
            let answer = try house.ingress.post("/Feature/named_failure", json: #""tea""#)
            let failure = try answer.json(Failure.self)
            #expect(answer.status == 418 && failure.code == 418 && failure.message == "tea")
            #expect(failure.metadata == ["who": "me", "why": "é"])
            #expect(
                try house.call("/Feature/relays_failure", #""tea""#)
                    == #"[418, "tea", {"who": "me", "why": "\u00e9"}]"#
            )
            #expect(try house.call("/Feature/terminal_step", #""t""#) == #""failed 409 final""#)
            #expect(house.effects.count("try", id: "t") == 1)
            #expect(try house.call("/Feature/bounded_step", #""b""#).contains("never works"))
            #expect(house.effects.count("try", id: "b") > 2)
            #expect(try house.call("/Feature/asks_for_time", #""late""#) == "2")
            let attempts = house.effects.events.filter { $0.kind == "attempt" && $0.id == "late" }.map(\.time)
            #expect(attempts.count == 2 && attempts[1] - attempts[0] >= 0.7)
        }

        @Test(arguments: Mode.all)
        func stateIsSeenAsItWasOnReplay(mode: Mode) throws {
            let house = try mode.house()
            _ = try house.call("/Box/k/put", #""v""#)
            #expect(try house.ask("/Box/k/look") == #"["other", "value"]"#)
            #expect(try house.call("/Box/k/take", "null") == #"["v", null, ["other", "value"], null]"#)
            #expect(try house.ask("/Box/k/look") == #"["other"]"#)
            #expect(try house.ask("/Box/k/wipe") == "[1, null]")
            #expect(try house.ask("/Box/k/look") == #"["left"]"#)
        }

        @Test(arguments: Mode.all)
        func workflowRunsOnceAndKeepsItsPromises(mode: Mode) throws {
            let house = try mode.house()
            let run = try house.send("/Order/o%2F1/start/send", #""slow""#)
            try eventually("the start") { house.effects.count("started", id: "o/1") > 0 ? true : nil }
            #expect(try house.send("/Order/o%2F1/start/send", #""again""#) == run)
            let repeated = try house.ingress.post("/Order/o%2F1/start", json: #""again""#)
            #expect(repeated.status == 409 && repeated.text.contains("already invoked"))
            #expect(try house.ingress.get("/restate/workflow/Order/o%2F1/output").status == 470)
            let beside = try house.send("/Order/o%2F1/approved/send", "null")
            try eventually("the other waiter") { house.effects.count("asking", id: "o/1") > 0 ? true : nil }
            #expect(try house.call("/Order/o%2F1/stage", "null") == #""started""#)
            #expect(try house.call("/Order/o%2F1/approve", #""me""#) == #""got null""#)
            let late = try house.call("/Order/o%2F1/deny", #""you""#)
            #expect(late == #""failed 409 promise was already completed""#)
            let attached = try house.ingress.get("/restate/workflow/Order/o%2F1/attach")
            #expect(attached.text == #""None then got \"me\"""#, "\(attached.status)")
            #expect(try house.ingress.get("/restate/workflow/Order/o%2F1/output").text == attached.text)
            #expect(try result(of: beside, house) == #""got \"me\"""#)
            #expect(try house.call("/Order/o%2F1/stage", "null") == #""done""#)
            #expect(try house.call("/Order/o%2F1/approved", "null") == #""got \"me\"""#)
            #expect(house.effects.events.filter { $0.kind == "started" }.allSatisfy { $0.step == "slow" })
            #expect(try house.call("/Order/p/deny", #""no""#) == #""got null""#, "before the run")
            let denied = try house.ingress.post("/Order/p/start", json: #""slow""#)
            #expect(denied.status == 403 && denied.text.contains("no"), "looking at it fails as waiting would")
        }

        @Test(arguments: Mode.all)
        func whatBelongsToAWorkflowEndsWithItsRetentionOrAPurge(mode: Mode) throws {
            let house = try mode.house()
            let run = try house.send("/Order/w/start/send", #""slow""#)
            _ = try house.call("/Order/w/approve", #""me""#)
            #expect(try house.ingress.get("/restate/attach/\(run)").status == 200)
            #expect(try house.client(["invocations", "purge", run, "--yes"]).status == 0)
            #expect(try house.call("/Order/w/stage", "null") == #""None""#)
            let gone = try house.ingress.get("/restate/workflow/Order/w/attach")
            #expect(gone.status == 404 && gone.text.contains("not found"))
            let second = try house.send("/Order/w/start/send", #""slow""#)
            #expect(second == run, "the id is that of the key")
            _ = try house.call("/Order/w/approve", #""you""#)
            #expect(try result(of: second, house).contains("you"))
        }

        @Test(arguments: Mode.all)
        func everythingSurvivesACrashWhileItWaits(mode: Mode) throws {
            let house = try mode.house()
            let awakeable = try waiting("wait_awakeable", "c", house)
            let run = try house.send("/Order/c/start/send", #""slow""#)
            let signal = try waiting("wait_signal", "c", house)
            let name = try self.awakeable("c", house)
            try eventually("all to wait") {
                house.effects.count("started", id: "c") > 0 && house.effects.count("waiting", id: "c") > 0 ? true : nil
            }
            try house.restartDaemon()
            _ = try house.ingress.post("/restate/awakeables/\(name)/resolve", json: #""x""#)
            _ = try house.call("/Order/c/approve", #""x""#)
            _ = try house.call("/Feature/send_signal", #"{"id":"\#(signal)","name":"go","value":"x"}"#)
            try house.restartDaemon()
            for id in [awakeable, run, signal] { #expect(try result(of: id, house).contains("x")) }
        }

        @Test func mismatchOfCodeAndJournalIsExplainedWhereverAnOperatorLooks() throws {
            let house = try Mode.all[0].house()
            let id = try waiting("changes_its_mind", "m", house)
            struct Rows: Decodable {
                struct Row: Decodable {
                    let code: String?
                    let failure: String?
                    let index: Int?
                    let entry: Int?
                    let type: String?
                }
                let rows: [Row]
            }
            let sql = """
                SELECT last_failure_error_code AS code, last_failure AS failure, \
                last_failure_related_command_index AS "index", last_failure_related_entry_index AS entry, \
                last_failure_related_entry_type AS type FROM sys_invocation WHERE id = '\(id)'
                """
            let row = try eventually("the mismatch") {
                let row = try house.query(sql).json(Rows.self).rows.first
                return row?.code == "RT0016" ? row : nil
            }
            #expect(row.failure?.contains("ismatch") ?? false, "\(row.failure ?? "")")
            #expect(row.index == 1 && row.entry == 1 && row.type != nil, "\(row)")
            let described = try house.client(["invocations", "describe", id]).output
            #expect(described.contains("RT0016") && described.contains("entry 1 (command 1)"), "\(described)")
            #expect(described.contains("first plan"), "the journal is still there")
            #expect(house.log.contains("command 1") && house.log.contains("RT0016"))
        }

        @Test func whatASuspensionWaitsForIsNamedByItsCommand() throws {
            let house = try Mode.all[1].house()
            let awakeable = try waiting("wait_awakeable", "d", house)
            let parent = try waiting("parent", "d", house)
            let waits = [
                (awakeable, "an awakeable (signal 17)"), (parent, "Call 'Feature/child' (entry 1)"),
            ]
            for (id, expected) in waits {
                let described = try eventually("the suspension of \(id)") {
                    let described = try house.client(["invocations", "describe", id]).output
                    return described.contains("Waits for") ? described : nil
                }
                #expect(described.contains(expected), "\(described)")
            }
        }
    }
}
