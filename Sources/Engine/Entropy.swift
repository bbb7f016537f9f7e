import DurableModel

/// Seeded chance (SplitMix64): the daemon seeds it from the system, the simulation from its seed, so that a run replays.
package struct Entropy: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// `interval` lengthened by 0 to 30 %, so that what failed together does not come back together.
    package mutating func jittered(_ interval: Interval) -> Interval {
        let share = Double(next() >> 11) / Double(1 << 53) * 0.3
        return Interval(milliseconds: Int64(min(Double(interval.milliseconds) * (1 + share), 9.0e15)))
    }
}
