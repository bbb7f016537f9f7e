import ControlProtocol

/// Times and lengths of time as rows show them (admin-api.md, section 5).
enum TimeText {
    /// `2026-01-02T03:04:05.678Z`.
    static func timestamp(_ milliseconds: Int64) -> String {
        ControlTime(milliseconds: milliseconds).description
    }

    /// `2026-01-02T03:04:05.678`, of a time without a zone.
    static func localTimestamp(_ milliseconds: Int64) -> String {
        String(timestamp(milliseconds).dropLast())
    }

    /// `2026-01-02`, of the day so many days after the epoch.
    static func date(_ days: Int64) -> String {
        let (milliseconds, overflow) = days.multipliedReportingOverflow(by: Moment.day)
        return String(timestamp(overflow ? (days < 0 ? .min : .max) : milliseconds).prefix(10))
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
}
