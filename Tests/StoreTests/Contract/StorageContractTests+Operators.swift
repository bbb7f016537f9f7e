import DurableModel
import Engine
import ServiceProtocol
import Testing

@testable import Store

/// The part of the contract about what operators do.
@Suite("Storage contract: operators")
struct StorageOperatorContractTests {
    @Test("an origin, an inherited seed and a wish to pause come back", arguments: StorageKind.all)
    func columns(kind: StorageKind) throws {
        let world = try kind.make()
        let origin = Fixture.head(1)
        let head = InvocationHead(
            number: Fixture.number(2),
            id: Fixture.id(2),
            hasDerivedID: false,
            target: origin.target,
            serviceType: origin.serviceType,
            handlerType: origin.handlerType,
            idempotencyKey: nil,
            invoker: .restart(of: origin.id),
            createdAt: Fixture.now,
            completionRetention: .hours(1),
            journalRetention: .hours(1),
            inheritedSeed: .max
        )
        var invocation = Invocation(head: head, status: .running, inputBytes: 0)
        try world.commit { $0.invocations[head.number] = .init(invocation: invocation, isNew: true) }
        #expect(try world.storage.invocation(head.number)?.pauseRequested == false)
        invocation.pauseRequested = true
        invocation.eventCount = 3
        try world.commit { $0.invocations[head.number] = .init(invocation: invocation, isNew: false) }
        let read = try #require(try world.storage.invocation(head.number))
        #expect(read.head.invoker == .restart(of: origin.id))
        #expect(read.head.randomSeed == .max)
        #expect(read.pauseRequested && read.eventCount == 3)
    }

    @Test("a state patch that waits comes back whole, and goes", arguments: StorageKind.all)
    func statePatches(kind: StorageKind) throws {
        let world = try kind.make()
        let large = Fixture.bytes(1 << 20)
        let patches = [
            QueuedStatePatch(
                sequence: 7,
                patch: StatePatch(
                    key: Fixture.key,
                    newState: [[0xff, 0]: large, []: [], [1]: [2]],
                    expectedVersion: Fixture.bytes(32)
                ),
                actor: "uid 1000"
            ),
            QueuedStatePatch(sequence: 8, patch: StatePatch(key: Fixture.key, newState: [:]), actor: ""),
        ]
        try world.commit { writes in
            for patch in patches { writes.addedPatches[patch.sequence] = patch }
        }
        for patch in patches { #expect(try world.storage.statePatch(patch.sequence) == patch) }
        #expect(try world.storage.statePatch(9) == nil)
        try world.commit { $0.removedPatches = [7] }
        #expect(try world.storage.statePatch(7) == nil)
        #expect(try world.storage.statePatch(8) == patches[1])
        if let store = world.storage as? SQLiteStore {
            #expect(try store.database.integer("SELECT count(*) FROM payload_chunks") == 0)
            #expect(try store.database.integer("SELECT count(*) FROM state_patch_values") == 0)
        }
    }

    @Test("invocations are found by state in order of number, within bounds", arguments: StorageKind.all)
    func invocationsByState(kind: StorageKind) throws {
        let world = try kind.make()
        let statuses = InvocationStatus.allCases
        try world.commit { writes in
            for value in 1...40 as ClosedRange<Int64> {
                let invocation = Fixture.invocation(value, status: statuses[Int(value) % statuses.count])
                writes.invocations[invocation.number] = .init(invocation: invocation, isNew: true)
            }
        }
        func find(_ wanted: Set<InvocationStatus>, after: Int64 = 0, upTo: Int64 = 40, limit: Int = 99) throws
            -> [Int64]
        {
            try world.storage.invocations(
                in: wanted,
                after: Fixture.number(after),
                upTo: Fixture.number(upTo),
                limit: limit
            ).map(\.rawValue)
        }
        #expect(try find([.paused]) == [6, 14, 22, 30, 38])
        #expect(try find([.paused, .ready]) == [2, 6, 10, 14, 18, 22, 26, 30, 34, 38])
        #expect(try find([.paused, .ready], after: 6, upTo: 30, limit: 3) == [10, 14, 18])
        #expect(try find([.paused], after: 38).isEmpty)
        #expect(try find([]).isEmpty)
        // Others may be among those that are given with completed ones.
        let completed = try find([.completed], after: 7, upTo: 31)
        #expect(Set(completed).isSuperset(of: [15, 23, 31]))
        #expect(completed == completed.sorted() && completed.allSatisfy { $0 > 7 && $0 <= 31 })
    }

    @Test("events are kept in order with all that they say, and go with the journal")
    func events() throws {
        let world = try SQLiteWorld()
        let record = try #require(Fixture.fullInvocation(1).attempt.lastFailure)
        let kinds: [JournalEvent.Kind] = [.transientError(record), .paused(record), .paused(nil)]
        let events = kinds.enumerated().map { sequence, kind in
            JournalEvent(sequence: sequence, afterIndex: 4, at: Fixture.now, kind: kind)
        }
        let invocation = Fixture.invocation(1)
        try world.commit {
            $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true)
            $0.events[invocation.number] = events
        }
        let rows = try texts(
            in: world,
            """
            SELECT kind || ' ' || after_index || ' ' || ifnull(code || documented_code || message || stacktrace
                || command_index || command_name || command_type, 'nothing')
            FROM journal_events WHERE invocation = 1 ORDER BY sequence
            """
        )
        let failure = "503RT0010it brokehere\nthere4step1041"
        #expect(rows == ["0 4 \(failure)", "1 4 \(failure)", "1 4 nothing"])
        try world.commit { $0.removedInvocations = [invocation.number] }
        #expect(try texts(in: world, "SELECT count(*) || '' FROM journal_events") == ["0"])
    }

    private func texts(in world: SQLiteWorld, _ sql: String) throws -> [String?] {
        let store = try #require(world.storage as? SQLiteStore)
        return try store.database.prepare(sql).collect { $0.text(0) }
    }
}
