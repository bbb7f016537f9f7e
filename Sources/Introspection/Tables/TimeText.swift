import ControlProtocol

/// Times and lengths of time as rows show them (admin-api.md, section 5).
enum TimeText {
    /// `2026-01-02T03:04:05.678Z`.
    static func timestamp(_ milliseconds: Int64) -> String {
        ControlTime(milliseconds: milliseconds).description
    }

    /// ISO 8601 in seconds only: `PT86400S`, `PT1.5S`; zero is `P0D`.
    static func duration(_ milliseconds: Int64) -> String {
        guard milliseconds != 0 else { return "P0D" }
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        var text = (milliseconds < 0 ? "-PT" : "PT") + String(seconds)
        if rest > 0 {
            var fraction = String(rest + 1000).dropFirst()
            while fraction.last == "0" { fraction.removeLast() }
            text += "." + fraction
        }
        return text + "S"
    }

    /// The milliseconds of a text that `duration` makes.
    static func milliseconds(ofDuration text: String) -> Int64? {
        if text == "P0D" { return 0 }
        let isNegative = text.hasPrefix("-")
        guard text.dropFirst(isNegative ? 1 : 0).hasPrefix("PT"), text.hasSuffix("S") else { return nil }
        let parts = text.dropFirst(isNegative ? 3 : 2).dropLast().split(separator: ".")
        guard let seconds = parts.first.flatMap({ Int64($0) }),
            let fraction = parts.count == 2 ? Int64((parts[1] + "000").prefix(3)) : 0
        else { return nil }
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? nil : (isNegative ? -1 : 1) * (milliseconds &+ fraction)
    }
}
