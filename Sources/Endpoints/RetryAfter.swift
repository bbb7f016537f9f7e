import DurableModel

/// The value of `Retry-After` (RFC 9110, section 10.2.3): seconds, or one of the three forms of an HTTP date.
enum RetryAfter {
    /// How long to wait from `now` on; `nil` for what is neither form, and for a date that is past.
    static func parse(_ value: some Collection<UInt8>, now: Timestamp) -> Interval? {
        let text = String(decoding: value, as: UTF8.self)
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // A number of more digits than any integer has means "never", as the longest interval does.
            guard let seconds = Int64(text) else { return Interval(milliseconds: .max) }
            let product = seconds.multipliedReportingOverflow(by: 1000)
            return Interval(milliseconds: product.overflow ? .max : product.partialValue)
        }
        guard let date = date(text, now: now), now < date else { return nil }
        return date.since(now)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func date(_ text: String, now: Timestamp) -> Timestamp? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "," })
        // `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
        if words.count == 6, words[5] == "GMT" {
            return timestamp(day: words[1], month: words[2], year: words[3], time: words[4], now: now)
        }
        if words.count == 5 {
            return timestamp(day: words[2], month: words[1], year: words[4], time: words[3], now: now)
        }
        return nil
    }

    private static func timestamp(
        day: Substring,
        month: Substring,
        year: Substring,
        time: Substring,
        now: Timestamp
    ) -> Timestamp? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2) }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            hour < 24, minute < 60, second <= 60,
            let day = number(day, digits: 2), (1...31).contains(day),
            let month = months.firstIndex(where: { $0 == month }),
            var year = number(year, digits: 4)
        else { return nil }
        if year < 100 {
            // Two digits mean the year nearest to now that is not more than fifty years ahead.
            let current = 1970 + Int(now.milliseconds / 31_556_952_000)
            year += current / 100 * 100
            if year > current + 50 { year -= 100 }
        }
        let seconds = days(year: year, month: month + 1, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        return Timestamp(milliseconds: Int64(seconds) * 1000)
    }

    private static func number(_ digits: Substring, digits count: Int) -> Int? {
        guard (1...count).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in March, so that the
    /// leap day is the last of its year.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let march = month > 2 ? month - 3 : month + 9
        let shifted = month > 2 ? year : year - 1
        let leaps = shifted / 4 - shifted / 100 + shifted / 400
        return shifted * 365 + leaps + (153 * march + 2) / 5 + day - 1 - 719_468
    }
}
