import ControlProtocol

/// Times as milliseconds of the epoch, and what SQL does with them. All in UTC.
enum Moment {
    static let day: Int64 = 86_400_000
    static let units = [
        "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond",
    ]
    static let parts = [
        "year", "quarter", "month", "week", "day", "doy", "dow", "isodow", "hour", "minute", "second", "millisecond",
        "epoch",
    ]

    /// The multiple of `step` at or before `value`.
    static func floor(_ value: Int64, _ step: Int64) -> Int64 {
        let rest = value % step
        return value - (rest < 0 ? rest + step : rest)
    }

    /// `2026-01-02`, with a time after `T` or a blank, seconds and their fraction or not, `Z` or an offset or neither.
    static func milliseconds(of text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard (10...40).contains(bytes.count) else { return nil }
        var clock = "00:00:00"
        var fraction = ""
        var zone: Int64 = 0
        if bytes.count > 10 {
            guard [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(bytes[10]) else { return nil }
            var rest = String(decoding: bytes[11...], as: UTF8.self)
            guard let offset = takeZone(&rest) else { return nil }
            zone = offset
            let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            clock = String(parts[0])
            if clock.utf8.count == 5 { clock += ":00" }
            if parts.count == 2 {
                guard !parts[1].isEmpty else { return nil }
                fraction = "." + parts[1].prefix(9)
            }
        }
        guard clock.utf8.count == 8 else { return nil }
        let date = String(decoding: bytes[..<10], as: UTF8.self)
        guard let time = ControlTime(parsing: "\(date)T\(clock)\(fraction)Z") else { return nil }
        return time.milliseconds - zone
    }

    /// Takes `Z`, `+01:00` or `+0100` from the end of a time; `nil` when what is there is none of these.
    private static func takeZone(_ text: inout String) -> Int64? {
        if text.hasSuffix("Z") || text.hasSuffix("z") {
            text.removeLast()
            return 0
        }
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return 0 }
        let digits = text[text.index(after: sign)...].filter { $0 != ":" }
        let isNegative = text[sign] == "-"
        guard [2, 4].contains(digits.utf8.count), let hours = Int64(digits.prefix(2)), hours < 24,
            let minutes = digits.utf8.count == 2 ? 0 : Int64(digits.dropFirst(2)), minutes < 60
        else { return nil }
        text = String(text[..<sign])
        return (isNegative ? -1 : 1) * (hours * 60 + minutes) * 60_000
    }

    // MARK: Calendar

    /// Year, month and day of a time.
    static func date(_ milliseconds: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let text = Array(ControlTime(milliseconds: milliseconds).description.utf8)
        func number(_ range: Range<Int>) -> Int64 { text[range].reduce(0) { $0 * 10 + Int64($1) - 48 } }
        return (number(0..<4), number(5..<7), number(8..<10))
    }

    /// Midnight of a day; of the last day of the month where it has fewer.
    static func midnight(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (0...9999).contains(year) else { return nil }
        func padded(_ number: Int64, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - String(number).utf8.count)) + String(number)
        }
        for last in [day, 30, 29, 28] where last <= day {
            let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(last, 2))T00:00:00Z"
            if let time = ControlTime(parsing: text) { return time.milliseconds }
        }
        return nil
    }

    /// So many months later, on the same day or the last one of its month.
    static func adding(months: Int64, to milliseconds: Int64) -> Int64? {
        guard abs(months) < 120_000 else { return nil }
        let (year, month, day) = date(milliseconds)
        let count = year * 12 + month - 1 + months
        guard count >= 0, let start = midnight(year: count / 12, month: count % 12 + 1, day: day) else { return nil }
        return start + milliseconds - floor(milliseconds, Self.day)
    }

    /// The beginning of the unit that the time is in.
    static func truncated(_ milliseconds: Int64, to unit: String) -> Int64? {
        let (year, month, _) = date(milliseconds)
        switch unit {
        case "year": return midnight(year: year, month: 1, day: 1)
        case "quarter": return midnight(year: year, month: (month - 1) / 3 * 3 + 1, day: 1)
        case "month": return midnight(year: year, month: month, day: 1)
        // The epoch was a Thursday; weeks begin on Mondays.
        case "week": return floor(milliseconds + 3 * day, 7 * day) - 3 * day
        case "day": return floor(milliseconds, day)
        case "hour": return floor(milliseconds, 3_600_000)
        case "minute": return floor(milliseconds, 60_000)
        case "second": return floor(milliseconds, 1000)
        case "millisecond": return milliseconds
        default: return nil
        }
    }

    /// A part of the time as a number.
    static func part(_ part: String, of milliseconds: Int64) -> Int64? {
        let (year, month, day) = date(milliseconds)
        let ofDay = milliseconds - floor(milliseconds, Self.day)
        let weekday = (floor(milliseconds, Self.day) / Self.day % 7 + 11) % 7
        switch part {
        case "year": return year
        case "quarter": return (month - 1) / 3 + 1
        case "month": return month
        case "week": return week(milliseconds)
        case "day": return day
        case "doy": return midnight(year: year, month: 1, day: 1).map { (milliseconds - $0) / Self.day + 1 }
        case "dow": return weekday
        case "isodow": return weekday == 0 ? 7 : weekday
        case "hour": return ofDay / 3_600_000
        case "minute": return ofDay / 60_000 % 60
        case "second": return ofDay / 1000 % 60
        case "millisecond": return ofDay % 60_000
        default: return nil
        }
    }

    /// The number of the week by ISO 8601: the week belongs to the year that its Thursday is in.
    private static func week(_ milliseconds: Int64) -> Int64? {
        guard let monday = truncated(milliseconds, to: "week") else { return nil }
        let thursday = monday + 3 * day
        return midnight(year: date(thursday).year, month: 1, day: 1).map { (thursday - $0) / (7 * day) + 1 }
    }
}
