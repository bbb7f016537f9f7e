import DurableModel
import Registry
import Testing

@Suite struct PruneTests {
    /// Five versions of `A`, of which the first has a handler that no other has.
    private func fiveVersions() throws -> Catalog {
        try Catalog.holding(
            (1...5).map {
                Fixture.discovered("h:\($0)", [Fixture.service("A", handlers: $0 == 1 ? ["run", "old"] : ["run"])])
            }
        )
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var pinned: [UInt64] = []
        var unpinned: [String] = []
        var createdBefore: Int64?
        let pruned: [UInt64]

        var testDescription: String { name }
    }

    private static let cases = [
        Case(name: "all but the latest", pruned: [1, 2, 3, 4]),
        Case(name: "what is pinned to stays", pinned: [2, 4], pruned: [1, 3]),
        Case(name: "what alone can start accepted work stays", unpinned: ["old"], pruned: [2, 3, 4]),
        Case(name: "work that can go elsewhere keeps nothing", unpinned: ["run"], pruned: [1, 2, 3, 4]),
        Case(name: "only the older ones", createdBefore: 3, pruned: [1, 2]),
        Case(name: "none is old enough", createdBefore: 1, pruned: []),
    ]

    @Test(arguments: cases)
    private func drainedDeploymentsGoOldestFirst(in each: Case) throws {
        let work = UnfinishedCounts(
            pinned: Dictionary(uniqueKeysWithValues: each.pinned.map { (Fixture.id($0), 1) }),
            unpinned: Dictionary(
                uniqueKeysWithValues: each.unpinned.map { (HandlerName(service: "A", handler: $0), 1) }
            )
        )
        let createdBefore = each.createdBefore.map { Timestamp(milliseconds: $0) }
        let catalog = try fiveVersions()
        var untouched = catalog
        let named = untouched.prune(
            PruneStep(createdBefore: createdBefore, isDryRun: true),
            work: work,
            act: Fixture.act()
        )
        #expect(named.changes.isEmpty && untouched == catalog)
        #expect(named.pruned.deployments.map(\.id) == each.pruned.map { Fixture.id($0) })
        // Each can be removed without force after those before it.
        var rest = catalog
        for deployment in named.pruned.deployments {
            rest = try rest.remove(deployment.id, force: false, work: work, act: Fixture.act()).catalog
        }
        #expect(rest.service(named: "A")?.latest.revision == 5)
        for (looksMax, removalsMax) in [(1, 9), (9, 1), (2, 1), (3, 2), (9, 9)] {
            var pruned = catalog
            var step = PruneStep(createdBefore: createdBefore, looksMax: looksMax, removalsMax: removalsMax)
            var removed: [Deployment] = []
            repeat {
                let (part, changes) = pruned.prune(step, work: work, act: Fixture.act())
                #expect(part.deployments.count <= min(looksMax, removalsMax))
                #expect(changes.count == 2 * part.deployments.count)
                removed += part.deployments
                step.after = part.next
            } while step.after != nil
            #expect(removed == named.pruned.deployments)
            #expect(pruned == rest)
        }
    }
}
