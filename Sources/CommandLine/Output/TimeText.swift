import ControlProtocol

/// How times are shown: to the second, in the time of one place, with its distance from UTC.
package struct TimeText: Sendable {
    /// `2026-01-02 03:04:05Z`.
    package static let utc = TimeText { _ in 0 }

    /// Seconds east of UTC at a time, given in seconds since 1970.
    private let offset: @Sendable (Int64) -> Int

    /// Times of a place.
    package init(offset: @escaping @Sendable (Int64) -> Int) { self.offset = offset }

    /// Such as `2026-01-02 04:04:05+01:00`.
    package func text(_ time: ControlTime) -> String {
        let seconds = time.milliseconds / 1_000
        let minutes = offset(seconds) / 60
        let (moved, hasOverflown) = time.milliseconds.addingReportingOverflow(Int64(minutes) * 60_000)
        let local = ControlTime(milliseconds: hasOverflown ? time.milliseconds : moved).description
        return local.prefix(10) + " " + local.dropFirst(11).prefix(8) + Self.zone(minutes)
    }

    private static func zone(_ minutes: Int) -> String {
        guard minutes != 0 else { return "Z" }
        let distance = minutes.magnitude
        let parts = [distance / 60, distance % 60].map { ($0 < 10 ? "0" : "") + String($0) }
        return (minutes < 0 ? "-" : "+") + parts.joined(separator: ":")
    }
}
