import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@Suite struct BulkTests {
    private func filter(_ change: (inout InvocationFilter) -> Void = { _ in }) -> InvocationFilter {
        var filter = InvocationFilter()
        change(&filter)
        return filter
    }

    /// `count` completed invocations of `Greeter/greet`, then as many running ones.
    private func desk(_ count: Int) throws -> Desk {
        let desk = try Desk()
        for number in 1...count {
            try desk.invoke(
                number % 2 == 0 ? "Greeter" : "Counter",
                number % 2 == 0 ? "greet" : "get",
                key: number % 2 == 0 ? nil : "k\(number)"
            )
            try desk.receive(Int64(number), output, .end)
        }
        for number in 1...count { try desk.invoke("Greeter", number % 2 == 0 ? "greet" : "relay") }
        return desk
    }

    @Test("a step does at most its limit, and the next goes on where it ended")
    func stepsFollowEachOther() throws {
        let desk = try desk(10)
        let steps = try desk.operateOnMany(BulkStep(.kill, filter(), limit: 4))
        #expect(steps.map(\.matched) == [4, 4, 2])
        #expect(steps.map(\.succeeded) == [4, 4, 2])
        #expect(steps.last?.next == nil)
        #expect(desk.memory.work.counts.isEmpty)
        #expect(desk.faults.isEmpty)
    }

    @Test func aDryRunCountsAndChangesNothing() throws {
        let desk = try desk(10)
        let steps = try desk.operateOnMany(BulkStep(.kill, filter(), isDryRun: true, limit: 7))
        #expect(steps.map(\.matched) == [7, 3])
        #expect(steps.allSatisfy { $0.succeeded == 0 && $0.refused.isEmpty })
        #expect(desk.lastWrites.isEmpty)
        #expect(desk.memory.work.counts.values.reduce(0, +) == 10)
    }

    @Test("the parts of a filter narrow each other down")
    func filters() throws {
        let desk = try desk(10)
        func count(_ operation: InvocationOperation, _ change: (inout InvocationFilter) -> Void) throws -> Int {
            try desk.operateOnMany(BulkStep(operation, filter(change), isDryRun: true)).reduce(0) { $0 + $1.matched }
        }
        #expect(try count(.purge) { $0.services = ["Greeter"] } == 5)
        #expect(try count(.purge) { $0.services = ["Greeter", "Counter"] } == 10)
        #expect(try count(.purge) { $0.services = ["Nope"] } == 0)
        #expect(try count(.kill) { $0.handlers = ["relay"] } == 5)
        #expect(try count(.purge) { $0.keys = ["k1", "k3", "k5000"] } == 2)
        #expect(try count(.kill) { $0.statuses = [.running, .completed] } == 20)
        #expect(try count(.kill) { $0.statuses = [.paused] } == 0)
        let deployment = try desk.deployment("v1:1")
        #expect(try count(.kill) { $0.deployments = [deployment] } == 10)
        #expect(try count(.kill) { $0.deployments = [DeploymentID(high: 1, low: 1)] } == 0)
        #expect(try count(.kill) { $0.isZombie = true } == 0)
        #expect(try count(.kill) { $0.createdBefore = desk.now } == 0)
        #expect(try count(.kill) { $0.createdBefore = desk.now.adding(.seconds(1)) } == 10)
        try desk.turn { .removeDeployment(deployment, force: true, actor: "test", $0) }
        #expect(try count(.kill) { $0.isZombie = true } == 10)
    }

    @Test("what has not started is a zombie when no deployment has its handler")
    func unpinnedZombies() throws {
        let desk = try Desk()
        try desk.invoke("Greeter", "greet", startAt: desk.now.adding(.seconds(60)))
        var zombies = InvocationFilter()
        zombies.isZombie = true
        let step = BulkStep(.kill, zombies, isDryRun: true)
        #expect(try desk.operateOnMany(step).map(\.matched) == [0])
        let deployment = try desk.deployment("v1:1")
        #expect(
            try desk.turn { .removeDeployment(deployment, force: true, actor: "test", $0) }.contains(
                "note: removed, orphans 1"
            )
        )
        #expect(try desk.operateOnMany(step).map(\.matched) == [1])
        try desk.register("v2:1")
        #expect(try desk.operateOnMany(step).map(\.matched) == [0])
    }

    @Test("names are compared by their bytes")
    func bytes() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "get", key: "e\u{301}")
        let composed = try desk.operateOnMany(BulkStep(.kill, filter { $0.keys = ["\u{e9}"] }))
        #expect(composed.map(\.matched) == [0])
        #expect(desk.status(1) == .running)
    }

    @Test("known fault 38: each refusal is reported, and does not stop the others")
    func refusals() throws {
        let desk = try desk(3)
        let steps = try desk.operateOnMany(
            BulkStep(.kill, filter { $0.statuses = Set(InvocationStatus.allCases) })
        )
        #expect(steps.map(\.matched) == [6])
        #expect(steps.map(\.succeeded) == [3])
        #expect(steps.first?.refused.map(\.reason) == [.completed, .completed, .completed])
        #expect(steps.first?.refused.first?.id == (try desk.id(1)))
        #expect(desk.actions.map(ActionText.line).contains("note: kill 3, refused 3"))
    }

    @Test("a restart of many does not meet what it made")
    func restartsEnd() throws {
        let desk = try desk(6)
        var last: [BulkProgress] = []
        last = try desk.operateOnMany(BulkStep(.restartAsNew(from: 0, .latest), filter(), limit: 2))
        #expect(last.map(\.succeeded).reduce(0, +) == 6)
        #expect(Set(last.flatMap(\.restarted).map(\.old)).count == 6)
        #expect(desk.storage.rows.invocations.count == 18)
        #expect(desk.faults.isEmpty)
    }

    @Test("a kill of many leaves what they called to the outbox")
    func callTrees() throws {
        let desk = try Desk()
        for _ in 0..<3 { try desk.invoke() }
        for number in 1...3 as ClosedRange<Int64> { try desk.receive(number, call("Greeter", "relay")) }
        let steps = try desk.operateOnMany(BulkStep(.kill, filter { $0.handlers = ["greet"] }))
        #expect(steps.map(\.succeeded) == [3])
        #expect(desk.storage.rows.outbox.count == 3)
        try desk.consumeOutbox()
        #expect(desk.memory.work.counts.isEmpty)
        #expect(desk.faults.isEmpty)
    }

    @Test("moving all that is stuck on a deployment to the latest is one operation")
    func movingAStuckDeployment() throws {
        let desk = try Desk()
        for _ in 0..<20 { try desk.invoke() }
        for number in 1...20 as ClosedRange<Int64> {
            try desk.receive(number, .error(ErrorMessage(code: 500, message: "x", behavior: .pause)))
        }
        let first = try desk.deployment("v1:1")
        try desk.register("v2:1")
        let steps = try desk.operateOnMany(BulkStep(.resume(.latest), filter { $0.deployments = [first] }, limit: 8))
        #expect(steps.map(\.succeeded) == [8, 8, 4])
        #expect(desk.memory.work.counts.keys.allSatisfy { $0.deployment != first })
        try desk.turn { .removeDeployment(first, force: false, actor: "test", $0) }
        #expect(desk.memory.catalog.deployments.count == 1)
    }

    @Test("after a forced removal one operation moves all zombies that can be moved, those that back off too")
    func movingZombies() throws {
        let desk = try Desk()
        for _ in 0..<3 { try desk.invoke() }
        try desk.receive(1, .error(ErrorMessage(code: 500, message: "x")))
        try desk.receive(2, .error(ErrorMessage(code: 500, message: "x", behavior: .pause)))
        #expect([1, 2, 3].map { desk.status($0) } == [.backingOff, .paused, .running])
        let first = try desk.deployment("v1:1")
        try desk.register("v2:1")
        let here = try desk.operateOnMany(BulkStep(.resume(.latest), filter(), isDryRun: true))
        #expect(here.map(\.matched) == [1])
        try desk.turn { .removeDeployment(first, force: true, actor: "test", $0) }
        let steps = try desk.operateOnMany(BulkStep(.resume(.latest), filter { $0.isZombie = true }))
        #expect(steps.map(\.matched) == [2])
        #expect(steps.map(\.succeeded) == [2])
    }

    @Test("limits are kept within their bounds", arguments: [(-5, 1), (0, 1), (7, 7), (1_000_000, 256)])
    func limits(asked: Int, given: Int) {
        #expect(BulkStep(.kill, filter(), limit: asked).limit == given)
    }

    @Test("what the same turn made or changed before is met as it is then")
    func oneTurn() throws {
        let desk = try desk(2)
        let id = try desk.id(3)
        let request = InvokeRequest(
            target: Target(service: "Greeter", key: nil, handler: "greet"),
            input: inputFrame(headers: [], value: []).payload,
            waitsForResult: false
        )
        let step = BulkStep(.restartAsNew(from: 0, .latest), filter())
        try desk.turn { (engine) throws(StorageError) in
            try engine.apply(.operate(.kill, id, actor: "test", desk.request()))
            try engine.apply(.invoke(request, desk.request()))
            try engine.apply(.operateBulk(step, actor: "test", desk.request()))
            try engine.apply(.operateBulk(BulkStep(.kill, self.filter()), actor: "test", desk.request()))
        }
        let lines = desk.actions.map(ActionText.line).filter { $0.contains("bulk") }
        #expect(
            lines.map { String($0.drop { $0 != ":" }) } == [": bulk 3 of 3, refused 0", ": bulk 5 of 5, refused 0"]
        )
        #expect(desk.memory.work.counts.isEmpty)
        #expect(desk.faults.isEmpty)
    }
}
