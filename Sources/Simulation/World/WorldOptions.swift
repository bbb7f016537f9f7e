/// How much happens in a simulated world and how much goes wrong. Chances are per step, in thousandths.
package struct WorldOptions: Sendable {
    /// Decides everything: the same seed and options give the same world.
    package var seed: UInt64
    /// Steps with faults; after them all goes well until nothing is left to do.
    package var steps = 500
    /// Turns after which what is not over then never will be.
    package var settlingTurnsMax = 60_000
    package var callChance = 250
    package var questionChance = 40
    package var crashChance = 15
    package var fullDiskChance = 10
    package var refusalChance = 5
    package var resetChance = 30
    package var outageChance = 8
    package var staleEventChance = 30
    package var registryChance = 25
    package var operatorChance = 140
    package var clockJumpChance = 5
    /// A handler that fails instead of saying what it would say, of so many.
    package var errorChance = 20
    /// An answer that its caller never gets, of so many.
    package var lostAnswerChance = 10
    /// Whether what happens is written down: it costs more than the world itself.
    package var keepsHistory = false
    package var sabotage: Sabotage?
    /// The one fault of a world in which else all goes well.
    package var fault: PlannedFault?

    package init(seed: UInt64) { self.seed = seed }

    /// A world in which callers and operators do as in others and nothing goes wrong but the fault that is planned.
    package init(seed: UInt64, steps: Int, fault: PlannedFault?) {
        self.init(seed: seed)
        self.steps = steps
        self.fault = fault
        crashChance = 0
        fullDiskChance = 0
        refusalChance = 0
        resetChance = 0
        outageChance = 0
        staleEventChance = 0
        clockJumpChance = 0
        lostAnswerChance = 0
        errorChance = 0
    }

    /// What makes this world again, as arguments of a program.
    package var arguments: String {
        let planned = fault.map { " --fault-turn \($0.turn) --fault \($0.point.number)" } ?? ""
        return "--seed \(seed) --steps \(steps)" + planned
    }
}
