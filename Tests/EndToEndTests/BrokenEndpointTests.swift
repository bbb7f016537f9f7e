import FoundationEssentials
import Testing

extension EndToEnd {
    /// What a broken or hostile endpoint can say, and that it costs nobody but itself.
    @Suite(.serialized)
    struct BrokenEndpointTests {
        /// With a service that is well, and one that is not; attempts are given up soon.
        private func house() throws -> House {
            let house = try House([
                "--retry-initial-interval", "10ms", "--retry-attempts-max", "2", "--retry-on-max-attempts", "kill",
            ])
            try house.register()
            try house.register(.nonsense)
            return house
        }

        /// The daemon and its queries do their work, now and after a start anew, and nothing is left over.
        private func expectWell(_ house: House, _ handlers: [String]) throws {
            for isRestarted in [false, true] {
                if isRestarted { try house.restartDaemon() }
                house.expectServing()
                #expect(try house.call("/Plain/echo", "1") == "1")
                #expect(try house.call("/Counter/k/add", "1") == (isRestarted ? "2" : "1"))
                for table in ["sys_invocation", "sys_journal", "sys_journal_events", "state", "sys_inbox"] {
                    let answer = try house.query("SELECT count(*) AS n FROM \(table)")
                    #expect(answer.status == 200, "\(table): \(answer.text)")
                    #expect(try house.query("SELECT * FROM \(table)").status == 200, "\(table)")
                }
                let left = try house.query(
                    "SELECT target_handler_name, status FROM sys_invocation WHERE status != 'completed'"
                )
                #expect(left.text == #"{"rows":[]}"#, "\(handlers)")
            }
        }

        private func expectFailure(_ house: House, _ handlers: [String]) throws {
            for handler in handlers {
                for path in ["/Nonsense/\(handler)", "/NonsenseObject/k/\(handler)"] {
                    let answer = try house.ingress.post(path, json: "{}")
                    #expect(answer.status >= 500, "\(path): \(answer.status) \(answer.text)")
                }
            }
        }

        @Test("known fault 34: an End as the only message fails its attempt and does not stop the server")
        func anEndAlone() throws {
            let house = try house()
            try expectFailure(house, ["only_end"])
            try expectWell(house, ["only_end"])
        }

        @Test("known fault 35: what no service may send stops nothing, and nothing of it is stored")
        func unknownAndUndecodableEntries() throws {
            let house = try house()
            let handlers = [
                "custom", "custom_and_done", "unknown_command", "unknown_command_and_done",
                "undecodable_output_and_end", "undecodable", "unknown", "backwards",
            ]
            try expectFailure(house, handlers)
            let entries = try house.query(
                "SELECT count(*) AS n FROM sys_journal WHERE entry_type NOT LIKE '%Input%' AND id IN "
                    + "(SELECT id FROM sys_invocation WHERE target_service_name LIKE 'Nonsense%')"
            )
            #expect(entries.text == #"{"rows":[{"n":0}]}"#)
            try expectWell(house, handlers)
        }

        @Test("known fault 37: an End without an Output leaves no invocation behind that nobody runs")
        func anEndWithoutOutput() throws {
            let house = try house()
            try expectFailure(house, ["end_without_output"])
            try expectWell(house, ["end_without_output"])
        }

        @Test("known fault 50: no number of an endpoint's stops anything, however large")
        func largeNumbers() throws {
            let house = try house()
            let handlers = ["sleep_to_the_last_id", "sleep_for_ever", "delay_2_63", "delay_2_64", "retry_after_2_64"]
            var ids: [String] = []
            for handler in handlers {
                ids.append(try house.send("/Nonsense/\(handler)/send", "{}"))
                ids.append(try house.send("/NonsenseObject/k-\(handler)/\(handler)/send", "{}"))
            }
            for id in ids {
                try eventually("the first attempt of \(id)") {
                    let row = try house.query("SELECT retry_count FROM sys_invocation WHERE id = '\(id)'").text
                    return row.contains(#""retry_count":0"#) || row.contains("null") ? nil : true
                }
            }
            house.expectServing()
            try house.restartDaemon()
            house.expectServing()
            for id in ids where try house.status(of: id) != "completed" {
                #expect(try house.client(["invocations", "kill", id, "--yes"]).status == 0, "\(id)")
            }
            try expectWell(house, handlers)
        }

        @Test("known fault 51: a state key that is not UTF-8 stops nothing, wherever it is looked at")
        func stateKeysOfBytes() throws {
            let house = try house()
            _ = try house.ingress.post("/NonsenseObject/k/state_key_of_bytes", json: "{}")
            for arguments in [
                ["state", "get", "NonsenseObject", "k"], ["state", "get", "NonsenseObject", "k", "--json"],
            ] {
                let run = try house.client(arguments)
                #expect(run.status <= 1, "\(run.output)\(run.errors)")
            }
            #expect(try house.query("SELECT * FROM state WHERE service_name = 'NonsenseObject'").status == 200)
            try expectWell(house, ["state_key_of_bytes"])
        }

        @Test("known fault 52: a command that does not parse, or lacks what it needs, stops nothing")
        func garbledAndEmptyCommands() throws {
            let house = try house()
            let names = [
                "output", "get_state", "set_state", "clear_state", "get_state_keys", "get_eager_state",
                "get_eager_state_keys", "get_promise", "peek_promise", "complete_promise", "sleep", "call",
                "one_way_call", "send_signal", "run", "attach", "get_output", "complete_awakeable",
            ]
            try expectFailure(house, names.map { "garbled_" + $0 })
            for name in names {
                for path in ["/Nonsense/empty_\(name)", "/NonsenseObject/k/empty_\(name)"] {
                    let answer = try house.ingress.post(path, json: "{}")
                    #expect(answer.status == 200 || answer.status >= 500, "\(path): \(answer.status) \(answer.text)")
                }
            }
            try expectWell(house, names)
        }

        @Test("known fault 53: a compressed answer fails its attempt by its name")
        func compressedAnswers() throws {
            let house = try house()
            let answer = try house.ingress.post("/Nonsense/compressed", json: "{}")
            #expect(answer.status >= 500 && answer.text.contains("gzip"), "\(answer.text)")
            try expectWell(house, ["compressed"])
        }
    }
}
