import ControlProtocol
import FoundationEssentials
import Testing

extension EndToEnd {
    /// Versions of a service side by side, from the first registration to the removal.
    @Suite(.serialized)
    struct DeploymentTests {
        private func register(_ house: House, _ url: String, _ options: [String] = []) throws
            -> RegisterDeployment.Result
        {
            try house.result(["deployments", "register", url] + options)
        }

        @Test func aKnownAddressChangesNothingAndANewOneMakesARevision() throws {
            let house = try House()
            let first = try house.startService()
            let created = try register(house, first.url)
            #expect(created.outcome == .created)
            let again = try register(house, first.url)
            #expect(again.outcome == .unchanged)
            #expect(again.deployment.id == created.deployment.id)
            let second = try house.startService()
            let newer = try register(house, second.url)
            #expect(newer.deployment.id != created.deployment.id)
            #expect(newer.deployment.services.allSatisfy { $0.revision == 2 })
            let forced = try register(house, second.url, ["--force", "--yes"])
            #expect(forced.outcome == .overwritten)
            #expect(forced.deployment.id == newer.deployment.id)
        }

        @Test func whatIsInFlightStaysAndWhatIsNewGoesToTheLatest() throws {
            let house = try House()
            let old = try house.startService()
            let oldID = try register(house, old.url).deployment.id
            let id = try house.send("/Plain/nap/send", #"{"id":"n","milliseconds":1500}"#)
            try eventually("the first attempt") { house.effects.count("asleep", id: "n") == 1 ? true : nil }
            #expect(try house.call("/Counter/k/add", "1") == "1")

            let new = try house.startService()
            let newID = try register(house, new.url).deployment.id
            #expect(
                try house.call("/Counter/k/add", "1") == "2",
                "the state of an object is the same for all revisions"
            )
            let refused = try house.client(["deployments", "remove", oldID, "--yes"])
            #expect(refused.status == 1)
            #expect((refused.errors + refused.output).contains(id), "what blocks is named: \(refused.errors)")
            #expect(try house.admin.exchange("DELETE", "/deployments/\(oldID)").status == 409)
            let latest = try house.client(["deployments", "remove", newID, "--yes"])
            #expect(latest.status == 1, "the latest revision is being served")

            try eventually("the end of the nap") { try house.status(of: id) == "completed" ? true : nil }
            #expect(try pin(house, id) == oldID)
            try eventually("the removal") {
                try house.client(["deployments", "remove", oldID, "--yes"]).status == 0 ? true : nil
            }
            let left: ListDeployments.Result = try house.result(["deployments", "list"])
            #expect(left.deployments.map(\.id) == [newID])
            old.kill()
            #expect(try house.call("/Counter/k/add", "1") == "3")
        }

        private func pin(_ house: House, _ id: String) throws -> String? {
            struct Rows: Decodable {
                struct Row: Decodable { let pin: String }
                let rows: [Row]
            }
            return try house.query("SELECT pinned_deployment_id AS pin FROM sys_invocation WHERE id = '\(id)'")
                .json(Rows.self).rows.first?.pin
        }

        @Test func revisionsSurviveARestart() throws {
            let house = try House()
            let first = try register(house, try house.startService().url).deployment.id
            try house.restartDaemon()
            #expect(try register(house, try house.startService().url).deployment.services.first?.revision == 2)
            #expect(try house.client(["deployments", "remove", first, "--yes"]).status == 0)
            try house.restartDaemon()
            #expect(try register(house, try house.startService().url).deployment.services.first?.revision == 3)
        }

        @Test func whatIsNoServiceIsRefusedAndChangesNothing() throws {
            let house = try House()
            let closed = try freePort()
            for address in ["http://127.0.0.1:\(closed)", house.adminURL, "no address", "ftp://127.0.0.1:1"] {
                let run = try house.client(["deployments", "register", address])
                #expect(run.status == 1 || run.status == 2, "\(address)")
                #expect(!run.errors.isEmpty, "\(address)")
            }
            let none: ListDeployments.Result = try house.result(["deployments", "list"])
            #expect(none.deployments.isEmpty)
            #expect(
                try house.admin.post("/deployments", json: #"{"uri":"http://127.0.0.1:\#(closed)"}"#).status >= 400
            )
            house.expectServing()
        }
    }
}

extension House {
    fileprivate var adminURL: String { "http://127.0.0.1:\(admin.port)" }
}
