import Testing

extension EndToEnd {
    /// A handler whose journal has no more room.
    @Suite(.serialized)
    struct JournalSizeTests {
        private struct Failures: Decodable {
            struct Row: Decodable {
                let status: String
                let code: String?
                let failure: String?
            }
            let rows: [Row]
        }

        private func failure(of id: String, _ house: House) throws -> Failures.Row? {
            let sql = """
                SELECT status, last_failure_error_code AS code, last_failure AS failure FROM sys_invocation WHERE id = '\(id)'
                """
            return try house.query(sql).json(Failures.self).rows.first
        }

        private func steps(_ house: House, _ number: Int) -> Int {
            house.effects.events.count { $0.kind == "step" && $0.step == "\(number)" }
        }

        @Test(arguments: Mode.all)
        func anAttemptEndsWhereTheJournalIsFullAndGoesOnOnceThereIsRoom(mode: Mode) throws {
            let house = try mode.house(first: ["--journal-size-limit", "1MiB"])
            let request = #"{"id":"p","steps":10,"bytes":160000}"#
            let id = try house.send("/Feature/piles_up/send", request)
            // The seventh result would be the one too many: its step runs at each attempt, those before it once.
            try eventually("the limit to be met again and again") { steps(house, 6) > 2 ? true : nil }
            let row = try #require(
                try eventually("the failure") {
                    let row = try failure(of: id, house)
                    return row?.code == nil ? nil : row
                }
            )
            #expect(row.code == "RT0003" && row.failure?.contains("journal-size-limit") ?? false, "\(row)")
            #expect((0...5).allSatisfy { steps(house, $0) == 1 })
            #expect(steps(house, 7) == 0)
            let described = try house.client(["invocations", "describe", id]).output
            #expect(described.contains("RT0003"), "\(described)")
            #expect(try house.call("/Feature/about_me", #""others""#).contains("others"), "others are not held up")
            house.killDaemon()
            try house.start(extraFlags: ["--journal-size-limit", "4MiB"])
            #expect(try house.ingress.get("/restate/attach/\(id)").text == "1600000")
            #expect((0...5).allSatisfy { steps(house, $0) == 1 })
            #expect((7...9).allSatisfy { steps(house, $0) == 1 })
        }

        @Test func theLastAttemptLeavesItToAnOperator() throws {
            let house = try Mode.all[0].house(["--journal-size-limit", "1MiB", "--retry-attempts-max", "3"])
            let id = try house.send("/Feature/piles_up/send", #"{"id":"q","steps":10,"bytes":160000}"#)
            try eventually("the pause") { try house.status(of: id) == "paused" ? true : nil }
            #expect(steps(house, 6) == 3)
            #expect(try failure(of: id, house)?.code == "RT0003")
            #expect(try house.client(["invocations", "kill", id]).status == 0)
            let answer = try house.ingress.get("/restate/attach/\(id)")
            #expect(answer.status == 409 && answer.text.contains("killed"), "\(answer.status) \(answer.text)")
        }
    }
}
