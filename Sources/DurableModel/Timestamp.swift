/// A moment of the wall clock: milliseconds since 1970-01-01T00:00:00Z, as rows and the protocol keep it.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static let never = Timestamp(milliseconds: .max)

    @inlinable package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `interval` later; stops at the ends of the range, since intervals come from peers.
    package func adding(_ interval: Interval) -> Timestamp {
        let sum = milliseconds.addingReportingOverflow(interval.milliseconds)
        return Timestamp(milliseconds: sum.overflow ? .max : sum.partialValue)
    }

    /// How long after `earlier` this is; zero if it is not.
    package func since(_ earlier: Timestamp) -> Interval {
        let difference = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return Interval(milliseconds: difference.overflow ? .max : max(0, difference.partialValue))
    }
}

/// A length of time in whole milliseconds, never negative: timeouts, retentions, delays.
package struct Interval: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = max(0, milliseconds) }

    /// An interval from a peer's unsigned number; what does not fit is the longest there is.
    package init(clampingMilliseconds value: UInt64) {
        self.milliseconds = Int64(clamping: value)
    }

    package static let zero = Interval(milliseconds: 0)

    package static func seconds(_ value: Int64) -> Interval { Interval(milliseconds: value &* 1000) }
    package static func hours(_ value: Int64) -> Interval { Interval(milliseconds: value &* 3_600_000) }

    @inlinable package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
