/// Durations as people write them.
enum DurationText {
    private static let units: [(milliseconds: Int, name: String)] = [
        (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms"),
    ]

    /// The milliseconds of a text such as `90s`, `1h30m` or `7d`; nil for what is none, or takes longer than time can.
    static func milliseconds(_ text: String) -> Int? {
        var rest = Substring(text.filter { $0 != " " })
        var sum = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let count = Int(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
            let (product, isTooLong) = count.multipliedReportingOverflow(by: unit.milliseconds)
            let (next, isTooLongNow) = sum.addingReportingOverflow(product)
            guard !isTooLong, !isTooLongNow else { return nil }
            sum = next
        }
        return sum
    }

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
