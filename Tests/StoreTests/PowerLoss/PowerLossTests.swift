import DurableModel
import Engine
import Testing

@testable import Store

/// What was acknowledged survives whatever the disk does. The seed of a failure is in its message.
struct PowerLossTests {
    /// A store on a faulty disk, and what was promised about it.
    private final class World {
        let directory: TemporaryDirectory
        let disk: FaultyDisk
        var store: SQLiteStore?
        /// Commits that were acknowledged; each has a number from 1 on.
        var acknowledged: Int64 = 0

        init(seed: UInt64) throws {
            directory = try TemporaryDirectory()
            disk = FaultyDisk(name: "faulty-\(directory.path)-\(seed)")
        }

        func open() throws {
            var options = StoreOptions()
            options.vfs = disk.registeredName
            // Checkpoints are where a lost sync hurts most, so they come often.
            options.checkpointFrames = 20
            store = try SQLiteStore(directory: directory.path, options: options)
        }

        /// Everything of one turn; a later look finds all of it or nothing.
        static func writes(_ number: Int64) -> WriteSet {
            var writes = WriteSet()
            let invocation = Fixture.invocation(number, status: .running)
            let bytes = number % 7 == 0 ? 300_000 : Int(number) * 37 % 9000
            writes.invocations[invocation.number] = .init(
                invocation: invocation,
                isNew: true,
                input: Fixture.bytes(bytes, seed: UInt64(number))
            )
            writes.journal[invocation.number] = [
                JournalRow(index: 1, type: 0x0411, payload: [UInt8(number % 256)], appendedAt: Fixture.now)
            ]
            writes.state[Fixture.key, default: .init()].values[Array("last".utf8)] = .some(Array("\(number)".utf8))
            writes.counts[
                CountKey(deployment: nil, service: "Greeter", handler: "greet", status: .running)
            ] = 1
            if number > 1 {
                let before = Fixture.invocation(number - 1, status: .completed)
                writes.invocations[before.number] = .init(invocation: before, isNew: false, output: [1, 2, 3])
            }
            return writes
        }

        func commitUntilFailure(max: Int) -> StorageError? {
            guard let store else { return .refused("the store did not open") }
            for _ in 0..<max {
                do throws(StorageError) {
                    var writes = Self.writes(acknowledged + 1)
                    if acknowledged % 2 == 0 { try stage(&writes, store) }
                    try store.commit(writes)
                    acknowledged += 1
                } catch {
                    return error
                }
            }
            return nil
        }

        /// Writes a long input ahead of its row, in three turns.
        private func stage(_ writes: inout WriteSet, _ store: SQLiteStore) throws(StorageError) {
            guard let input = writes.invocations[Fixture.number(acknowledged + 1)]?.input, input.count > 256 << 10
            else { return }
            let payload = StagedPayload(id: StagedPayloadID(rawValue: UInt64(acknowledged)), bytes: input)
            for (index, start) in [0, 100_000, 200_000].enumerated() {
                var piece = WriteSet()
                piece.stagedPieces = [StagedPiece(payload: payload, index: index, range: start..<start + 100_000)]
                try store.commit(piece)
            }
            writes.adoptedPayloads = [payload]
        }

        /// How many commits are there; what is there of the last one is complete.
        func committed() throws -> Int64 {
            guard let store else { return 0 }
            let key = CountKey(deployment: nil, service: "Greeter", handler: "greet", status: .running)
            let count = Int64(try store.counts()[key] ?? 0)
            let last = try store.state(of: Fixture.key, named: Array("last".utf8)) ?? Array("0".utf8)
            #expect(String(decoding: last, as: UTF8.self) == "\(count)")
            for number in stride(from: count, through: max(1, count - 9), by: -1) where number > 0 {
                let expected = Self.writes(number)
                let row = Fixture.number(number)
                #expect(try store.invocation(row)?.status == (number == count ? .running : .completed))
                #expect(try store.input(of: row) == expected.invocations[row]?.input)
                #expect(try store.journal(of: row, from: 1, limit: 5) == expected.journal[row] ?? [])
            }
            #expect(try store.invocation(Fixture.number(count + 1)) == nil)
            let payloads = try store.database.integer("SELECT count(DISTINCT chunk >> 16) FROM payload_chunks")
            #expect(payloads == count / 7)
            #expect(try store.database.integer("SELECT count(*) FROM staged_payloads") == 0)
            return count
        }
    }

    @Test func whatWasAcknowledgedSurvivesPowerLoss() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var chance = SeededGenerator(seed: seed)
            let world = try World(seed: seed)
            for round in 0..<3 {
                world.disk.operationsLeft = Int.random(in: round == 0 ? 0..<500 : 0..<250, using: &chance)
                try? world.open()
                _ = world.commitUntilFailure(max: 60)
                world.store = nil
                world.disk.reboot(seed: chance.next())
                try world.open()
                let there = try world.committed()
                #expect(
                    there == world.acknowledged || there == world.acknowledged + 1,
                    "seed \(seed), round \(round): \(world.acknowledged) acknowledged, \(there) there"
                )
                world.acknowledged = there
                world.store = nil
            }
        }
    }

    /// Shows that the test above can fail: on a disk that only says it syncs, acknowledged commits are lost.
    @Test func aDiskThatLiesAboutSyncingIsFoundOut() throws {
        var lost = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            let world = try World(seed: seed)
            try world.open()
            world.disk.fault = .syncLies
            world.disk.operationsLeft = 200
            _ = world.commitUntilFailure(max: 100)
            world.store = nil
            world.disk.reboot(seed: seed)
            world.disk.fault = .none
            let isWhole = (try? world.open()).map { (try? world.store?.counts())?.values.first ?? 0 }
            if Int64(isWhole ?? 0) < world.acknowledged { lost += 1 }
        }
        #expect(lost > 0)
    }

    @Test func aFullDiskRefusesTheTurnAndServesOnLater() throws {
        let world = try World(seed: 1)
        try world.open()
        #expect(world.commitUntilFailure(max: 10) == nil)
        for _ in 0..<3 {
            world.disk.fault = .full
            let error = world.commitUntilFailure(max: 1)
            guard case .full? = error else {
                Issue.record("a full disk was \(String(describing: error))")
                return
            }
            #expect(try world.committed() == world.acknowledged)
            world.disk.fault = .none
            #expect(world.commitUntilFailure(max: 10) == nil)
            #expect(try world.committed() == world.acknowledged)
        }
    }

    @Test func afterAFailedSyncOnlyANewStartGoesOn() throws {
        let world = try World(seed: 1)
        try world.open()
        #expect(world.commitUntilFailure(max: 10) == nil)
        world.disk.fault = .syncFails
        for _ in 0..<2 {
            guard case .inputOutput? = world.commitUntilFailure(max: 1) else {
                Issue.record("a failed sync was passed over")
                return
            }
            // The disk is well again, but what it holds is not known.
            world.disk.fault = .none
        }
        world.store = nil
        try world.open()
        let there = try world.committed()
        #expect(there == world.acknowledged || there == world.acknowledged + 1)
    }

    @Test func aFailedSyncOfACheckpointIsNotTriedAgain() throws {
        let world = try World(seed: 1)
        try world.open()
        // Commits sync the log only; the first sync that fails is that of the database, in a checkpoint.
        #expect(world.commitUntilFailure(max: 1) == nil)
        world.disk.databaseSyncFails = true
        var error: StorageError?
        for _ in 0..<60 where error == nil { error = world.commitUntilFailure(max: 1) }
        guard case .inputOutput? = error else {
            Issue.record("a failed checkpoint was passed over: \(String(describing: error))")
            return
        }
        world.disk.databaseSyncFails = false
        #expect(world.commitUntilFailure(max: 1) != nil)
        world.store = nil
        world.disk.reboot(seed: 3)
        try world.open()
        #expect(try world.committed() == world.acknowledged)
    }
}
