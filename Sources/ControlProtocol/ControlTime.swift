/// A point in time on the control socket: an RFC 3339 string in UTC with milliseconds, `2026-01-02T03:04:05.678Z`.
///
/// Durations are whole milliseconds in members whose names end in `Milliseconds`.
package struct ControlTime: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64

    /// The time so many milliseconds after the epoch.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The earlier first.
    package static func < (left: ControlTime, right: ControlTime) -> Bool { left.milliseconds < right.milliseconds }

    private static let millisecondsPerDay: Int64 = 86_400_000
    /// 0000-01-01 and the end of 9999: what four digits of a year can say.
    private static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999
}

extension ControlTime: CustomStringConvertible {
    /// The RFC 3339 text. Times outside the years 0 to 9999 show as the nearest that can be written.
    package var description: String {
        let bounded = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
        let (days, time) = Self.split(bounded, by: Self.millisecondsPerDay)
        let (year, month, day) = Self.civil(fromDays: days)
        let (seconds, fraction) = Self.split(time, by: 1_000)
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { Self.padded($0, to: 2) }
        let date = [Self.padded(year, to: 4), Self.padded(month, to: 2), Self.padded(day, to: 2)]
        return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + "." + Self.padded(fraction, to: 3)
            + "Z"
    }

    private static func split(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int64, to width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The date of a day counted from 1970-01-01, by eras of 400 years that begin in March, so that the leap day is
    /// the last of its year.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = split(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension ControlTime: Codable {
    /// Parses exactly the form above; the fraction may be absent or have one to nine digits.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes.count <= 30 else { return nil }
        let marks: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        for (index, mark) in marks where bytes[index] != mark.asciiValue { return nil }
        let spans = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19]
        let numbers = spans.compactMap { Self.number(bytes[$0]) }
        guard numbers.count == spans.count, let fraction = Self.fraction(bytes[19..<bytes.count - 1]) else {
            return nil
        }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        let (hour, minute, second) = (numbers[3], numbers[4], numbers[5])
        guard (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60 else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        guard Self.civil(fromDays: days) == (year, month, day) else { return nil }
        let seconds = hour * 3_600 + minute * 60 + second
        self.init(milliseconds: days * Self.millisecondsPerDay + seconds * 1_000 + fraction)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func fraction(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let point = bytes.first else { return 0 }
        let digits = bytes.dropFirst()
        guard point == UInt8(ascii: "."), !digits.isEmpty else { return nil }
        guard number(digits) != nil else { return nil }
        return number(Array(digits.prefix(3) + [UInt8](repeating: UInt8(ascii: "0"), count: 3)).prefix(3))
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = split(shiftedYear, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Decodes the text.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = ControlTime(parsing: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a time looks like 2026-01-02T03:04:05.678Z"
            )
        }
        self = time
    }

    /// Encodes the text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
