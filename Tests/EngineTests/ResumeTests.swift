import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@Suite struct ResumeTests {
    private let counts = { (desk: Desk, id: DeploymentID) in
        desk.memory.work.counts.filter { $0.key.deployment == id && $0.key.handler == "add" }.values.reduce(0, +)
    }

    @Test(
        "keep stays on the pin, latest and an id move, and the counts move along",
        arguments: ["keep", "latest", "v2"]
    )
    func choices(choice: String) throws {
        let desk = try Desk.with(.paused)
        let first = try desk.deployment("v1:1")
        try desk.register("v2:1")
        let second = try desk.deployment("v2:1")
        let chosen: DeploymentChoice = choice == "keep" ? .keep : choice == "latest" ? .latest : .explicit(second)
        #expect(try desk.operate(2, .resume(chosen)) == "resumed")
        let expected = choice == "keep" ? first : second
        #expect(desk.invocation(2)?.pin == Pin(deployment: expected, protocolVersion: 7))
        #expect(desk.status(2) == .running)
        #expect(counts(desk, second) == (choice == "keep" ? 0 : 1))
        #expect(desk.faults.isEmpty)
    }

    @Test func anUnknownDeploymentIsRefused() throws {
        let desk = try Desk.with(.paused)
        let unknown = DeploymentID(high: 1, low: 2)
        #expect(
            try desk.operate(2, .resume(.explicit(unknown)))
                == "400 The given deployment was not found when trying to resume the invocation …."
        )
        #expect(desk.status(2) == .paused)
    }

    @Test("a deployment that does not speak the journal's version is refused", arguments: [false, true])
    func anotherProtocolRange(asLatest: Bool) throws {
        var settings = Settings()
        settings.protocolVersionMax = 6
        let desk = try Desk.with(.paused, settings: settings)
        desk.change { $0.protocolVersionMax = 7 }
        try desk.register("v2:1", versions: 7...7)
        let second = try desk.deployment("v2:1")
        #expect(
            try desk.operate(2, .resume(asLatest ? .latest : .explicit(second)))
                == "400 The invocation … is running on protocol version '6', while the chosen deployment '\(second)' "
                + "supports the range 7..=7."
        )
        #expect(desk.invocation(2)?.pin?.deployment != second)
    }

    @Test("known fault 47: a deployment without the handler is refused before anything runs there")
    func aDeploymentThatLacksTheService() throws {
        let desk = try Desk.with(.paused)
        try desk.register("v2:1", services: Sample.services().filter { $0.name == "Greeter" })
        let second = try desk.deployment("v2:1")
        #expect(
            try desk.operate(2, .resume(.explicit(second)))
                == "400 The invocation … needs the handler 'add' of 'Counter', which the chosen deployment '\(second)' "
                + "does not have; choose one that does."
        )
        #expect(try desk.operate(2, .resume(.latest)) == "resumed")
        #expect(desk.invocation(2)?.pin?.deployment == (try desk.deployment("v1:1")))
    }

    @Test("what is not pinned goes to the latest by itself, and nowhere else")
    func unpinned() throws {
        let desk = try Desk.with(.ready)
        try desk.turn(starts: false) { (engine) throws(StorageError) in
            try engine.apply(.operate(.pause, try self.id(desk), actor: "test", desk.request()))
        }
        #expect(desk.status(2) == .paused)
        #expect(desk.invocation(2)?.pin == nil)
        let first = try desk.deployment("v1:1")
        #expect(try desk.operate(2, .resume(.explicit(first))).hasPrefix("409"))
        #expect(try desk.operate(2, .resume(.latest)) == "resumed")
        #expect(desk.invocation(2)?.pin?.deployment == first)
        #expect(desk.faults.isEmpty)
    }

    private func id(_ desk: Desk) throws(StorageError) -> InvocationID {
        guard let id = try? desk.id(2) else { throw .refused("invocation 2 is not there") }
        return id
    }

    @Test("what backs off for a deployment that is gone moves without a pause")
    func zombiesMove() throws {
        let desk = try Desk.with(.backingOff)
        let first = try desk.deployment("v1:1")
        #expect(try desk.operate(2, .resume(.latest)).hasPrefix("409"))
        try desk.register("v2:1")
        try desk.turn { .removeDeployment(first, force: true, actor: "test", $0) }
        #expect(try desk.operate(2, .resume(.latest)) == "resumed")
        #expect(desk.invocation(2)?.pin?.deployment == (try desk.deployment("v2:1")))
        #expect(desk.status(2) == .running)
        #expect(desk.faults.isEmpty)
    }

    @Test("keep is never refused, and tells of a deployment that is gone at the next attempt")
    func keepOnAZombie() throws {
        let desk = try Desk.with(.paused)
        let first = try desk.deployment("v1:1")
        try desk.turn { .removeDeployment(first, force: true, actor: "test", $0) }
        #expect(try desk.operate(2, .resume(.keep)) == "resumed")
        #expect(desk.status(2) == .backingOff)
        #expect(desk.invocation(2)?.attempt.lastFailure?.documentedCode == "RT0011")
    }

    @Test func resumeOfABackoffKeepsItsCount() throws {
        let desk = try Desk.with(.backingOff)
        #expect(try desk.operate(2, .resume(.keep)) == "resumed")
        #expect(desk.invocation(2)?.attempt.retryCount == 2)
        #expect(desk.storage.rows.timers.isEmpty)
        #expect(desk.faults.isEmpty)
    }

    @Test("a suspended one that is resumed replays and waits again")
    func aSuspendedOneReplays() throws {
        let desk = try Desk.with(.suspended)
        #expect(try desk.operate(2, .resume(.keep)) == "resumed")
        try desk.receive(2, suspend(.completion(1), .cancelSignal))
        #expect(desk.status(2) == .suspended)
        #expect(desk.faults.isEmpty)
    }
}
