/// How much happens in a simulated world and how much goes wrong. Chances are per step, in thousandths.
package struct WorldOptions: Sendable {
    /// Decides everything: the same seed and options give the same world.
    package var seed: UInt64
    /// Steps with faults; after them all goes well until nothing is left to do.
    package var steps = 400
    package var callChance = 250
    package var crashChance = 15
    package var fullDiskChance = 10
    package var refusalChance = 5
    package var resetChance = 30
    package var staleEventChance = 30
    package var terminationChance = 20
    package var registryChance = 15
    package var operatorChance = 60
    package var clockJumpChance = 5

    package init(seed: UInt64) { self.seed = seed }
}

/// What a run came to.
package struct WorldReport: Sendable {
    package var seed: UInt64
    /// What is not as it must be; empty if all is well.
    package var violations: [String]
    /// What happened last, oldest first.
    package var history: [String]
    package var invocations: Int
    package var turns: Int
    package var crashes: Int
    /// Payloads that were written ahead of the rows that took them.
    package var adopted: Int
    package var effects: Int

    /// How to see it again.
    package var replay: String {
        "seed \(seed): " + violations.joined(separator: "; ") + "\nreplay: World(WorldOptions(seed: \(seed))).run()\n"
            + history.joined(separator: "\n")
    }
}
