import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

/// Which commands may wait for company: a commit costs the same for one as for many.
@Suite struct PatienceTests {
    private let later = Interval(milliseconds: 2)

    private func busyBench() throws -> Bench {
        let bench = try Bench()
        bench.invoke("Counter", "add", key: "k", waits: true)
        try bench.turn()
        #expect(bench.attempt(of: 1) != nil)
        return bench
    }

    @Test func aCallBehindABusyKeyGoesWithWhatTheAttemptSaysNext() throws {
        let bench = try busyBench()
        bench.invoke("Counter", "add", key: "k", waits: true)
        #expect(!bench.hasWork(at: bench.now))
        bench.receive(1, command(.output(.value([1]))), .end)
        #expect(bench.hasWork(at: bench.now))
        let before = bench.storage.commitCount
        try bench.turn()
        #expect(bench.storage.commitCount == before + 1)
        #expect(bench.status(1) == .completed)
        #expect(bench.status(2) == .running)
    }

    @Test func aCallBehindABusyKeyGoesSoonByItself() throws {
        let bench = try busyBench()
        bench.invoke("Counter", "add", key: "k", waits: true)
        #expect(bench.nextTurn(after: bench.now) == bench.now.adding(later))
        bench.now = bench.now.adding(later)
        #expect(bench.hasWork(at: bench.now))
        try bench.turn()
        #expect(bench.status(2) == .inboxed)
    }

    @Test func aClockThatWasSetBackKeepsNobodyWaiting() throws {
        let bench = try busyBench()
        bench.invoke("Counter", "add", key: "k", waits: true)
        bench.pass(-60)
        #expect(bench.hasWork(at: bench.now))
    }

    @Test func whatCanBeginOrIsAnsweredAtOnceDoesNotWait() throws {
        for urgent in [
            { (bench: Bench) in bench.invoke("Counter", "add", key: "other", waits: true) },
            { (bench: Bench) in bench.invoke("Counter", "add", key: "k", waits: false) },
            { (bench: Bench) in bench.invoke("Counter", "get", key: "k", waits: true) },
            { (bench: Bench) in bench.invoke(waits: true) },
        ] {
            let bench = try busyBench()
            urgent(bench)
            #expect(bench.hasWork(at: bench.now))
        }
    }

    @Test func aPatientCallDoesNotHoldUpAnother() throws {
        let bench = try busyBench()
        bench.invoke("Counter", "add", key: "k", waits: true)
        bench.invoke(waits: true)
        #expect(bench.hasWork(at: bench.now))
        try bench.turn()
        #expect(bench.status(2) == .inboxed)
        #expect(bench.status(3) == .running)
    }
}
