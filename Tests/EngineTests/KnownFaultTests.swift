import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

/// What brought other servers of this kind down, each test named after its class: the invocation at fault gets an error
/// that names the message, its key can be freed, and everybody else goes on, after a new start too.
@Suite struct KnownFaultTests {
    private static let output: UInt16 = 0x0401

    /// An object's handler that holds its key, with another one behind it.
    private func holdingKey() throws -> Desk {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        try desk.invoke("Counter", "add", key: "k")
        return desk
    }

    private func receive(_ desk: Desk, _ type: UInt16, _ payload: [UInt8]) throws -> [String] {
        try desk.report(1, .received([MessageFrame(type: type, payload: payload)]))
    }

    /// The failed invocation waits for its next attempt, others work, and a kill gives the key to the next in line.
    private func expectHarmedAlone(_ desk: Desk, _ code: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let failed = desk.invocation(1)
        #expect(failed?.status == .backingOff, sourceLocation: sourceLocation)
        #expect(failed?.attempt.lastFailure?.documentedCode == code, sourceLocation: sourceLocation)
        #expect(desk.storage.complaints.isEmpty, sourceLocation: sourceLocation)
        try desk.restart()
        try desk.invoke("Counter", "add", key: "other")
        #expect(
            desk.memory.work.running.values.map(\.invocation.head.target.key) == ["other"],
            sourceLocation: sourceLocation
        )
        #expect(desk.status(2) == .inboxed, sourceLocation: sourceLocation)
        _ = try desk.kill(1)
        #expect(desk.status(2) == .running, sourceLocation: sourceLocation)
    }

    @Test func oneBrokenEndpointStopsTheWholeServer() throws {
        let desk = try holdingKey()
        #expect(try desk.receive(1, .end) == ["abort 1", "note: failed Counter/k/add RT0012"])
        try expectHarmedAlone(desk, "RT0012")
    }

    @Test(arguments: [0x0450, 0x040F, 0x7FFF, 0xFC00, 0xFFFF] as [UInt16])
    func oneBrokenEndpointStopsAPartitionForGood(type: UInt16) throws {
        let desk = try holdingKey()
        _ = try receive(desk, type, [1, 2, 3])
        let text = try #require(desk.invocation(1)?.attempt.lastFailure?.message)
        #expect(text.lowercased().contains(hexadecimal(type)), "\(text)")
        try expectHarmedAlone(desk, "RT0012")
    }

    @Test func anInvocationIsLeftReadyWithNoAttempt() throws {
        let desk = try holdingKey()
        try desk.receive(1, command(.run(completionID: 1)), .end)
        #expect(desk.storage.rows.timers.map(\.invocation.rawValue) == [1])
        try expectHarmedAlone(desk, "RT0012")
    }

    @Test(arguments: [1, 1 << 40, 1 << 53, 1 << 63 - 1, 1 << 63, .max] as [UInt64])
    func arithmeticOnAPeersNumberStopsTheProcess(number: UInt64) throws {
        let desk = try holdingKey()
        let error = ErrorMessage(
            code: .max,
            message: "later",
            relatedCommandIndex: .max,
            nextRetryDelayMilliseconds: number
        )
        try desk.receive(
            1,
            command(.sleep(wakeUpTimeMilliseconds: number, completionID: .max)),
            command(.sleep(wakeUpTimeMilliseconds: 0, completionID: .max)),
            send("Counter", "add", key: "later", at: number, id: .max),
            .error(error)
        )
        try desk.fireTimers()
        #expect(desk.invocation(1)?.attempt.nextRetryAt != nil)
        #expect(desk.storage.complaints.isEmpty)
        _ = try desk.kill(1)
        #expect(desk.status(2) == .running)
    }

    @Test func aRetryAfterWithoutEndStopsTheProcess() throws {
        let desk = try holdingKey()
        let never = AttemptEvent.failed(.status(429, retryAfter: Interval(milliseconds: .max)))
        try desk.report(1, never)
        #expect(desk.invocation(1)?.attempt.nextRetryAt == Timestamp(milliseconds: .max))
        try expectHarmedAlone(desk, "RT0023")
    }

    @Test func aStateKeyThatIsNotUTF8StopsAPartition() throws {
        let desk = try holdingKey()
        let name: [UInt8] = [0xff, 0x00, 0xfe]
        let lines = try desk.receive(
            1,
            command(.setState(key: name, value: [7])),
            command(.getLazyState(key: name, completionID: 1)),
            command(.clearState(key: [0xc3])),
            command(.getLazyStateKeys(completionID: 2)),
            command(.output(.value([1]))),
            .end
        )
        #expect(lines.contains { $0.hasPrefix("finish 1") })
        #expect(desk.storage.rows.state[ServiceKey(service: "Counter", key: "k")]?[name] == [7])
        #expect(desk.status(2) == .running)
    }

    @Test(
        "a command that does not parse, or lacks a required field, stops a partition",
        arguments: [
            (output, [0xff, 0xff, 0xff, 0xff]), (output, []), (output, [0x72]), (output, [0x72, 0x05, 0x0a]),
            (0x0402, []), (0x0402, [0x0a, 0x7f]), (0x0403, []), (0x0403, [0x0a, 0x01, 0x6b]), (0x0404, [0x0a]),
            (0x0406, []), (0x0407, []), (0x0407, [0x0a, 0x01, 0x6b]), (0x0408, [0x72, 0x09]), (0x0409, []),
            (0x040A, []),
            (0x040B, []), (0x040C, []), (0x040D, []), (0x040E, []), (0x0410, []), (0x0411, []), (0x0412, []),
            (0x0413, []), (0x0414, []), (0x0005, []), (0x0001, []), (0x0002, [0x12, 0x02, 0xff, 0xff]),
        ] as [(UInt16, [UInt8])]
    )
    func unreadableCommand(type: UInt16, payload: [UInt8]) throws {
        let desk = try holdingKey()
        _ = try receive(desk, type, payload)
        #expect(try desk.journal(1).isEmpty)
        let text = try #require(desk.invocation(1)?.attempt.lastFailure?.message)
        #expect(text.contains(MessageType(rawValue: type).wireName), "\(text)")
        try expectHarmedAlone(desk, "RT0012")
    }

    @Test func anEndlessRetryStartsFromTheBeginningAfterARestart() throws {
        let desk = try holdingKey()
        for count in 1...3 {
            try desk.report(1, .failed(.network("gone")))
            #expect(desk.invocation(1)?.attempt.retryCount == count)
            try desk.restart()
            desk.now = try #require(desk.invocation(1)?.attempt.nextRetryAt)
            try desk.fireTimers()
        }
        #expect(desk.invocation(1)?.attempt.retryCount == 4)
    }

    @Test func cancellingWhatIsPausedLetsItGoOnWithANewCount() throws {
        var settings = Settings()
        settings.retryPolicy.attemptsMax = 1
        let desk = try Desk(settings: settings)
        try desk.invoke("Counter", "add", key: "k")
        try desk.report(1, .failed(.network("gone")))
        #expect(desk.status(1) == .paused)
        #expect(desk.invocation(1)?.attempt.lastFailure?.documentedCode == "RT0010")
        _ = try desk.cancel(1)
        #expect(desk.status(1) == .running)
        #expect(desk.invocation(1)?.attempt.retryCount == 1)
        #expect(try desk.journal(1).count == 1)
    }

    private func hexadecimal(_ type: UInt16) -> String {
        let digits = String(type, radix: 16)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
