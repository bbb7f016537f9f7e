import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@testable import Partition

/// Openings that are too large for a turn: read elsewhere, and what is said meanwhile follows once.
@Suite struct LargeOpeningsTests {
    /// A partition over a store in memory, with a deployment and one waiting read after another.
    private final class World {
        let storage: MemoryStorage
        var partition: Partition
        // The partition is not copyable, which what `#expect` looks into has to be.
        var openings: LargeOpenings { partition.openings }
        var catalog: Catalog { partition.catalog }
        var now = Sample.epoch
        var requests: UInt64 = 0
        /// Reads asked for and not answered.
        var reads: [Opening] = []

        init(_ storage: MemoryStorage = MemoryStorage(), limits: TurnLimits = TurnLimits()) throws {
            self.storage = storage
            partition = try Partition(
                storage: storage,
                catalog: try storage.rows.catalog(),
                settings: Settings(),
                seed: 1,
                now: now,
                limits: limits
            )
        }

        func send(bytes: Int) throws {
            let input = inputFrame(headers: [], value: [UInt8](repeating: 7, count: bytes)).payload
            let target = Target(service: "Greeter", key: nil, handler: "greet")
            try turn { .invoke(InvokeRequest(target: target, input: input, waitsForResult: false), $0) }
            while hasWork(at: now) { try turn() }
        }

        func register(_ address: String = "v1:1") throws {
            _ = try turn {
                .register(
                    RegisterRequest(discovered: Sample.discovered(address), options: RegisterOptions(), actor: "t"),
                    $0
                )
            }
        }

        func hasWork(at wallClock: Timestamp) -> Bool { partition.hasWork(at: wallClock) }

        @discardableResult
        func turn(_ command: ((RequestID) -> EngineCommand)? = nil) throws -> [String] {
            if let command {
                requests += 1
                partition.submit(command(RequestID(rawValue: requests)), from: .core)
            }
            let actions = try partition.turn(at: now)
            for case .read(let opening) in actions { reads.append(opening) }
            return actions.map(ActionText.line)
        }

        func answerRead() throws -> [String] {
            let opening = reads.removeFirst()
            let command = opening.command(readingFrom: storage)
            return try turn { _ in command }
        }

        func id(_ number: Int64) throws -> InvocationID {
            try #require(storage.rows.invocations[InvocationNumber(rawValue: number)]).invocation.head.id
        }
    }

    /// A world that was restarted with so many sends whose input has `bytes`: their inputs have to be read.
    private func restarted(_ count: Int, bytes: Int, limits: TurnLimits = TurnLimits()) throws -> World {
        let before = try World()
        try before.register()
        for _ in 0..<count { try before.send(bytes: bytes) }
        return try World(before.storage.afterCrash(), limits: limits)
    }

    @Test func aLargeOpeningIsReadElsewhere() throws {
        let world = try restarted(1, bytes: 300 << 10)
        #expect(try world.turn() == ["read 1"])
        #expect(try world.answerRead() == ["start 1 v7 open: Start(1) Input"])
    }

    @Test func aLargeInputAtHandIsReadElsewhereToo() throws {
        let bench = try Bench()
        bench.invoke(bytes: 300 << 10)
        #expect(try bench.turn() == [])
        #expect(try bench.turn() == ["answer 2: accepted", "read 1"])
    }

    @Test func aSmallOneIsNot() throws {
        let world = try restarted(1, bytes: 100)
        #expect(try world.turn() == ["start 1 v7 open: Start(1) Input"])
    }

    @Test func whatComesMeanwhileFollowsOnce() throws {
        let world = try restarted(1, bytes: 300 << 10)
        try world.turn()
        let id = try world.id(1)
        #expect(
            try world.turn { .operate(.cancel, id, actor: "test", $0) } == [
                "note: cancel Greeter/greet", "answer 1: cancelRequested",
            ]
        )
        let actions = try world.answerRead()
        #expect(actions.count == 2)
        #expect(actions.first == "start 1 v7 open: Start(1) Input")
        #expect(actions.last?.hasPrefix("send 1: ") == true)
    }

    @Test func whatComesBeforeTheReadIsInIt() throws {
        var limits = TurnLimits()
        limits.openingBytes = 1
        let world = try restarted(2, bytes: 300 << 10, limits: limits)
        #expect(try world.turn() == ["read 1"])
        let id = try world.id(2)
        try world.turn { .operate(.cancel, id, actor: "test", $0) }
        _ = try world.answerRead()
        world.partition.openingLeft(AttemptID(rawValue: 1))
        #expect(try world.turn() == ["read 2"])
        let actions = try world.answerRead()
        #expect(actions.count == 1)
        #expect(actions.first?.hasPrefix("start 2 v7 open: Start(2) Input ") == true)
    }

    @Test func oneKilledMeanwhileNeverBegins() throws {
        let world = try restarted(1, bytes: 300 << 10)
        try world.turn()
        let id = try world.id(1)
        #expect(
            try world.turn { .operate(.kill, id, actor: "test", $0) } == [
                "note: kill Greeter/greet", "answer 1: killed",
            ]
        )
        #expect(try world.answerRead() == [])
        #expect(world.openings.isEmpty)
        #expect(world.openings.bytesInFlight == 0)
    }

    @Test func oneWhoseDeploymentWentFails() throws {
        let world = try restarted(1, bytes: 300 << 10)
        try world.turn()
        let deployment = try #require(world.catalog.deployments.first?.id)
        try world.turn { .removeDeployment(deployment, force: true, actor: "t", $0) }
        #expect(try world.answerRead() == ["note: failed Greeter/greet RT0011"])
        #expect(world.openings.isEmpty)
    }

    @Test func silenceEndsItsInputAndThenIt() throws {
        let world = try restarted(1, bytes: 300 << 10)
        try world.turn()
        world.now = world.now.adding(.seconds(61))
        #expect(try world.turn() == [])
        #expect(try world.answerRead() == ["start 1 v7 open: Start(1) Input", "endInput 1"])

        let late = try restarted(1, bytes: 300 << 10)
        try late.turn()
        late.now = late.now.adding(.seconds(61))
        try late.turn()
        late.now = late.now.adding(.seconds(300))
        #expect(try late.turn() == [])
        late.now = late.now.adding(.seconds(301))
        #expect(try late.turn() == ["note: failed Greeter/greet RT0001"])
        #expect(try late.answerRead() == [])
    }

    @Test func anOpeningThatCannotBeReadFailsItsAttempt() throws {
        let world = try restarted(1, bytes: 300 << 10)
        try world.turn()
        let opening = try #require(world.reads.first)
        #expect(try world.turn { _ in opening.unreadable("a test") } == ["note: failed Greeter/greet RT0010"])
    }

    @Test func openingsInMemoryAreBounded() throws {
        var limits = TurnLimits()
        limits.openingBytes = 700 << 10
        let world = try restarted(4, bytes: 300 << 10, limits: limits)
        #expect(try world.turn() == ["read 1", "read 2"])
        #expect(!world.hasWork(at: world.now))
        #expect(try world.answerRead() == ["start 1 v7 open: Start(1) Input"])
        world.partition.openingLeft(AttemptID(rawValue: 1))
        #expect(world.hasWork(at: world.now))
        #expect(try world.turn() == ["read 3"])
    }

    @Test func anEndpointThatTakesNothingHoldsUpOnlyItselfForLong() throws {
        var limits = TurnLimits()
        limits.openingBytes = 1
        let before = try World()
        for address in ["v1:1", "v2:1"] {
            try before.register(address)
            try before.send(bytes: 300 << 10)
            try before.send(bytes: 300 << 10)
        }
        let world = try World(before.storage.afterCrash(), limits: limits)
        #expect(try world.turn() == ["read 1"])
        _ = try world.answerRead()
        #expect(!world.hasWork(at: world.now))
        world.now = world.now.adding(limits.openingHold)
        #expect(world.hasWork(at: world.now))
        // The second is pinned to the deployment that takes nothing.
        #expect(try world.turn() == ["read 3"])
        _ = try world.answerRead()
        #expect(!world.hasWork(at: world.now))
        world.partition.openingLeft(AttemptID(rawValue: 3))
        #expect(try world.turn() == ["read 4"])
        _ = try world.answerRead()
        world.partition.openingLeft(AttemptID(rawValue: 4))
        #expect(!world.hasWork(at: world.now))
        world.partition.openingLeft(AttemptID(rawValue: 1))
        #expect(try world.turn() == ["read 2"])
    }
}
