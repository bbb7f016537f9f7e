import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@Suite struct RestartTests {
    private static let open =
        "400 The prefix of the journal … up to 'from' (included) contains some Commands without respective Completions."

    /// Invocation 1 is `Greeter/greet`, completed with this journal: 1 run, 2 its result, 3 sleep, 4 call, 5 the callee's id,
    /// 6 the callee's result, 7 the end of the sleep, 8 output. Invocation 2 is the callee.
    private func desk(settings: Settings = Settings()) throws -> Desk {
        let desk = try Desk(settings: settings)
        try desk.invoke(idempotencyKey: "once")
        try desk.receive(1, command(.run(completionID: 1)), propose(1))
        try desk.receive(1, desk.sleepCommand(id: 2), call("Greeter", "relay", id: 3, result: 4))
        try desk.receive(2, output, .end)
        desk.now = desk.now.adding(.seconds(61))
        try desk.fireTimers()
        try desk.receive(1, output, .end)
        #expect(desk.status(1) == .completed)
        return desk
    }

    @Test func theJournalIsWhatTheCasesSay() throws {
        #expect(
            try desk().journal(1) == [
                "Run(1)", "Run(1)='r'", "Sleep(2)", "Call(3,4)", "CallInvocationId(3)=id", "Call(4)='done'",
                "Sleep(2)=void", "Output",
            ]
        )
    }

    @Test(
        "the entries up to an index go along, and what completes them",
        arguments: [
            (0, [String]()), (1, ["Run(1)", "Run(1)='r'"]), (2, ["Run(1)", "Run(1)='r'"]),
            (3, ["Run(1)", "Run(1)='r'", "Sleep(2)", "Sleep(2)=void"]),
            (
                4,
                [
                    "Run(1)", "Run(1)='r'", "Sleep(2)", "Call(3,4)", "CallInvocationId(3)=id", "Call(4)='done'",
                    "Sleep(2)=void",
                ]
            ),
        ]
    )
    func prefix(from: Int, entries: [String]) throws {
        let desk = try desk()
        let origin = try #require(desk.invocation(1))
        #expect(try desk.operate(1, .restartAsNew(from: from, .latest)) == "restarted")
        let new = try #require(desk.invocation(3))
        #expect(try desk.journal(3) == entries)
        #expect(new.journalLength == entries.count + 1)
        #expect(new.commandCount == entries.filter { !$0.contains("=") }.count + 1)
        #expect(new.status == .running)
        #expect(new.pin == origin.pin)
        #expect(new.head.invoker == .restart(of: origin.head.id))
        #expect(new.head.id.partitionKey == origin.head.id.partitionKey)
        #expect(new.head.idempotencyKey == nil && !new.head.hasDerivedID)
        #expect(new.head.completionRetention == origin.head.completionRetention)
        #expect((new.head.randomSeed == origin.head.randomSeed) == (from > 0))
        #expect(try desk.storage.input(of: new.number) == desk.storage.input(of: origin.number))
        #expect(desk.status(1) == .completed)
        #expect(desk.faults.isEmpty, "\(desk.faults)")
    }

    @Test("what is no index of an entry, or lies behind an open command, is refused", arguments: [8, 9, 999, -1, .max])
    func badIndexes(from: Int) throws {
        let desk = try desk()
        #expect(try desk.operate(1, .restartAsNew(from: from, .latest)) == Self.open)
        #expect(desk.invocation(3) == nil)
    }

    @Test func aCommandWithoutItsCompletionIsRefused() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.receive(1, desk.sleepCommand(), output, .end)
        #expect(try desk.operate(1, .restartAsNew(from: 1, .latest)) == Self.open)
        #expect(try desk.operate(1, .restartAsNew(from: 0, .latest)) == "restarted")
    }

    @Test("journals before version 6 go along as a whole only")
    func oldProtocol() throws {
        var settings = Settings()
        settings.protocolVersionMax = 5
        let desk = try desk(settings: settings)
        #expect(try desk.operate(1, .restartAsNew(from: 2, .latest)).hasPrefix("422"))
        #expect(try desk.operate(1, .restartAsNew(from: 0, .latest)) == "restarted")
        #expect(desk.invocation(3)?.pin?.protocolVersion == 5)
    }

    @Test(
        "the new one is pinned where it is to go, in the version of the old one",
        arguments: ["keep", "latest", "v1"]
    )
    func deployments(choice: String) throws {
        let desk = try desk()
        let first = try desk.deployment("v1:1")
        try desk.register("v2:1")
        let chosen: DeploymentChoice = choice == "keep" ? .keep : choice == "latest" ? .latest : .explicit(first)
        #expect(try desk.operate(1, .restartAsNew(from: 2, chosen)) == "restarted")
        #expect(desk.invocation(3)?.pin?.deployment == (choice == "latest" ? try desk.deployment("v2:1") : first))
        #expect(desk.faults.isEmpty)
    }

    @Test func badDeploymentsAreRefused() throws {
        let desk = try desk()
        #expect(
            try desk.operate(1, .restartAsNew(from: 0, .explicit(DeploymentID(high: 1, low: 2))))
                == "400 The given deployment was not found when trying to restart as new the invocation …."
        )
        try desk.register("v2:1", versions: 5...6)
        let second = try desk.deployment("v2:1")
        #expect(try desk.operate(1, .restartAsNew(from: 0, .latest)).contains("supports the range 5..=6"))
        try desk.register("v3:1", services: Sample.services().filter { $0.name == "Counter" })
        #expect(try desk.operate(1, .restartAsNew(from: 0, .explicit(try desk.deployment("v3:1")))).contains("'greet'"))
        #expect(desk.invocation(3) == nil)
        #expect(second != (try desk.deployment("v1:1")))
    }

    @Test func withoutItsJournalThereIsNoInput() throws {
        let desk = try desk()
        try desk.operate(1, .purgeJournal)
        #expect(try desk.operate(1, .restartAsNew(from: 0, .latest)).hasPrefix("410"))
        #expect(desk.invocation(1)?.status == .completed)
    }

    @Test("one of a key waits for its turn like any other")
    func keysAreTaken() throws {
        let desk = try Desk.with(.completed)
        try desk.invoke("Counter", "add", key: "k")
        #expect(try desk.operate(2, .restartAsNew(from: 0, .latest)) == "restarted")
        #expect(desk.status(4) == .inboxed)
        try desk.receive(3, output, .end)
        #expect(desk.status(4) == .running)
        #expect(desk.faults.isEmpty)
    }

    @Test("a restart of a restart keeps the seed of the first where it goes on from entries")
    func seedsAreInherited() throws {
        let desk = try desk()
        try desk.operate(1, .restartAsNew(from: 2, .latest))
        try desk.receive(3, output, .end)
        try desk.operate(3, .restartAsNew(from: 2, .latest))
        #expect(desk.invocation(4)?.head.randomSeed == desk.invocation(1)?.head.randomSeed)
        try desk.operate(3, .restartAsNew(from: 0, .latest))
        #expect(desk.invocation(5)?.head.randomSeed != desk.invocation(1)?.head.randomSeed)
    }

    @Test("one that never started has no pin to hand on")
    func unpinnedOrigins() throws {
        let desk = try Desk.with(.ready)
        let id = try desk.id(2)
        try desk.turn(starts: false) { (engine) throws(StorageError) in
            try engine.apply(.operate(.kill, id, actor: "test", desk.request()))
        }
        #expect(desk.status(2) == .completed)
        #expect(try desk.operate(2, .restartAsNew(from: 0, .keep)) == "restarted")
        #expect(desk.status(3) == .running)
        #expect(desk.faults.isEmpty)
    }
}
