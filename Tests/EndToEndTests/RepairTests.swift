import ControlProtocol
import FoundationEssentials
import Testing

extension EndToEnd {
    /// What an operator does to invocations, one or many.
    @Suite(.serialized)
    struct RepairTests {
        /// Three that end only when they are told to, and one that is over.
        private func world() throws -> (house: House, stuck: [String], done: String) {
            let house = try House()
            try house.register()
            try house.done([
                "services", "config", "set", "Plain", "--journal-retention", "1h", "--idempotency-retention", "1h",
            ])
            let stuck = try (1...3).map { number in
                let id = try house.send("/Plain/stuck/send", #""s\#(number)""#)
                try eventually("the handler to start") {
                    house.effects.count("stuck", id: "s\(number)") > 0 ? true : nil
                }
                return id
            }
            let done = try house.send("/Plain/steps/send", #"{"id":"d"}"#, ["idempotency-key": "d"])
            _ = try house.output(of: done)
            return (house, stuck, done)
        }

        private func batch(_ house: House, _ arguments: [String]) throws -> (Int32, OperateInvocations.Result) {
            let run = try house.client(["invocations"] + arguments + ["--json"])
            let result = try JSONDecoder().decode(OperateInvocations.Result.self, from: Data(run.output.utf8))
            return (run.status, result)
        }

        @Test func eachRefusalOfManyIsReportedAndTheRunFails() throws {
            let (house, stuck, done) = try world()
            let (status, killed) = try batch(house, ["kill", stuck[0], done, stuck[1]])
            #expect(status == 1)
            #expect(killed.matched == 3 && killed.succeeded == 2 && killed.refused == 1)
            #expect(killed.refusals.map(\.id) == [done])
            #expect(killed.refusals.first?.error.data?.name == "invocation-completed")
            let table = try house.client(["invocations", "kill", stuck[2], done])
            #expect(table.status == 1)
            #expect(table.output.contains("1 done, 1 refused") && table.output.contains(done))
            let both = try house.admin.post(
                "/internal/invocations_batch_operations/kill",
                json: #"{"invocation_ids":["\#(done)"]}"#
            )
            #expect(both.status == 200 && both.text.contains(done), "\(both.status) \(both.text)")
        }

        @Test func allThatMatchAreCancelledInOneRequest() throws {
            let (house, stuck, _) = try world()
            let choice = ["--service", "Plain", "--handler", "stuck"]
            #expect(try house.client(["invocations", "cancel"] + choice).status == 2, "nobody has consented")
            let (counted, plan) = try batch(house, ["cancel"] + choice + ["--dry-run"])
            #expect(counted == 0 && plan.isDryRun && plan.matched == 3)
            let (status, cancelled) = try batch(house, ["cancel"] + choice + ["--yes"])
            #expect(status == 0 && cancelled.succeeded == 3 && cancelled.refused == 0)
            for id in stuck {
                try eventually("the end") { try house.status(of: id) == "completed" ? true : nil }
            }
            #expect(house.effects.count("cancelled") == 3)
            let (_, none) = try batch(house, ["cancel"] + choice + ["--yes"])
            #expect(none.matched == 0)
        }

        @Test func whatRunsIsPausedAndGoesOn() throws {
            let (house, stuck, done) = try world()
            try house.done(["invocations", "pause", stuck[0]])
            try eventually("it to rest") { try house.status(of: stuck[0]) == "paused" ? true : nil }
            #expect(try house.client(["invocations", "pause", done]).status == 1)
            try house.done(["invocations", "resume", stuck[0]])
            try eventually("it to go on") { try house.status(of: stuck[0]) != "paused" ? true : nil }
        }

        @Test func whatIsOverIsRestartedWholeOrFromAnEntry() throws {
            let (house, _, done) = try world()
            let first = try house.output(of: done)
            let whole: OperateInvocation.Result = try house.result(["invocations", "restart", done])
            let again = try house.output(of: try #require(whole.newId))
            #expect(again != first)
            // Entry 1 is the first step; its result is kept, the others run again.
            let details: InvocationDetails = try house.result(["invocations", "describe", done])
            let step = try #require(details.journal.first { $0.name == "one" })
            let part: OperateInvocation.Result = try house.result([
                "invocations", "restart", done, "--from", "\(step.index)",
            ])
            let mixed = try JSONDecoder().decode(
                [String].self,
                from: Data(try house.output(of: try #require(part.newId)).utf8)
            )
            let tokens = try JSONDecoder().decode([String].self, from: Data(first.utf8))
            #expect(mixed[0] == tokens[0] && mixed[1] != tokens[1] && mixed[2] != tokens[2])
            #expect(try house.client(["invocations", "restart", done, "--from", "4000000"]).status == 1)
        }

        @Test func whatIsKeptIsPurged() throws {
            let (house, stuck, done) = try world()
            #expect(try house.client(["invocations", "purge", stuck[0]]).status == 1)
            try house.done(["invocations", "purge-journal", done])
            #expect(try house.output(of: done).hasPrefix("["), "the result is kept")
            #expect(try house.client(["invocations", "restart", done]).status == 1, "the input is gone")
            try house.done(["invocations", "purge", done])
            let gone = try house.client(["invocations", "describe", done])
            #expect(gone.status == 1 && gone.errors.contains(done))
        }

        @Test func theWorkOfAServiceIsCountedAndItsBlockedKeysAreNamed() throws {
            let house = try House()
            try house.register()
            let holder = try house.send("/Counter/k/hold/send", "600000")
            try eventually("the key to be held") { house.effects.count("held", id: "k") > 0 ? true : nil }
            for _ in 1...3 { _ = try house.send("/Counter/k/add/send", "1") }
            let status: ServiceStatus.Result = try house.result(["services", "status", "Counter"])
            let work = try #require(status.services.first)
            #expect(work.handlers.first { $0.name == "add" }?.invocations == ["pending": 3])
            #expect(work.blockedKeys.map(\.key) == ["k"])
            #expect(work.blockedKeys.first?.waiting == 3 && work.blockedKeys.first?.holderId == holder)
            #expect(work.oldest?.id == holder)
        }
    }
}
