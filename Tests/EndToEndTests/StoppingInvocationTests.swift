import ControlProtocol
import Testing

extension EndToEnd {
    /// Cancelling is asking, killing is not.
    @Suite(.serialized)
    struct StoppingInvocationTests {
        @Test func aCancelledHandlerMayTidyUp() throws {
            let house = try House()
            try house.register()
            let id = try house.send("/Plain/stuck/send", #""c""#)
            try eventually("the handler to start") { house.effects.count("stuck", id: "c") > 0 ? true : nil }
            #expect(try house.client(["invocations", "cancel", id]).status == 0)
            try eventually("the end") { try house.status(of: id) == "completed" ? true : nil }
            #expect(house.effects.count("cancelled", id: "c") == 1)
        }

        @Test(arguments: ["deaf", "stuck"])
        func aKilledHandlerIsGoneAtOnce(handler: String) throws {
            let house = try House()
            try house.register()
            let call = try house.ingress.open(
                "POST",
                "/Plain/\(handler)",
                headers: ["content-type": "application/json"],
                body: Array(#""k""#.utf8)
            )
            try eventually("the handler to start") { house.effects.count(handler, id: "k") > 0 ? true : nil }
            let id = try #require(try invocations(house).first)
            #expect(try house.client(["invocations", "kill", id]).status == 0)
            let answer = try HTTPPort.answer(on: call)
            #expect(answer.status == 409)
            #expect(answer.text.contains("killed"))
            let again = try house.client(["invocations", "kill", id])
            #expect(again.status == 1)
            #expect(!again.errors.isEmpty)
        }

        @Test func aKeyIsFreeAfterItsHolderWasKilled() throws {
            let house = try House()
            try house.register()
            let holder = try house.send("/Counter/k/hold/send", "600000")
            try eventually("the key to be held") { house.effects.count("held", id: "k") > 0 ? true : nil }
            let waiting = try house.send("/Counter/k/add/send", "1")
            #expect(try house.status(of: waiting) == "pending")
            #expect(try house.admin.exchange("PATCH", "/invocations/\(holder)/kill").status == 200)
            try eventually("the next in line") { house.effects.count("added", id: "k") == 1 ? true : nil }
        }

        @Test func whatIsUnknownIsNamed() throws {
            let house = try House()
            let run = try house.client(["invocations", "kill", "inv_1nonsense"])
            #expect(run.status == 1)
            #expect(run.errors.contains("inv_1nonsense"))
            #expect(try house.admin.exchange("PATCH", "/invocations/inv_1nonsense/kill").status / 100 == 4)
        }

        private func invocations(_ house: House) throws -> [String] {
            struct Rows: Decodable {
                struct Row: Decodable { let id: String }
                let rows: [Row]
            }
            return try house.query("SELECT id FROM sys_invocation WHERE status <> 'completed'").json(Rows.self)
                .rows.map(\.id)
        }
    }
}
