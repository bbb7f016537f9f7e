import Engine
import Simulation
import Testing

/// Worlds that are broken on purpose: invariants that notice nothing would let everything pass.
@Suite struct MutationTests {
    private static let seedsMax: UInt64 = 1000

    @Test("a world that is not broken holds under the same conditions", arguments: 1...4 as ClosedRange<UInt64>)
    func nothingIsNoticed(seed: UInt64) {
        #expect(World.report(Self.options(seed, Sabotage())).violations.isEmpty)
    }

    @Test("is noticed within a thousand seeds", arguments: Mutation.all)
    func isNoticed(mutation: Mutation) {
        for seed in 1...Self.seedsMax where isNoticed(mutation, in: seed) { return }
        Issue.record("no invariant notices that \(mutation.name)")
    }

    /// The same world without the mutation must be as it should: else it is something else that is noticed.
    private func isNoticed(_ mutation: Mutation, in seed: UInt64) -> Bool {
        isBroken(seed, mutation.sabotage) && !isBroken(seed, nil)
    }

    private func isBroken(_ seed: UInt64, _ sabotage: Sabotage?) -> Bool {
        // A new start that fails is noticed, too.
        (try? World(Self.options(seed, sabotage)).run().violations.isEmpty) != true
    }

    private static func options(_ seed: UInt64, _ sabotage: Sabotage?) -> WorldOptions {
        var options = WorldOptions(seed: seed)
        options.steps = 300
        options.settlingTurnsMax = 1200
        options.sabotage = sabotage
        return options
    }
}
