import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

/// Known fault 11: the last of the disk is kept for work under way.
@Suite struct DiskRoomTests {
    private static let reserve: Int64 = 64 << 20
    private let refusal = "refused: the disk is full: nothing new is accepted until there is room in the data directory"

    private func space(_ free: Int64, of total: Int64 = 1 << 40) -> StorageSpace {
        StorageSpace(freeBytes: free, totalBytes: total)
    }

    @Test func belowTheReserveNewWorkIsRefusedAndWorkUnderWayGoesOn() throws {
        let bench = try Bench()
        bench.invoke(waits: true)
        try bench.turns()
        bench.storage.space = space(Self.reserve - 1)
        bench.invoke()
        bench.submit(.register(bench.registration("v2:1"), bench.request()))
        bench.receive(1, command(.run(completionID: 1)))
        let lines = try bench.turns()
        #expect(lines.first?.hasPrefix("note: stalled") ?? false)
        #expect(lines.dropFirst() == ["answer 3: \(refusal)", "answer 4: \(refusal)"])
        #expect(bench.isStorageFull)
        // A handler's call is work under way.
        let call = OneWayCallCommand(
            serviceName: "Greeter",
            handlerName: "greet",
            invokeTimeMilliseconds: 0,
            key: "",
            invocationIDNotificationIndex: 2
        )
        bench.receive(1, command(.oneWayCall(call)))
        try bench.turns()
        #expect(bench.status(2) == .running)
        bench.receive(1, output, .end)
        #expect(try bench.turns() == ["finish 1", "answer 2: success 'done'"])
    }

    @Test func newWorkIsTakenAgainOnceMoreThanTheReserveIsFree() throws {
        let bench = try Bench()
        bench.storage.space = space(0)
        bench.invoke()
        #expect(try bench.turns().last == "answer 2: \(refusal)")
        // Not at each byte that comes and goes.
        bench.storage.space = space(Self.reserve)
        bench.invoke()
        #expect(try bench.turns() == ["answer 3: \(refusal)"])
        bench.storage.space = space(Self.reserve / 4 * 5)
        bench.invoke()
        let lines = try bench.turns()
        #expect(lines.prefix(2) == ["note: room again", "answer 4: accepted"])
        #expect(!bench.isStorageFull)
    }

    @Test func whatWasPurgedMakesRoomWithoutTheFileGettingShorter() throws {
        let bench = try Bench()
        bench.storage.space = space(Self.reserve / 2)
        bench.invoke()
        #expect(try bench.turns().last == "answer 2: \(refusal)")
        bench.storage.reusableBytes = Self.reserve
        bench.invoke()
        #expect(try bench.turns().prefix(2) == ["note: room again", "answer 3: accepted"])
        // The log of writes needs room beside the file.
        bench.storage.space = space(Self.reserve / 4 - 1)
        bench.invoke()
        #expect(try bench.turns().last == "answer 4: \(refusal)")
    }

    @Test("a payload that is written ahead of new work is turned away too, that of an attempt is not")
    func whatIsWrittenAheadIsTurnedAway() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        let long = [UInt8](repeating: 7, count: 3 << 20)
        let request = InvokeRequest(
            target: Target(service: "Greeter", key: nil, handler: "greet"),
            input: long,
            waitsForResult: false
        )
        bench.submit(.invoke(request, bench.request()), from: 7)
        bench.receive(1, command(.output(.value(long))), .end)
        try bench.turn()
        bench.storage.space = space(0)
        #expect(try bench.turns().contains("answer 3: \(refusal)"))
        #expect(bench.status(1) == .completed)
        #expect(bench.storage.rows.invocations.count == 1)
        #expect(bench.storage.rows.violations().isEmpty)
    }

    @Test func aSmallFileSystemIsNotAllReserve() throws {
        let bench = try Bench()
        bench.storage.space = space(6 << 20, of: 100 << 20)
        bench.invoke()
        #expect(try bench.turns().first == "answer 2: accepted")
        bench.storage.space = space(4 << 20, of: 100 << 20)
        bench.invoke()
        #expect(try bench.turns().last == "answer 3: \(refusal)")
    }

    @Test func aDiskThatStaysFullIsToldOnceAndItsEndToo() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        bench.storage.onCommit = { _ in .full }
        bench.receive(1, output, .end)
        var lines: [String] = []
        for _ in 0..<5 {
            lines += try bench.turns()
            bench.pass(1)
        }
        #expect(lines == ["note: stalled the simulated disk is full"])
        bench.storage.onCommit = nil
        bench.storage.space = space(1 << 40)
        lines = []
        for _ in 0..<10 {
            lines += try bench.turns()
            bench.pass(1)
        }
        #expect(lines.sorted() == ["finish 1", "note: room again"])
    }

    @Test func anIdlePartitionLooksOnTime() throws {
        let bench = try Bench()
        try bench.turns()
        for _ in 0..<5 {
            let next = bench.nextTurn(after: bench.now)
            #expect(next > bench.now)
            bench.now = next
            #expect(bench.hasWork(at: next))
            try bench.turns()
        }
    }
}
