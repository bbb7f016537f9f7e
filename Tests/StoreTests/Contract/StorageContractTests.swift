import DurableModel
import Engine
import ServiceProtocol
import Testing

/// What the engine relies on in any storage, run against each implementation.
@Suite("Storage contract: invocations and journals")
struct StorageContractTests {
    @Test("every column of an invocation comes back", arguments: StorageKind.all)
    func everyColumnComesBack(kind: StorageKind) throws {
        let world = try kind.make()
        let full = Fixture.fullInvocation(5)
        let bare = Fixture.invocation(6)
        try world.commit { writes in
            for invocation in [full, bare] {
                writes.invocations[invocation.number] = .init(invocation: invocation, isNew: true, input: [1, 2, 3])
            }
        }
        for invocation in [full, bare] {
            let read = try world.storage.invocation(invocation.number)
            #expect(ComparableInvocation(read) == ComparableInvocation(invocation))
        }
        #expect(try world.storage.invocation(Fixture.number(7)) == nil)
    }

    @Test("an update writes every changing column and keeps the payloads", arguments: StorageKind.all)
    func updateWritesChangingColumns(kind: StorageKind) throws {
        let world = try kind.make()
        let full = Fixture.fullInvocation(5)
        var bare = Invocation(head: full.head, status: .ready, inputBytes: 3)
        try world.commit {
            $0.invocations[bare.number] = .init(invocation: bare, isNew: true, input: [1, 2, 3], output: [9])
        }
        try world.commit { $0.invocations[full.number] = .init(invocation: full, isNew: false) }
        #expect(ComparableInvocation(try world.storage.invocation(full.number)) == ComparableInvocation(full))
        #expect(try world.storage.input(of: full.number) == [1, 2, 3])
        #expect(try world.storage.output(of: full.number) == [9])

        bare.status = .completed
        try world.commit { $0.invocations[bare.number] = .init(invocation: bare, isNew: false, output: []) }
        #expect(ComparableInvocation(try world.storage.invocation(bare.number)) == ComparableInvocation(bare))
        #expect(try world.storage.output(of: full.number) == [])
    }

    @Test("an invocation without payloads has none", arguments: StorageKind.all)
    func absentPayloadsAreNil(kind: StorageKind) throws {
        let world = try kind.make()
        let invocation = Fixture.invocation(1)
        try world.commit { $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true) }
        #expect(try world.storage.input(of: invocation.number) == nil)
        #expect(try world.storage.output(of: invocation.number) == nil)
        #expect(try world.storage.input(of: Fixture.number(99)) == nil)
    }

    @Test("a derived id finds the latest row that has it, and no random id", arguments: StorageKind.all)
    func derivedIDFindsLatest(kind: StorageKind) throws {
        let world = try kind.make()
        let id = Fixture.id(900)
        for value in [1, 2, 3] as [Int64] {
            let head = Fixture.head(value, id: id, hasDerivedID: value < 3)
            let invocation = Invocation(head: head, status: .completed, inputBytes: 0)
            try world.commit { $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true) }
        }
        #expect(try world.storage.invocation(derivedID: id)?.number == Fixture.number(2))
        #expect(try world.storage.invocation(derivedID: Fixture.id(3)) == nil)
    }

    @Test("the journal is read in order, in parts, with the output at its index", arguments: StorageKind.all)
    func journalIsReadInOrder(kind: StorageKind) throws {
        let world = try kind.make()
        var invocation = Fixture.invocation(1)
        invocation.outputIndex = 3
        invocation.completedAt = Fixture.now
        let rows = [1, 2, 4].map { index in
            JournalRow(index: index, type: 0x0411, payload: [UInt8(index)], appendedAt: Fixture.now)
        }
        try world.commit {
            $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true, input: [0], output: [7])
            $0.journal[invocation.number] = rows
        }
        let output = JournalRow(
            index: 3,
            type: MessageType.outputCommand.rawValue,
            payload: [7],
            appendedAt: Fixture.now
        )
        let whole = [rows[0], rows[1], output, rows[2]]
        let cases: [(from: Int, limit: Int, expected: [JournalRow])] = [
            (1, 10, whole), (0, 10, whole), (3, 10, Array(whole[2...])), (4, 10, [rows[2]]), (5, 10, []),
            (1, 2, Array(whole[..<2])), (1, 3, Array(whole[..<3])), (2, 2, [rows[1], output]), (3, 1, [output]),
            (1, 0, []),
        ]
        for (from, limit, expected) in cases {
            #expect(
                try world.storage.journal(of: invocation.number, from: from, limit: limit) == expected,
                "from \(from), at most \(limit)"
            )
        }
    }

    @Test("a removed journal takes timers along and leaves the result", arguments: StorageKind.all)
    func removedJournalLeavesResult(kind: StorageKind) throws {
        let world = try kind.make()
        var invocation = Fixture.invocation(1)
        let timer = InvocationTimer(due: Fixture.now, invocation: invocation.number, kind: .sleep, completionID: 1)
        try world.commit {
            $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true, input: [0], output: [7])
            $0.journal[invocation.number] = [
                JournalRow(index: 1, type: 0x0411, payload: [1], appendedAt: Fixture.now)
            ]
            $0.addedTimers = [timer]
        }
        invocation.journalIsGone = true
        try world.commit {
            $0.invocations[invocation.number] = .init(invocation: invocation, isNew: false)
            $0.removedJournals = [invocation.number]
        }
        #expect(try world.storage.journal(of: invocation.number, from: 1, limit: 10).isEmpty)
        #expect(try world.storage.timers(of: invocation.number).isEmpty)
        #expect(try world.storage.input(of: invocation.number) == nil)
        #expect(try world.storage.output(of: invocation.number) == [7])
    }

    @Test("new rows of a journal that is removed in the same turn stay", arguments: StorageKind.all)
    func removalComesBeforeNewRows(kind: StorageKind) throws {
        let world = try kind.make()
        let invocation = Fixture.invocation(1)
        let row = { (payload: UInt8) in
            JournalRow(index: 1, type: 0x0411, payload: [payload], appendedAt: Fixture.now)
        }
        try world.commit {
            $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true)
            $0.journal[invocation.number] = [row(1)]
        }
        try world.commit {
            $0.removedJournals = [invocation.number]
            $0.journal[invocation.number] = [row(2)]
        }
        #expect(try world.storage.journal(of: invocation.number, from: 1, limit: 9) == [row(2)])
    }

    @Test("a removed invocation leaves nothing behind", arguments: StorageKind.all)
    func removedInvocationLeavesNothing(kind: StorageKind) throws {
        let world = try kind.make()
        let (gone, other) = (Fixture.invocation(1), Fixture.invocation(2))
        let attachments = [
            Attachment(invocation: gone.number, waiter: other.number, completionID: 1, completionType: 0x800D),
            Attachment(invocation: other.number, waiter: gone.number, completionID: 2, completionType: 0x800D),
        ]
        try world.commit { writes in
            for invocation in [gone, other] {
                writes.invocations[invocation.number] = .init(invocation: invocation, isNew: true, input: [1])
                writes.journal[invocation.number] = [
                    JournalRow(index: 1, type: 0x0411, payload: [1], appendedAt: Fixture.now)
                ]
            }
            writes.addedAttachments = Set(attachments)
            writes.addedTimers = [InvocationTimer(due: Fixture.now, invocation: gone.number, kind: .retry)]
        }
        try world.commit { $0.removedInvocations = [gone.number] }
        #expect(try world.storage.invocation(gone.number) == nil)
        #expect(try world.storage.input(of: gone.number) == nil)
        #expect(try world.storage.journal(of: gone.number, from: 1, limit: 9).isEmpty)
        #expect(try world.storage.timers(after: nil, limit: 9).isEmpty)
        #expect(try world.storage.attachments(to: gone.number, limit: 9).isEmpty)
        #expect(try world.storage.attachments(to: other.number, limit: 9).isEmpty)
        #expect(try world.storage.journal(of: other.number, from: 1, limit: 9).count == 1)
    }

    @Test("ready and running invocations are found in order of number", arguments: StorageKind.all)
    func runnableInOrder(kind: StorageKind) throws {
        let world = try kind.make()
        try world.commit { writes in
            for (offset, status) in (InvocationStatus.allCases + InvocationStatus.allCases.reversed()).enumerated() {
                let invocation = Fixture.invocation(Int64(offset + 1), status: status)
                writes.invocations[invocation.number] = .init(invocation: invocation, isNew: true)
            }
        }
        let all = [3, 4, 13, 14].map { Fixture.number($0) }
        #expect(try world.storage.runnable(after: Fixture.number(0), limit: 10) == all)
        #expect(try world.storage.runnable(after: Fixture.number(3), limit: 2) == Array(all[1...2]))
        #expect(try world.storage.runnable(after: Fixture.number(14), limit: 2) == [])
    }

    @Test("expired invocations come in order of their time", arguments: StorageKind.all)
    func expiredInOrder(kind: StorageKind) throws {
        let world = try kind.make()
        try world.commit { writes in
            for (value, seconds) in [(1, 30), (2, 10), (3, 20), (4, 40)] as [(Int64, Int64)] {
                var invocation = Fixture.invocation(value, status: .completed)
                invocation.expiresAt = Fixture.now.adding(.seconds(seconds))
                writes.invocations[invocation.number] = .init(invocation: invocation, isNew: true)
            }
        }
        let cases: [(seconds: Int64, limit: Int, expected: [Int64])] = [
            (9, 9, []), (10, 9, [2]), (30, 9, [2, 3, 1]), (30, 2, [2, 3]), (99, 9, [2, 3, 1, 4]),
        ]
        for (seconds, limit, expected) in cases {
            let found = try world.storage.expired(at: Fixture.now.adding(.seconds(seconds)), limit: limit)
            #expect(found == expected.map { Fixture.number($0) }, "after \(seconds) s")
        }
    }
}
