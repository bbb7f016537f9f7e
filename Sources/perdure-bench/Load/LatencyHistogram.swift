/// Counts of latencies in classes below 1 % wide, so that a run of any length takes the same memory.
struct LatencyHistogram {
    /// Classes for each doubling.
    private static let classes = 128
    /// Doublings above the first `classes` microseconds, which are exact: up to two minutes.
    private static let doublings = 20

    private var counts = [Int](repeating: 0, count: classes * (doublings + 1))
    private(set) var count = 0

    mutating func add(microseconds: UInt64) {
        counts[min(Self.index(microseconds), counts.count - 1)] += 1
        count += 1
    }

    /// The latency in microseconds that `share` (0 to 1) of all stay below, as the middle of its class; 0 without any.
    func percentile(_ share: Double) -> Double {
        let wanted = Double(count) * share
        var sum = 0
        for (index, amount) in counts.enumerated() where amount > 0 {
            sum += amount
            if Double(sum) >= wanted { return Self.middle(index) }
        }
        return 0
    }

    private static func index(_ value: UInt64) -> Int {
        guard value >= classes else { return Int(value) }
        let shift = UInt64.bitWidth - value.leadingZeroBitCount - 8
        return classes * shift + Int(value >> UInt64(shift))
    }

    private static func middle(_ index: Int) -> Double {
        guard index >= 2 * classes else { return Double(index) }
        let shift = index / classes - 1
        return (Double(index - classes * shift) + 0.5) * Double(UInt64(1) << UInt64(shift))
    }
}
