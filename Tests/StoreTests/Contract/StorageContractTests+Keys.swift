import DurableModel
import Engine
import ServiceProtocol
import Testing

/// The part of the contract about keys, timers, effects and counts.
@Suite("Storage contract: keys, timers, effects, counts")
struct StorageKeyContractTests {
    @Test("state is written, replaced, removed and cleared", arguments: StorageKind.all)
    func stateChanges(kind: StorageKind) throws {
        let world = try kind.make()
        let (key, other) = (Fixture.key, ServiceKey(service: "Counter", key: "b"))
        let names: [[UInt8]] = [[0xff, 0x00], Array("b".utf8), []]
        try world.commit { writes in
            for target in [key, other] {
                for (offset, name) in names.enumerated() {
                    writes.state[target, default: .init()].values[name] = .some([UInt8(offset)])
                }
            }
        }
        #expect(try world.storage.stateNames(of: key) == [[], Array("b".utf8), [0xff, 0x00]])
        #expect(try world.storage.state(of: key, named: names[0]) == [0])

        try world.commit {
            $0.state[key, default: .init()].values[names[0]] = .some(nil)
            $0.state[key, default: .init()].values[names[1]] = .some([42])
        }
        #expect(try world.storage.state(of: key, named: names[0]) == nil)
        #expect(try world.storage.state(of: key, named: names[1]) == [42])

        try world.commit {
            $0.state[key, default: .init()].clearsAll = true
            $0.state[key, default: .init()].values[names[2]] = .some([5])
            $0.state[key, default: .init()].values[names[1]] = .some(nil)
        }
        #expect(try world.storage.stateNames(of: key) == [[]])
        #expect(try world.storage.stateNames(of: other).count == 3)
    }

    @Test("a whole state is given up to its bound of bytes, and says whether it is whole", arguments: StorageKind.all)
    func wholeStateIsBounded(kind: StorageKind) throws {
        let world = try kind.make()
        try world.commit { writes in
            for name in ["a", "b", "c"] {
                writes.state[Fixture.key, default: .init()].values[Array(name.utf8)] = .some([1, 2, 3, 4])
            }
        }
        let cases: [(bytesMax: Int, count: Int, isWhole: Bool)] = [
            (15, 3, true), (14, 2, false), (10, 2, false), (9, 1, false), (4, 0, false), (0, 0, false),
        ]
        for (bytesMax, count, isWhole) in cases {
            let state = try world.storage.state(of: Fixture.key, bytesMax: bytesMax)
            #expect(state.entries.count == count && state.isWhole == isWhole, "\(bytesMax) bytes")
        }
        let empty = try world.storage.state(of: ServiceKey(service: "Counter", key: "none"), bytesMax: 0)
        #expect(empty.entries.isEmpty && empty.isWhole)
    }

    @Test("a lock has one holder and can be handed on and freed", arguments: StorageKind.all)
    func lockHasOneHolder(kind: StorageKind) throws {
        let world = try kind.make()
        #expect(try world.storage.lockHolder(of: Fixture.key) == nil)
        try world.commit { $0.locks[Fixture.key] = .some(Fixture.number(1)) }
        #expect(try world.storage.lockHolder(of: Fixture.key) == Fixture.number(1))
        try world.commit { $0.locks[Fixture.key] = .some(Fixture.number(2)) }
        #expect(try world.storage.lockHolder(of: Fixture.key) == Fixture.number(2))
        try world.commit { $0.locks[Fixture.key] = .some(nil) }
        #expect(try world.storage.lockHolder(of: Fixture.key) == nil)
    }

    @Test("an inbox is read in order of its sequence", arguments: StorageKind.all)
    func inboxInOrder(kind: StorageKind) throws {
        let world = try kind.make()
        let entries = [30, 10, 20].map { sequence in
            InboxEntry(key: Fixture.key, sequence: sequence, invocation: Fixture.number(sequence + 1))
        }
        try world.commit { $0.addedInbox = entries }
        let ordered = [entries[1], entries[2], entries[0]]
        #expect(try world.storage.inbox(of: Fixture.key, after: 0, limit: 9) == ordered)
        #expect(try world.storage.inbox(of: Fixture.key, after: 10, limit: 1) == [ordered[1]])
        #expect(try world.storage.inbox(of: ServiceKey(service: "Counter", key: "b"), after: 0, limit: 9).isEmpty)
        #expect(try world.storage.inboxLength(of: Fixture.key, atMost: 9) == 3)
        #expect(try world.storage.inboxLength(of: Fixture.key, atMost: 2) == 2)
        #expect(try world.storage.inboxLength(of: ServiceKey(service: "Counter", key: "b"), atMost: 9) == 0)
        try world.commit { $0.removedInbox = [entries[1]] }
        #expect(try world.storage.inbox(of: Fixture.key, after: 0, limit: 9) == Array(ordered[1...]))
        #expect(try world.storage.inboxLength(of: Fixture.key, atMost: 9) == 2)
    }

    @Test("timers are read in order of due time, then invocation, in pages", arguments: StorageKind.all)
    func timersInOrder(kind: StorageKind) throws {
        let world = try kind.make()
        let timers = [
            InvocationTimer(due: Timestamp(milliseconds: -5), invocation: Fixture.number(9), kind: .start),
            InvocationTimer(due: Fixture.now, invocation: Fixture.number(1), kind: .sleep, completionID: 1),
            InvocationTimer(due: Fixture.now, invocation: Fixture.number(1), kind: .sleep, completionID: .max),
            InvocationTimer(due: Fixture.now, invocation: Fixture.number(1), kind: .retry),
            InvocationTimer(due: Fixture.now, invocation: Fixture.number(2), kind: .start),
            InvocationTimer(due: .never, invocation: Fixture.number(1), kind: .start),
        ]
        try world.commit { $0.addedTimers = Set(timers) }
        #expect(timers == timers.sorted())
        for limit in [1, 2, 10] {
            var read: [InvocationTimer] = []
            while true {
                let page = try world.storage.timers(after: read.last, limit: limit)
                if page.isEmpty { break }
                read += page
            }
            #expect(read == timers, "pages of \(limit)")
        }
        #expect(try world.storage.timers(of: Fixture.number(1)) == [timers[1], timers[2], timers[3], timers[5]])
        try world.commit {
            $0.removedTimers = [timers[1], timers[5]]
            $0.addedTimers = [timers[2]]
        }
        #expect(try world.storage.timers(after: nil, limit: 9) == [timers[0], timers[2], timers[3], timers[4]])
    }

    @Test("attachments and the outbox are read in order and removed one by one", arguments: StorageKind.all)
    func effectsInOrder(kind: StorageKind) throws {
        let world = try kind.make()
        let attachments = [(1, 5), (2, 1), (2, 7)].map { waiter, completion in
            Attachment(
                invocation: Fixture.number(8),
                waiter: Fixture.number(Int64(waiter)),
                completionID: UInt32(completion),
                completionType: 0x8012
            )
        }
        let items = [
            OutboxItem(sequence: 1, effect: .kill(Fixture.id(4))),
            OutboxItem(sequence: 2, effect: .deliver(source: Fixture.number(3))),
            OutboxItem(sequence: 9, effect: .kill(Fixture.id(5))),
        ]
        try world.commit {
            $0.addedAttachments = Set(attachments)
            $0.addedOutbox = items
        }
        #expect(try world.storage.attachments(to: Fixture.number(8), limit: 9) == attachments)
        #expect(try world.storage.attachments(to: Fixture.number(8), limit: 2) == Array(attachments[..<2]))
        #expect(try world.storage.outbox(after: 0, limit: 9) == items)
        #expect(try world.storage.outbox(after: 1, limit: 1) == [items[1]])
        try world.commit {
            $0.removedAttachments = [attachments[0]]
            $0.removedOutbox = [1, 9]
        }
        #expect(try world.storage.attachments(to: Fixture.number(8), limit: 9) == Array(attachments[1...]))
        #expect(try world.storage.outbox(after: 0, limit: 9) == [items[1]])
    }

    @Test("counts add up, with and without a deployment, and are gone at zero", arguments: StorageKind.all)
    func countsAddUp(kind: StorageKind) throws {
        let world = try kind.make()
        let pinned = CountKey(deployment: Fixture.deployment, service: "S", handler: "h", status: .running)
        let open = CountKey(deployment: nil, service: "S", handler: "h", status: .ready)
        try world.commit { $0.counts = [pinned: 3, open: 1] }
        try world.commit { $0.counts = [pinned: -1, open: 4] }
        #expect(try world.storage.counts() == [pinned: 2, open: 5])
        try world.commit { $0.counts = [pinned: -2, open: 0] }
        #expect(try world.storage.counts() == [open: 5])
    }

    @Test("marks begin at zero and keep what was set", arguments: StorageKind.all)
    func marksAreKept(kind: StorageKind) throws {
        let world = try kind.make()
        #expect(try world.storage.marks() == PersistedMarks())
        var marks = PersistedMarks()
        marks.invocationNumberReserved = 1000
        marks.inboxSequenceReserved = 2000
        marks.outboxSequenceReserved = 3000
        marks.clock = Fixture.now
        try world.commit { $0.marks = marks }
        #expect(try world.storage.marks() == marks)
    }

    @Test("a commit that is refused changes nothing", arguments: StorageKind.all)
    func refusedCommitChangesNothing(kind: StorageKind) throws {
        let world = try kind.make()
        let missing = Fixture.invocation(4)
        var writes = WriteSet()
        writes.locks[Fixture.key] = .some(Fixture.number(1))
        writes.invocations[missing.number] = .init(invocation: missing, isNew: false)
        #expect {
            try world.storage.commit(writes)
        } throws: { error in
            if case .refused? = error as? StorageError { true } else { false }
        }
        #expect(try world.storage.lockHolder(of: Fixture.key) == nil)
        try world.commit { $0.locks[Fixture.key] = .some(Fixture.number(2)) }
        #expect(try world.storage.lockHolder(of: Fixture.key) == Fixture.number(2))
    }
}
