import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

/// What operators of other servers of this kind met, each test named after its class.
@Suite struct OperatorFaultTests {
    @Test func aKillAnswersSuccessAndDoesNothing() throws {
        let desk = try Desk()
        try desk.invoke(waits: true)
        try desk.receive(1, call("Counter", "add", key: "k"))
        let deployment = try desk.deployment("v1:1")
        for number in 1...2 as ClosedRange<Int64> { try desk.report(number, .failed(.network("the endpoint is gone"))) }
        try desk.turn { .removeDeployment(deployment, force: true, actor: "test", $0) }
        #expect(try desk.operate(1, .kill) == "killed")
        #expect(desk.actions.map(ActionText.line).contains { $0.hasSuffix("failure 409 killed") })
        #expect(desk.status(1) == .completed && desk.status(2) == .completed)
        #expect(desk.storage.rows.locks.isEmpty && desk.storage.rows.timers.isEmpty)
        #expect(desk.faults.isEmpty)
    }

    @Test func twoPinnedDeploymentsForOneInvocation() throws {
        let desk = try Desk.with(.running)
        let attempt = try #require(desk.attempt(of: 2))
        try desk.register("v2:1")
        let second = try desk.deployment("v2:1")
        #expect(try desk.operate(2, .resume(.explicit(second))).hasPrefix("409"))
        try desk.operate(2, .pause)
        #expect(try desk.operate(2, .resume(.latest)).hasPrefix("409"))
        try desk.report(2, .ended)
        #expect(desk.status(2) == .paused)
        #expect(try desk.operate(2, .resume(.latest)) == "resumed")
        #expect(desk.invocation(2)?.pin?.deployment == second)
        // What the attempt on the old deployment still says counts for nothing.
        let entries = try desk.journal(2)
        let frames = [output.frame(version: 7), ServiceMessage.end.frame(version: 7)]
        try desk.turn { (engine) throws(StorageError) in
            try engine.apply(.attempt(attempt.id, .received(frames)))
        }
        #expect(try desk.journal(2) == entries)
        #expect(desk.status(2) == .running)
        #expect(desk.faults.isEmpty)
    }

    @Test func drainCountsAreWrong() throws {
        let desk = try Desk()
        let first = try desk.deployment("v1:1")
        func drain() -> DrainState? {
            desk.memory.catalog.drainState(of: first, work: UnfinishedCounts(desk.memory.work.counts))
        }
        // 1 is finished and kept, 2 runs, 3 queues behind it, 4 is scheduled.
        try desk.invoke("Counter", "add", key: "done")
        try desk.receive(1, output, .end)
        for _ in 2...3 { try desk.invoke("Counter", "add", key: "k") }
        try desk.invoke("Counter", "add", key: "k", startAt: desk.now.adding(.hours(1)))
        var options = RegisterOptions()
        options.breaking = true
        let shrunk = Service(name: "Counter", type: .virtualObject, handlers: [Handler(name: "get", type: .shared)])
        let others = Sample.services().filter { $0.name != "Counter" }
        try desk.register("v2:1", services: others + [shrunk], options: options)
        let bound = HandlerName(service: "Counter", handler: "add")
        #expect(drain() == DrainState(serving: [], pinned: 1, bound: [.init(handler: bound, count: 2)]))
        for number in 2...4 as ClosedRange<Int64> {
            #expect(drain()?.status == .draining)
            try desk.operate(number, .kill)
        }
        #expect(drain()?.status == .drained)
        #expect(desk.invocation(1)?.status == .completed)
    }

    @Test func deploymentsThatExistNowhereElsePinWorkForEver() throws {
        let desk = try Desk()
        for _ in 0..<5 { try desk.invoke() }
        for number in 1...5 as ClosedRange<Int64> { try desk.report(number, .failed(.network("gone"))) }
        let first = try desk.deployment("v1:1")
        try desk.register("v2:1")
        try desk.turn { .removeDeployment(first, force: true, actor: "test", $0) }
        var zombies = InvocationFilter()
        zombies.isZombie = true
        zombies.statuses = [.backingOff]
        let steps = try desk.operateOnMany(BulkStep(.resume(.latest), zombies))
        #expect(steps.map(\.succeeded) == [5])
        let second = try desk.deployment("v2:1")
        #expect((1...5).allSatisfy { desk.invocation($0)?.pin?.deployment == second })
        #expect(desk.faults.isEmpty)
    }
}
