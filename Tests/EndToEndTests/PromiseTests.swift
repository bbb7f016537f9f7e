import Testing

extension EndToEnd {
    /// Promises of a workflow's key whose run is over, or never was.
    @Suite(.serialized)
    struct PromiseTests {
        private func promises(_ house: House) throws -> String {
            try house.query("SELECT service_key, key, completed FROM sys_promise ORDER BY service_key, key").text
        }

        private func waiters(_ count: Int, of key: String, _ house: House) throws -> [String] {
            let ids = try (0..<count).map { _ in try house.send("/Order/\(key)/approved/send", "null") }
            try eventually("all to ask") { house.effects.count("asking", id: key) >= count ? true : nil }
            return ids
        }

        @Test(arguments: Mode.all)
        func purgingARunTellsThoseWhoWaitThatItsPromisesAreGone(mode: Mode) throws {
            let house = try mode.house()
            let run = try house.send("/Order/g/start/send", #""quick""#)
            #expect(try house.ingress.get("/restate/attach/\(run)").text == #""quick""#)
            let waiting = try waiters(5, of: "g", house)
            let other = try waiters(1, of: "other", house)
            #expect(try house.client(["invocations", "purge", run, "--yes"]).status == 0)
            for id in waiting {
                let answer = try house.ingress.get("/restate/attach/\(id)")
                #expect(answer.text == #""failed 410 gone""#, "\(answer.status) \(answer.text)")
            }
            #expect(try house.status(of: run) == nil)
            #expect(try house.call("/Order/g/stage", "null") == #""None""#, "its state went with it")
            #expect(try house.status(of: other[0]) != "completed", "another key's promise stays")
            // The key is free, and its promises are new.
            #expect(try house.send("/Order/g/start/send", #""slow""#) == run)
            #expect(try house.call("/Order/g/approve", #""me""#) == #""got null""#)
            #expect(try house.ingress.get("/restate/attach/\(run)").text.contains("me"))
            #expect(try house.call("/Order/other/approve", #""you""#) == #""got null""#)
            #expect(try house.ingress.get("/restate/attach/\(other[0])").text == #""got \"you\"""#)
        }

        @Test(arguments: Mode.all)
        func promisesNeedNoRun(mode: Mode) throws {
            let house = try mode.house()
            #expect(try house.call("/Order/n/peeked", "null") == #""got null""#)
            #expect(try promises(house) == #"{"rows":[]}"#, "looking makes none")
            let waiting = try waiters(2, of: "n", house)
            try house.restartDaemon()
            #expect(try house.call("/Order/n/peeked", "null") == #""got null""#)
            #expect(try house.call("/Order/n/approve", #""me""#) == #""got null""#)
            for id in waiting { #expect(try house.ingress.get("/restate/attach/\(id)").text == #""got \"me\"""#) }
            #expect(try house.call("/Order/n/peeked", "null") == #""got \"me\"""#)
            #expect(try house.call("/Order/n/deny", #""no""#) == #""failed 409 promise was already completed""#)
            try house.restartDaemon()
            #expect(try house.call("/Order/n/approved", "null") == #""got \"me\"""#)
            #expect(try promises(house) == #"{"rows":[{"service_key":"n","key":"approval","completed":true}]}"#)
            let never = try house.ingress.get("/restate/workflow/Order/n/output")
            #expect(never.status == 404, "the run itself is not there: \(never.text)")
            // A run that comes after all finds what was written before it.
            #expect(try house.call("/Order/n/start", #""slow""#) == #""me then got \"me\"""#)
        }
    }
}
