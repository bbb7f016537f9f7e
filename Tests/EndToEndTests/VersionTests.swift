import ControlProtocol
import FoundationEssentials
import Testing

extension EndToEnd {
    /// What an operator does with versions of a service, with the client and over HTTP.
    @Suite(.serialized)
    struct VersionTests {
        private func variant(_ house: House, _ name: String) throws -> PythonService {
            try house.startService(.versions, options: ["--variant", name])
        }

        /// Starts and registers it; gives the deployment's id.
        private func register(_ house: House, _ name: String, _ options: [String] = ["--yes"]) throws -> String {
            let url = try variant(house, name).url
            let result: RegisterDeployment.Result = try house.result(["deployments", "register", url] + options)
            #expect(result.outcome == .created)
            return result.deployment.id
        }

        private func deployments(_ house: House) throws -> [DeploymentSummary] {
            try house.result(["deployments", "list"], as: ListDeployments.Result.self).deployments
        }

        @Test func aChangeIsShownAndNeedsConsent() throws {
            let house = try House()
            let first = try register(house, "one", [])
            let second = try variant(house, "two")
            let asked = try house.client(["deployments", "register", second.url])
            #expect(asked.status == 2)
            #expect(asked.errors.contains("extra") && asked.errors.contains("--yes"), "\(asked.errors)")
            let plan: RegisterDeployment.Result = try house.result([
                "deployments", "register", second.url, "--dry-run",
            ])
            #expect(plan.differences.map(\.handlersAdded) == [["extra"]])
            #expect(try deployments(house).map(\.id) == [first])
            #expect(try house.call("/Greeter/greet", #""Ada""#) == #""one greets Ada""#)
            try house.done(["deployments", "register", second.url, "--yes"])
            #expect(try house.call("/Greeter/greet", #""Ada""#) == #""two greets Ada""#)
            #expect(
                try deployments(house).map(\.services) == [
                    [ServiceRevision(name: "Greeter", revision: 2)], [ServiceRevision(name: "Greeter", revision: 1)],
                ]
            )
            let forced: RegisterDeployment.Result = try house.result([
                "deployments", "register", second.url, "--force", "--yes",
            ])
            #expect(forced.outcome == .overwritten && forced.deployment.services.first?.revision == 3)
        }

        @Test(arguments: ["lacking", "object"])
        func whatBreaksCallersIsRefusedUnlessItIsMeant(name: String) throws {
            let house = try House()
            let first = try register(house, "one", [])
            let service = try variant(house, name)
            let refused = try house.client(["deployments", "register", service.url, "--yes"])
            #expect(refused.status == 1)
            #expect(refused.errors.contains(name == "object" ? "virtual object" : "'old'"), "\(refused.errors)")
            #expect(
                try house.admin.post("/deployments", json: #"{"uri":"\#(service.url)"}"#).status == 409
            )
            #expect(try deployments(house).map(\.id) == [first])
            let meant: RegisterDeployment.Result = try house.result([
                "deployments", "register", service.url, "--breaking", "--yes",
            ])
            #expect(meant.deployment.services.first?.revision == 2)
            #expect(meant.differences.first?.isBreaking == true)
        }

        @Test func anOldVersionDrainsBesideTheNewOneAndGoes() throws {
            let house = try House()
            let first = try register(house, "one", [])
            let id = try house.send("/Greeter/wait/send", #"{"id":"a","milliseconds":3000}"#)
            try eventually("the first attempt") { house.effects.count("asleep", id: "a") == 1 ? true : nil }
            _ = try register(house, "two")
            #expect(try house.call("/Greeter/greet", #""Ada""#) == #""two greets Ada""#)
            let wait = ["deployments", "wait", first, "--for", "drained"]
            #expect(try house.client(wait + ["--timeout", "1ms"]).status == 1)

            let described: DeploymentDetails = try house.result(["deployments", "describe", first, "--extra"])
            #expect(described.status == .draining)
            #expect(described.blockers?.map(\.id) == [id])
            let refused = try house.client(["deployments", "remove", first])
            #expect(refused.status == 1 && refused.errors.contains(id), "\(refused.errors)")
            struct Refused: Decodable {
                struct Blockers: Decodable {
                    struct Invocation: Decodable { let id: String }
                    let pinned_invocations: Int
                    let invocations: [Invocation]
                }
                let message: String
                let blockers: Blockers
            }
            let answer = try house.admin.exchange("DELETE", "/deployments/\(first)")
            #expect(answer.status == 409)
            let body = try answer.json(Refused.self)
            #expect(body.blockers.pinned_invocations == 1 && body.blockers.invocations.map(\.id) == [id])

            try house.done(wait + ["--timeout", "30s"])
            #expect(try house.output(of: id) == #""one""#)
            try house.done(["deployments", "remove", first])
            #expect(try deployments(house).count == 1)
            let history: DeploymentHistory.Result = try house.result(["deployments", "history", first])
            #expect(history.entries.map(\.act) == ["registered", "removed"])
            #expect(history.entries.allSatisfy { $0.actor.hasPrefix("uid ") })
        }

        @Test func whatIsOrphanedIsSaidAndCanGoOnElsewhere() throws {
            let house = try House()
            let first = try register(house, "one", [])
            let ids = try ["a", "b"].map { name in
                let id = try house.send("/Greeter/wait/send", #"{"id":"\#(name)","milliseconds":1000}"#)
                try eventually("the first attempt") { house.effects.count("asleep", id: name) == 1 ? true : nil }
                return id
            }
            let second = try register(house, "two")
            let removed = try house.admin.exchange("DELETE", "/deployments/\(first)?force=true")
            #expect(removed.status == 202)
            #expect(removed.headers["x-perdure-orphaned"] == "2")
            let zombies: ListInvocations.Result = try house.result(["invocations", "list", "--zombie"])
            #expect(Set(zombies.invocations.map(\.id)) == Set(ids))
            try house.done(["invocations", "pause", "--zombie", "--yes"])
            try eventually("both to rest") {
                try ids.allSatisfy { try house.status(of: $0) == "paused" } ? true : nil
            }
            try house.done(["invocations", "resume", ids[0], "--on", second])
            #expect(try house.output(of: ids[0]) == #""two""#)
            try house.done(["invocations", "resume", "--zombie", "--on", "latest", "--yes"])
            #expect(try house.output(of: ids[1]) == #""two""#)
        }

        @Test func removingByForceSaysHowManyItOrphans() throws {
            let house = try House()
            let first = try register(house, "one", [])
            _ = try house.send("/Greeter/wait/send", #"{"id":"a","milliseconds":600000}"#)
            try eventually("the first attempt") { house.effects.count("asleep", id: "a") == 1 ? true : nil }
            #expect(try house.client(["deployments", "remove", first, "--force"]).status == 2, "nobody has consented")
            let removed: RemoveDeployment.Result = try house.result([
                "deployments", "remove", first, "--force", "--yes",
            ])
            #expect(removed.orphanedInvocations == 1)
            #expect(try house.ingress.post("/Greeter/greet", json: #""Ada""#).status == 404)
        }

        @Test func whatHasNotStartedIsCountedAndOrphanedToo() throws {
            let house = try House()
            let first = try register(house, "one", [])
            let id = try house.send("/Greeter/greet/send?delay=1h", #""Ada""#)
            let before: DescribeDeployment.Result = try house.result(["deployments", "describe", first, "--extra"])
            #expect(before.drain?.work.map(\.count) == [1])
            #expect(before.blockers?.map(\.id) == [id])
            let none: ListInvocations.Result = try house.result(["invocations", "list", "--zombie"])
            #expect(none.invocations.isEmpty)
            let removed: RemoveDeployment.Result = try house.result([
                "deployments", "remove", first, "--force", "--yes",
            ])
            #expect(removed.orphanedInvocations == 1)
            let zombies: ListInvocations.Result = try house.result(["invocations", "list", "--zombie"])
            #expect(zombies.invocations.map(\.id) == [id])
            try house.done(["invocations", "kill", "--zombie", "--yes"])
            let left: ListInvocations.Result = try house.result(["invocations", "list", "--zombie"])
            #expect(left.invocations.isEmpty)
        }

        @Test func whatIsDrainedIsPruned() throws {
            let house = try House()
            let ids = try (1...3).map { _ in try register(house, "one") }
            let plan: PruneDeployments.Result = try house.result(["deployments", "prune", "--dry-run"])
            #expect(plan.isDryRun && plan.deployments.map(\.id) == Array(ids.prefix(2)))
            let none: PruneDeployments.Result = try house.result([
                "deployments", "prune", "--older-than", "1d", "--yes",
            ])
            #expect(none.deployments.isEmpty)
            #expect(try house.client(["deployments", "prune"]).status == 2, "nobody has consented")
            let pruned: PruneDeployments.Result = try house.result(["deployments", "prune", "--yes"])
            #expect(pruned.deployments.map(\.id) == Array(ids.prefix(2)))
            #expect(try deployments(house).map(\.id) == [ids[2]])
        }

        @Test func aDeploymentMovesInPlaceAndItsTrailIsKept() throws {
            let house = try House()
            let here = try variant(house, "one")
            let registered: RegisterDeployment.Result = try house.result(["deployments", "register", here.url])
            let id = registered.deployment.id
            let waiting = try house.send("/Greeter/wait/send", #"{"id":"a","milliseconds":1500}"#)
            try eventually("the first attempt") { house.effects.count("asleep", id: "a") == 1 ? true : nil }
            let there = try variant(house, "one")
            let update = ["deployments", "update", id, "--uri", there.url]
            let plan: UpdateDeployment.Result = try house.result(update + ["--dry-run"])
            #expect(plan.isChanged && plan.invocationsInFlight == 1)
            try house.done(update + ["--metadata", "reason=move", "--yes"])
            here.kill()
            #expect(try house.output(of: waiting) == #""one""#)
            #expect(try house.call("/Greeter/greet", #""Ada""#) == #""one greets Ada""#)
            let moved: DeploymentDetails = try house.result(["deployments", "describe", id])
            #expect(moved.uri == there.url + "/" && moved.metadata == ["reason": "move"])
            let headers = try house.admin.exchange(
                "PUT",
                "/deployments/\(id)",
                headers: ["content-type": "application/json"],
                body: Array(#"{"additional_headers":{"x-team":"letters"}}"#.utf8)
            )
            #expect(headers.status == 200, "\(headers.text)")
            let history: DeploymentHistory.Result = try house.result(["deployments", "history", id])
            #expect(history.entries.map(\.act) == ["registered", "updated", "updated"])
            #expect(history.entries.last?.actor.hasPrefix("http 127.0.0.1") == true)
            #expect(history.entries.dropFirst().first?.uriAfter == there.url + "/")
        }

        @Test func aPausedInvocationGoesOnWithTheFix() throws {
            let house = try House(["--retry-attempts-max", "2", "--retry-initial-interval", "10ms"])
            _ = try register(house, "one", [])
            let ids = try ["a", "b", "c"].map { try house.send("/Greeter/fragile/send", #""\#($0)""#) }
            try eventually("the last attempts") {
                try ids.allSatisfy { try house.status(of: $0) == "paused" } ? true : nil
            }
            let second = try register(house, "two")
            let unknown = try house.client(["invocations", "resume", ids[0], "--on", "dp_15VqmTOnXH3Vv2pl5HOG7UB"])
            #expect(unknown.status == 1 && !unknown.errors.isEmpty)
            try house.done(["invocations", "resume", ids[0], "--on", second])
            #expect(try house.output(of: ids[0]) == #""two""#)
            let count: OperateInvocations.Result = try house.result([
                "invocations", "resume", "--service", "Greeter", "--status", "paused", "--on", "latest", "--dry-run",
            ])
            #expect(count.matched == 2 && count.isDryRun)
            let resumed: OperateInvocations.Result = try house.result([
                "invocations", "resume", "--service", "Greeter", "--status", "paused", "--on", "latest", "--yes",
            ])
            #expect(resumed.succeeded == 2 && resumed.refused == 0)
            for id in ids { #expect(try house.output(of: id) == #""two""#) }
        }
    }
}
