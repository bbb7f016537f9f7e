extension Timestamp {
    /// How RFC 3339 shows a moment; each face of the protocol wants its own form of it.
    package enum TextForm: Sendable {
        /// `2026-01-02T03:04:05.678Z`
        case milliseconds
        /// `2026-01-02T03:04:05.678000000Z`
        case nanoseconds
        /// `2026-01-02T03:04:05.678+00:00`
        case numericZone
    }

    /// The moment in UTC. Moments outside the years 0 to 9999 show as the nearest that can be written.
    package func text(_ form: TextForm) -> String {
        let bounded = min(max(milliseconds, Self.writable.lowerBound), Self.writable.upperBound)
        let (days, time) = Self.divide(bounded, by: 86_400_000)
        let (year, month, day) = Self.civil(fromDays: days)
        var text = ""
        text.reserveCapacity(30)
        Self.append(year, digits: 4, to: &text)
        text += "-"
        Self.append(month, digits: 2, to: &text)
        text += "-"
        Self.append(day, digits: 2, to: &text)
        text += "T"
        Self.append(time / 3_600_000, digits: 2, to: &text)
        text += ":"
        Self.append(time / 60_000 % 60, digits: 2, to: &text)
        text += ":"
        Self.append(time / 1000 % 60, digits: 2, to: &text)
        text += "."
        Self.append(time % 1000, digits: 3, to: &text)
        switch form {
        case .milliseconds: text += "Z"
        case .nanoseconds: text += "000000Z"
        case .numericZone: text += "+00:00"
        }
        return text
    }

    /// 0000-01-01 to the end of 9999: what four digits of a year can say.
    private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    private static func append(_ value: Int64, digits: Int, to text: inout String) {
        let written = String(value)
        for _ in 0..<max(0, digits - written.utf8.count) { text += "0" }
        text += written
    }

    /// Division that rounds down, so that days before 1970 come out right.
    private static func divide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The date of a day counted from 1970-01-01, in eras of 400 years that begin in March, so that the leap day comes
    /// last in its year.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = divide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
