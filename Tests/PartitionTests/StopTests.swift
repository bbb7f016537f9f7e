import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

@Suite struct StopTests {
    @Test func aStopKeepsWhatAttemptsHaveSaid() throws {
        let storage = MemoryStorage()
        var partition = try Partition(
            storage: storage,
            catalog: Catalog(),
            settings: Settings(),
            seed: 1,
            now: Sample.epoch
        )
        func invoke(_ request: UInt64) -> EngineCommand {
            let target = Target(service: "Greeter", key: nil, handler: "greet")
            let input = inputFrame(headers: [], value: [1]).payload
            return .invoke(
                InvokeRequest(target: target, input: input, waitsForResult: false),
                RequestID(rawValue: request)
            )
        }
        let registration = RegisterRequest(
            discovered: Sample.discovered("v1:1"),
            options: RegisterOptions(),
            actor: "test"
        )
        partition.submit(.register(registration, RequestID(rawValue: 1)), from: CommandSource(rawValue: 4))
        _ = try partition.turn(at: Sample.epoch)
        partition.submit(invoke(2), from: CommandSource(rawValue: 4))
        _ = try partition.turn(at: Sample.epoch)

        let output = ServiceMessage.command(Command(.output(.value([1]))))
        let attempt = AttemptID(rawValue: 1)
        partition.submit(.attempt(attempt, .received([output.frame(version: 7)])), from: .core)
        partition.submit(invoke(3), from: CommandSource(rawValue: 4))
        let stopped = partition.stop().map(ActionText.line)
        #expect(stopped == ["answer 3: stopping"])
        partition.submit(.attempt(attempt, .received([ServiceMessage.end.frame(version: 7)])), from: .core)
        let ended = try partition.turn(at: Sample.epoch).map(ActionText.line)
        #expect(ended == ["finish 1"])
        #expect(storage.rows.invocations.values.map(\.invocation.status) == [.completed])
    }

    @Test func aStopAsksAttemptsThatOnlyWaitToSuspend() throws {
        let bench = try Bench()
        bench.invoke()
        try bench.turns()
        bench.receive(1, sleep(until: bench.now.adding(.seconds(600)), 1))
        bench.invoke()
        try bench.turns()
        _ = bench.stop()
        bench.receive(2, command(.run(completionID: 1)))
        bench.pass(1)
        // The one that is at a step may have it done.
        #expect(try bench.turns() == ["endInput 1"])
        bench.receive(1, .suspension(.flat([.completion(1)])))
        #expect(try bench.turns() == ["finish 1"])
        #expect(bench.status(1) == .suspended)
        bench.pass(1)
        #expect(try bench.turns() == ["endInput 2"])
    }
}
