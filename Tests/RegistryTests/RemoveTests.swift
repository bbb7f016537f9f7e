import DurableModel
import Registry
import Testing

@Suite struct RemoveTests {
    /// Deployment 1 is behind 2 for `A`; handler `old` is only on 1.
    private func twoVersions() throws -> Catalog {
        try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A", handlers: ["run", "old"])]),
            Fixture.discovered("h:2", [Fixture.service("A", handlers: ["run"])]),
        ])
    }

    private func remove(
        _ id: UInt64,
        force: Bool = false,
        from catalog: Catalog,
        _ work: UnfinishedCounts = UnfinishedCounts()
    ) throws(RegistryError) -> Removal {
        try catalog.remove(Fixture.id(id), force: force, work: work, act: Fixture.act())
    }

    @Test func drainedDeploymentGoes() throws {
        let catalog = try twoVersions()
        let removal = try remove(1, from: catalog)
        #expect(removal.catalog.deployment(Fixture.id(1)) == nil)
        #expect(removal.catalog.service(named: "A")?.revisions.map(\.revision) == [2])
        #expect(removal.changes.first == .deploymentRemoved(Fixture.id(1)))
        guard case .recorded(let record)? = removal.changes.last else { Issue.record("no history"); return }
        #expect(record.act == .removed)
        #expect(record.before == catalog.deployment(Fixture.id(1)))
        #expect(record.after == nil)
        #expect(removal.orphanedPinned == 0 && removal.orphanedUnpinned.isEmpty && removal.fallbacks.isEmpty)
    }

    @Test func unknownIdIsRefusedWithAndWithoutForce() throws {
        for force in [false, true] {
            #expect(throws: RegistryError.unknownDeployment(Fixture.id(9))) {
                try remove(9, force: force, from: twoVersions())
            }
        }
    }

    @Test func servingDeploymentStaysEvenWithoutWork() throws {
        let state = DrainState(serving: ["A"], pinned: 0, bound: [])
        #expect(state.status == .active)
        #expect(throws: RegistryError.notDrained(Fixture.id(2), state)) { try remove(2, from: twoVersions()) }
    }

    @Test func pinnedWorkBlocks() throws {
        let state = DrainState(serving: [], pinned: 3, bound: [])
        #expect(state.status == .draining)
        #expect(throws: RegistryError.notDrained(Fixture.id(1), state)) {
            try remove(1, from: twoVersions(), UnfinishedCounts(pinned: [Fixture.id(1): 3, Fixture.id(2): 9]))
        }
    }

    @Test func unpinnedWorkThatCanOnlyGoThereBlocks() throws {
        let old = HandlerName(service: "A", handler: "old")
        let state = DrainState(serving: [], pinned: 0, bound: [.init(handler: old, count: 2)])
        #expect(state.status == .draining)
        #expect(throws: RegistryError.notDrained(Fixture.id(1), state)) {
            try remove(1, from: twoVersions(), UnfinishedCounts(unpinned: [old: 2]))
        }
    }

    @Test func unpinnedWorkThatCanGoElsewhereDoesNotBlock() throws {
        let run = HandlerName(service: "A", handler: "run")
        let removal = try remove(1, from: twoVersions(), UnfinishedCounts(unpinned: [run: 5]))
        #expect(removal.orphanedUnpinned.isEmpty)
    }

    @Test func unpinnedWorkOfTheLatestCountsForIt() throws {
        let run = HandlerName(service: "A", handler: "run")
        let state = try twoVersions().drainState(of: Fixture.id(2), work: UnfinishedCounts(unpinned: [run: 5]))
        #expect(state == DrainState(serving: ["A"], pinned: 0, bound: [.init(handler: run, count: 5)]))
        #expect(state?.status == .active)
        #expect(state?.description.hasSuffix("5 accepted invocation(s) of 'A/run' are to start on it") == true)
    }

    @Test func forceRemovesAndNamesTheOrphans() throws {
        let old = HandlerName(service: "A", handler: "old")
        let work = UnfinishedCounts(
            pinned: [Fixture.id(1): 3],
            unpinned: [old: 2, HandlerName(service: "A", handler: "run"): 4]
        )
        let removal = try remove(1, force: true, from: twoVersions(), work)
        #expect(removal.orphanedPinned == 3)
        #expect(removal.orphanedUnpinned == [.init(handler: old, count: 2)])
        #expect(removal.orphaned == 5)
        #expect(removal.fallbacks.isEmpty)
    }

    @Test func forcedRemovalOfTheLatestFallsBackToWhatRemains() throws {
        let removal = try remove(2, force: true, from: twoVersions())
        #expect(removal.fallbacks == [.init(service: "A", deployment: Fixture.id(1), revision: 1)])
        #expect(removal.catalog.service(named: "A")?.latest.deployment == Fixture.id(1))
        let last = try remove(1, force: true, from: removal.catalog)
        #expect(last.fallbacks == [.init(service: "A", deployment: nil, revision: nil)])
        #expect(last.catalog.service(named: "A") == nil)
    }

    @Test func removedNumberIsNeverGivenAgain() throws {
        let removal = try remove(2, force: true, from: twoVersions())
        let next = try removal.catalog.registering(
            Fixture.discovered("h:2", [Fixture.service("A", handlers: ["run", "old"])]),
            id: 3
        )
        #expect(next.deployment.services.map(\.revision) == [3])
    }

    @Test func deploymentWithoutServicesIsDrainedFromTheStart() throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [])])
        #expect(catalog.drainState(of: Fixture.id(1), work: UnfinishedCounts())?.status == .drained)
        #expect(try remove(1, from: catalog).catalog == Catalog())
    }

    @Test func latestOfOneServiceIsEnoughToBeActive() throws {
        let catalog = try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A"), Fixture.service("B")]),
            Fixture.discovered("h:2", [Fixture.service("A")]),
        ])
        let state = catalog.drainState(of: Fixture.id(1), work: UnfinishedCounts())
        #expect(state == DrainState(serving: ["B"], pinned: 0, bound: []))
        #expect(catalog.drainState(of: Fixture.id(3), work: UnfinishedCounts()) == nil)
    }
}
