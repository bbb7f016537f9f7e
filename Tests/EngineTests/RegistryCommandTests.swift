import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@Suite struct RegistryCommandTests {
    private func deployment(_ desk: Desk, at authority: String) throws -> DeploymentID {
        try #require(desk.memory.catalog.deployments.first { $0.address.authority == authority }).id
    }

    private func remove(_ desk: Desk, _ id: DeploymentID, force: Bool = false) throws -> String {
        try desk.turn { .removeDeployment(id, force: force, actor: "test", $0) }.last ?? ""
    }

    @Test func registeringTwiceDoesNothing() throws {
        let desk = try Desk()
        #expect(try desk.register("v1:1") == ["answer 2: unchanged"])
        #expect(desk.lastWrites.isEmpty)
        #expect(try desk.register("v2:1") == ["note: registered http://v2:1/", "answer 3: created"])
        #expect(desk.storage.rows.deployments.count == 2)
        #expect(desk.storage.rows.revisionCounters["Greeter"] == 2)
    }

    @Test func dryRunWritesNothing() throws {
        let desk = try Desk()
        #expect(try desk.register("v2:1", options: RegisterOptions(dryRun: true)) == ["answer 2: created"])
        #expect(desk.lastWrites.isEmpty)
        #expect(desk.memory.catalog.deployments.count == 1)
    }

    @Test func newWorkGoesToTheLatestAndWhatIsPinnedStays() throws {
        let desk = try Desk()
        let first = try deployment(desk, at: "v1:1")
        try desk.invoke()
        try desk.register("v2:1")
        let second = try deployment(desk, at: "v2:1")
        try desk.report(1, .ended)
        desk.now = desk.now.adding(.seconds(5))
        try desk.fireTimers()
        #expect(desk.invocation(1)?.pin?.deployment == first)
        try desk.invoke()
        #expect(desk.invocation(2)?.pin?.deployment == second)
    }

    @Test func queuedAndScheduledWorkGoesToTheLatestWhenItStarts() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke(startAt: desk.now.adding(.seconds(5)))
        try desk.register("v2:1")
        let second = try deployment(desk, at: "v2:1")
        #expect(desk.invocation(2)?.pin == nil)
        try desk.receive(1, output, .end)
        desk.now = desk.now.adding(.seconds(5))
        try desk.fireTimers()
        #expect(desk.invocation(2)?.pin?.deployment == second)
        #expect(desk.invocation(3)?.pin?.deployment == second)
    }

    @Test("known faults 13 and 33: a deployment is drained when nothing unfinished can reach it, and not before")
    func removalIsDecidedInTheTransaction() throws {
        let desk = try Desk()
        let first = try deployment(desk, at: "v1:1")
        #expect(try remove(desk, first).contains("it serves new invocations"))
        try desk.invoke()
        try desk.register("v2:1")
        #expect(try remove(desk, first).contains("1 unfinished invocation(s) are pinned to it"))
        try desk.report(1, .failed(.network("x")))
        #expect(try remove(desk, first).contains("1 unfinished"))
        desk.now = desk.now.adding(.seconds(5))
        try desk.fireTimers()
        try desk.receive(1, output, .end)
        #expect(desk.status(1) == .completed)
        #expect(try remove(desk, first) == "answer 7: removed")
        #expect(desk.storage.rows.deployments.count == 1)
        #expect(try remove(desk, first).contains("answer 8: refused"))
    }

    @Test func startAndRemovalInOneTurnSeeEachOther() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.register("v2:1")
        let first = try deployment(desk, at: "v1:1")
        let attempt = try #require(desk.attempt(of: 1)?.id)
        let end = [output.frame(version: 7), ServiceMessage.end.frame(version: 7)]
        let lines = try desk.turn { (engine) throws(StorageError) in
            try engine.apply(.attempt(attempt, .received(end)))
            try engine.apply(.removeDeployment(first, force: false, actor: "test", RequestID(rawValue: 50)))
        }
        #expect(lines == ["finish 1", "note: removed, orphans 0", "answer 50: removed"])
    }

    @Test func workPinnedToARemovedDeploymentFailsWithRT0011() throws {
        let desk = try Desk()
        try desk.invoke()
        let first = try deployment(desk, at: "v1:1")
        try desk.register("v2:1")
        try desk.report(1, .ended)
        #expect(try remove(desk, first, force: true) == "answer 4: removed")
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers() == ["note: failed Greeter/greet RT0011"])
        let invocation = try #require(desk.invocation(1))
        #expect(invocation.status == .backingOff)
        #expect(invocation.pin?.deployment == first)
        #expect(invocation.attempt.retryCount == 2)
        #expect(invocation.attempt.retriesSinceLastEntry == 1)
    }

    @Test func workWithoutAnyDeploymentFailsWithRT0011AndTakesTheNextThatComes() throws {
        let desk = try Desk()
        let first = try deployment(desk, at: "v1:1")
        try desk.invoke(startAt: desk.now.adding(.seconds(5)))
        try desk.turn { .removeDeployment(first, force: true, actor: "test", $0) }
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers() == ["note: failed Greeter/greet RT0011"])
        #expect(desk.invocation(1)?.pin == nil)
        try desk.register("v2:1")
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers().count == 1)
        #expect(desk.status(1) == .running)
    }

    @Test func aPinnedVersionThatIsNotOfferedAnyMoreFailsWithRT0014() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.report(1, .ended)
        desk.change { $0.protocolVersionMax = 6 }
        desk.now = desk.now.adding(.seconds(5))
        #expect(try desk.fireTimers() == ["note: failed Greeter/greet RT0014"])
        #expect(desk.invocation(1)?.pin?.protocolVersion == 7)
    }

    @Test(
        "what cannot be called is refused",
        arguments: [
            ("Nobody", "x", nil as String?, "service 'Nobody' not found"),
            ("Greeter", "x", nil, "the handler 'x' was not found"),
        ]
    )
    func refusedCalls(service: String, handler: String, key: String?, text: String) throws {
        let desk = try Desk()
        let line = try desk.invoke(service, handler, key: key).first ?? ""
        #expect(line.hasPrefix("answer 2: refused:") && line.contains(text))
        #expect(desk.lastWrites.isEmpty)
    }

    @Test func countsFollowEveryChangeOfStatus() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke("Counter", "add", key: "k", startAt: desk.now.adding(.seconds(5)))
        func counts() -> [String] {
            desk.storage.rows.counts.map {
                "\($0.key.status.name) \($0.key.deployment == nil ? "-" : "pinned") \($0.value)"
            }
            .sorted()
        }
        #expect(counts() == ["pending - 1", "running pinned 1", "scheduled - 1"])
        try desk.report(1, .ended)
        #expect(counts() == ["backing-off pinned 1", "pending - 1", "scheduled - 1"])
        try desk.kill(1)
        #expect(counts() == ["running pinned 1", "scheduled - 1"])
        #expect(desk.memory.work.counts == desk.storage.rows.counts)
        try desk.kill(2)
        try desk.cancel(3)
        #expect(counts() == [])
    }

    @Test func aReplacementInPlaceIsToldWithWhatIsInFlight() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.invoke()
        try desk.receive(2, output, .end)
        var options = RegisterOptions()
        options.force = true
        let lines = try desk.register("v1:1", options: options)
        #expect(lines.first == "note: replaced http://v1:1/, 1 in flight")
    }
}
