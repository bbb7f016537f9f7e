/// What of an attempt's messages is in memory, and why nothing more of it is read for now.
struct AttemptIntake {
    /// With more than this told of and not decided, an attempt is not read on: what it says waits at its end.
    static let undecidedBytesMax = 256 << 10
    /// So much of an incomplete message is read in any case, so that attempts that say little never wait for those that say much.
    static let partialBytesFree = 256 << 10
    /// With more than this sent to an attempt and not taken, it is not read on: what it is sent answers what it says.
    static let unsentBytesMax = 1 << 20

    var undecidedBytes = 0
    var partialBytes = 0
    var unsentBytes = 0
    var isHeldUndecided = false
    var isHeldByBudget = false

    var mustPause: Bool { isHeldUndecided || isHeldByBudget || unsentBytes > Self.unsentBytesMax }
}
