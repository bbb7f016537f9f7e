import DurableModel
import Engine
import ServiceProtocol
import Testing

/// The part of the contract about promises and signals.
@Suite("Storage contract: promises and signals")
struct StoragePromiseContractTests {
    private func name(_ name: String, key: ServiceKey = Fixture.key) -> PromiseName {
        PromiseName(key: key, name: name)
    }

    @Test("promises are asked for, completed and cleared by key", arguments: StorageKind.all)
    func promises(kind: StorageKind) throws {
        let world = try kind.make()
        let other = ServiceKey(service: "Counter", key: "b")
        let failure = CompletionResult.failure(
            Failure(code: 418, message: "no", metadata: [FailureMetadata(key: "a", value: "b")])
        )
        let long = CompletionResult.value([UInt8](repeating: 7, count: 600_000))
        try world.commit {
            $0.promises = [name("open"): nil, name("empty"): .value([]), name("p", key: other): .value([1])]
        }
        try world.commit { $0.promises = [name("open"): nil, name("long"): long, name("failed"): failure] }
        #expect(try world.storage.promise(name("open")) == nil)
        #expect(try world.storage.promise(name("none")) == nil)
        #expect(try world.storage.promise(name("empty")) == .value([]))
        #expect(try world.storage.promise(name("long")) == long)
        #expect(try world.storage.promise(name("failed")) == failure)
        try world.commit {
            $0.clearedPromises = [Fixture.key]
            $0.promises = [name("new"): .value([2])]
        }
        #expect(try world.storage.promise(name("long")) == nil)
        #expect(try world.storage.promise(name("new")) == .value([2]))
        #expect(try world.storage.promise(name("p", key: other)) == .value([1]))
    }

    @Test("those who wait for a promise are read in order, by name and by key", arguments: StorageKind.all)
    func waiters(kind: StorageKind) throws {
        let world = try kind.make()
        let all = [("a", 1, 5), ("a", 2, 1), ("a", 2, UInt32.max), ("b", 1, 1)].map { promise, waiter, completion in
            PromiseWaiter(
                promise: name(promise),
                waiter: Fixture.number(Int64(waiter)),
                completionID: completion
            )
        }
        try world.commit { $0.addedPromiseWaiters = Set(all) }
        #expect(try world.storage.promiseWaiters(of: name("a"), limit: 9) == Array(all[..<3]))
        #expect(try world.storage.promiseWaiters(of: name("a"), limit: 2) == Array(all[..<2]))
        #expect(try world.storage.promiseWaiters(ofKey: Fixture.key, limit: .max) == all)
        #expect(try world.storage.promiseWaiters(ofKey: Fixture.key, limit: 3) == Array(all[..<3]))
        try world.commit { $0.removedPromiseWaiters = [all[1]] }
        #expect(try world.storage.promiseWaiters(of: name("a"), limit: 9) == [all[0], all[2]])
    }

    @Test("what an invocation waits for goes with its row", arguments: StorageKind.all)
    func waitersGoWithTheirRow(kind: StorageKind) throws {
        let world = try kind.make()
        let invocation = Fixture.invocation(1)
        let waiter = PromiseWaiter(promise: name("a"), waiter: invocation.number, completionID: 1)
        try world.commit {
            $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true, input: [])
            $0.addedPromiseWaiters = [waiter]
        }
        try world.commit { $0.removedInvocations = [invocation.number] }
        #expect(try world.storage.promiseWaiters(of: name("a"), limit: 9).isEmpty)
    }

    @Test("a promise to be delivered is an item of the outbox", arguments: StorageKind.all)
    func outbox(kind: StorageKind) throws {
        let world = try kind.make()
        let items = [OutboxItem(sequence: 3, effect: .deliverPromise(name("\u{0}é")))]
        try world.commit { $0.addedOutbox = items }
        #expect(try world.storage.outbox(after: 0, limit: 9) == items)
    }

    @Test("a signal is found by its index, however long it is", arguments: StorageKind.all)
    func signals(kind: StorageKind) throws {
        let world = try kind.make()
        var invocation = Fixture.invocation(1)
        let results: [(NotificationID, CompletionResult)] = [
            (.signal(17), .value([1])), (.signal(300), .value([UInt8](repeating: 1, count: 600_000))),
            (.namedSignal("\u{10}\u{12}"), .void),
        ]
        invocation.journalLength = 1 + results.count
        try world.commit {
            $0.invocations[invocation.number] = .init(invocation: invocation, isNew: true, input: [])
            $0.journal[invocation.number] = results.enumerated().map { place, signal in
                let frame = Notification(type: .signalNotification, id: signal.0, result: signal.1).frame()
                return JournalRow(index: place + 1, type: frame.type, payload: frame.payload, appendedAt: Fixture.now)
            }
        }
        for (index, isThere) in [(17, true), (300, true), (18, false), (44, false), (1, false)] as [(UInt32, Bool)] {
            #expect(try world.storage.hasSignal(index, of: invocation.number) == isThere, "\(index)")
        }
        #expect(try !world.storage.hasSignal(17, of: Fixture.number(2)))
    }
}
