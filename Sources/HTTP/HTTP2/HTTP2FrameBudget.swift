/// Counts the frames by which a peer can keep us busy without getting anywhere, each with an allowance that grows back
/// with time. A peer that spends one up has its connection ended with ENHANCE_YOUR_CALM.
struct HTTP2FrameBudget {
    enum Kind: CaseIterable {
        case settings
        case ping
        case reset
        case emptyData
        case priority
        case continuation
    }

    /// An allowance: what a burst may use, and what comes back each second.
    struct Allowance {
        var burst: Int
        var perSecond: Int
    }

    /// Numbers far above what clients do: a handful of SETTINGS in a life, a PING a second, a reset for each caller that
    /// gives up (a thousand at once when a load generator is stopped), an empty DATA frame per stream.
    static func allowance(_ kind: Kind) -> Allowance {
        switch kind {
        case .settings: Allowance(burst: 32, perSecond: 1)
        case .ping: Allowance(burst: 64, perSecond: 4)
        case .reset: Allowance(burst: 1000, perSecond: 50)
        case .emptyData: Allowance(burst: 1000, perSecond: 50)
        case .priority: Allowance(burst: 1000, perSecond: 100)
        case .continuation: Allowance(burst: 64, perSecond: 8)
        }
    }

    private var used = [Int](repeating: 0, count: Kind.allCases.count)
    private var second: UInt64 = 0

    /// Gives back what grew since the last call; `now` in milliseconds of any monotonic clock.
    mutating func advance(to now: UInt64) {
        let current = now / 1000
        guard current > second else { return }
        let passed = Int(min(current - second, 3600))
        second = current
        for kind in Kind.allCases {
            let index = Self.index(kind)
            used[index] = max(0, used[index] - passed * Self.allowance(kind).perSecond)
        }
    }

    /// Uses one; false when there was none left.
    mutating func spend(_ kind: Kind) -> Bool {
        let index = Self.index(kind)
        used[index] += 1
        return used[index] <= Self.allowance(kind).burst
    }

    private static func index(_ kind: Kind) -> Int {
        switch kind {
        case .settings: 0
        case .ping: 1
        case .reset: 2
        case .emptyData: 3
        case .priority: 4
        case .continuation: 5
        }
    }
}
