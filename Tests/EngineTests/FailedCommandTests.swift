import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// What a failure says of the command that it is about, and what a suspension says of what it waits for.
@Suite struct FailedCommandTests {
    private func record(_ desk: Desk) throws -> AttemptFailureRecord {
        try #require(desk.invocation(1)?.attempt.lastFailure)
    }

    @Test func refusedCommandIsNamedByPlaceNameAndType() throws {
        let desk = try Desk()
        try desk.invoke()
        let refused = ServiceMessage.command(Command(.clearState(key: [1]), name: "forget it"))
        try desk.receive(1, command(.run(completionID: 1)), propose(1), refused)
        let record = try record(desk)
        #expect(record.relatedCommandIndex == 2)
        #expect(record.relatedCommandName == "forget it")
        #expect(record.relatedCommandType == Int(MessageType.clearStateCommand.rawValue))
        #expect(record.commandText == "command 2, ClearState 'forget it'")
        #expect(try desk.journal(1) == ["Run(1)", "Run(1)='r'"], "the invocation keeps what it had")
    }

    @Test func commandThatCannotBeReadIsNamedByPlaceAndType() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.report(1, .received([MessageFrame(type: MessageType.callCommand.rawValue, payload: [0xff])]))
        let record = try record(desk)
        #expect(record.documentedCode == "RT0012")
        #expect(record.relatedCommandIndex == 1 && record.relatedCommandName == nil)
        #expect(record.commandText == "command 1, Call")
    }

    @Test(
        "what is no command of this protocol is a violation and names none",
        arguments: [0xfc00, 0x0450, 0x8099] as [UInt16]
    )
    func unknownEntries(type: UInt16) throws {
        let desk = try Desk()
        try desk.invoke()
        let frame = MessageFrame(type: type, payload: [])
        #expect(try desk.report(1, .received([frame])) == ["abort 1", "note: failed Greeter/greet RT0012"])
        #expect(try record(desk).commandText == nil)
        #expect(try desk.journal(1).isEmpty)
    }

    @Test func whatTheServiceSaysOfItsErrorStands() throws {
        let desk = try Desk()
        try desk.invoke()
        let text = "expected Run 'charge', got Sleep"
        let error = ErrorMessage(
            code: 570,
            message: text,
            relatedCommandIndex: 1,
            relatedCommandName: "charge",
            relatedCommandType: UInt32(MessageType.runCommand.rawValue)
        )
        try desk.receive(1, command(.run(completionID: 1)), .error(error))
        let record = try record(desk)
        #expect(record.documentedCode == "RT0016" && record.message == text)
        #expect(record.commandText == "command 1, Run 'charge'")
    }

    @Test func suspensionSaysWhatItWaitsForByItsCommands() throws {
        let desk = try Desk()
        try desk.invoke("Flow", "run", key: "k")
        let due = UInt64(desk.now.milliseconds + 60_000)
        let nap = ServiceMessage.command(
            Command(.sleep(wakeUpTimeMilliseconds: due, completionID: 3), name: "nap")
        )
        try desk.receive(
            1,
            call("Greeter", "greet"),
            nap,
            command(.getPromise(key: "p", completionID: 4)),
            .suspension(
                Awaiting(
                    combinator: .firstCompleted,
                    leaves: [.cancelSignal],
                    children: [
                        Awaiting(
                            combinator: .allCompleted,
                            leaves: [.completion(2), .completion(3), .completion(4), .signal(17), .namedSignal("go")]
                        )
                    ]
                )
            )
        )
        #expect(
            desk.invocation(1)?.waitsFor
                == "Call 'Greeter/greet' (entry 1), Sleep 'nap' (entry 3), GetPromise 'p' (entry 4), "
                + "an awakeable (signal 17), signal 'go'"
        )
        try desk.cancel(1)
        #expect(desk.invocation(1)?.waitsFor == nil)
    }

    @Test func longAwaitIsCutOffInWordsAndTheCancelSignalAloneIsNamed() throws {
        let desk = try Desk()
        try desk.invoke()
        try desk.invoke()
        try desk.receive(1, .suspension(.flat((17..<30).map { .signal($0) })))
        #expect(desk.invocation(1)?.waitsFor?.hasSuffix("(signal 21) and others") == true)
        try desk.receive(2, suspend(.cancelSignal))
        #expect(desk.invocation(2)?.waitsFor == "the cancel signal")
    }

    @Test("suspensions of V7 are events, those before are not", arguments: [(7, 1), (6, 0)])
    func suspensionEvents(version: Int, count: Int) throws {
        let desk = try Desk(versions: version...version)
        try desk.invoke()
        try desk.receive(1, suspend(.signal(17)))
        let events = desk.storage.rows.events[InvocationNumber(rawValue: 1)] ?? []
        #expect(events.map(\.kind) == Array(repeating: .suspended(.flat([.signal(17)])), count: count))
    }
}
