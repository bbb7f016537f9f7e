/// Durations as people write them.
enum DurationText {
    private static let units: [(milliseconds: Int, name: String)] = [
        (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms"),
    ]

    /// Such as `1h 30m` or `250ms`.
    static func of(milliseconds: Int) -> String {
        var rest = max(0, milliseconds)
        var parts: [String] = []
        for unit in units where rest >= unit.milliseconds {
            parts.append("\(rest / unit.milliseconds)\(unit.name)")
            rest %= unit.milliseconds
        }
        return parts.isEmpty ? "0s" : parts.joined(separator: " ")
    }
}
