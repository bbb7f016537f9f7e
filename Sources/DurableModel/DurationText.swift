/// Durations as people write them, wherever one is read: settings, the `delay` of a send, changes to a service.
///
/// Two forms are known, in both of which only the last number may have a fraction and units go from large to small:
/// friendly (`1m`, `1h 30m`, `1.5h`, `500ms`, `1 week`, `5 days`) and ISO 8601 (`PT1M`, `P1DT12H`). Years and months
/// have no fixed length and are refused, and so are signs and bare numbers, except `0`.
package enum DurationText {
    /// Reads either form. What is finer than a millisecond is rounded up, so that a wait is never cut to none.
    package static func parse(_ text: some StringProtocol) throws(DurationTextError) -> Interval {
        var reader = DurationReader(text)
        return try reader.read()
    }

    /// The one form written back: whole units from days down to milliseconds (`7d`, `1h 30m`, `1s 500ms`, `0s`).
    package static func normalised(_ interval: Interval) -> String {
        guard interval > .zero else { return "0s" }
        var rest = interval.milliseconds
        var parts: [String] = []
        for (name, length) in writtenUnits where rest >= length {
            parts.append("\(rest / length)\(name)")
            rest %= length
        }
        return parts.joined(separator: " ")
    }

    private static let writtenUnits: [(String, Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
}

/// Why a text is not a duration.
package enum DurationTextError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    /// A number without a unit that is not `0`.
    case unitMissing
    case unknownUnit(String)
    /// Years or months.
    case unfixedUnit(String)
    case signed
    case numberMissing
    /// A unit that is not smaller than the one before it.
    case unitsOutOfOrder(String)
    /// A fraction on a number that is not the last, or of more digits than a nanosecond has.
    case badFraction
    /// More than 64 bits of milliseconds hold.
    case tooLong

    package var description: String {
        switch self {
        case .empty: "a duration is missing; write one like 30s, 1h 30m or PT10M"
        case .unitMissing: "the number has no unit; write one like 30s, 5m or 1h"
        case .unknownUnit(let unit): "'\(unit)' is no unit of time; use ms, s, m, h, d or w"
        case .unfixedUnit(let unit): "'\(unit)' has no fixed length; use days or weeks"
        case .signed: "a duration has no sign"
        case .numberMissing: "a number is missing before a unit; write a duration like 30s or PT10M"
        case .unitsOutOfOrder(let unit): "'\(unit)' must come before the smaller units, and only once"
        case .badFraction: "only the last number may have a fraction, of up to nine digits"
        case .tooLong: "the duration is too long"
        }
    }
}

private struct DurationReader {
    private let bytes: [UInt8]
    private var position = 0
    /// The smallest unit so far, in nanoseconds; the next one must be smaller.
    private var lastUnit = Int128.max
    private var total: Int128 = 0
    private var fractionSeen = false

    /// Eighteen digits of the largest unit still fit 128 bits of nanoseconds with room for every other unit.
    private static let digitsMax = 18
    private static let fractionDigitsMax = 9

    init(_ text: some StringProtocol) {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let utf8 = text.utf8.drop(while: isSpace)
        bytes = Array(utf8.reversed().drop(while: isSpace).reversed())
    }

    mutating func read() throws(DurationTextError) -> Interval {
        guard let first = bytes.first else { throw .empty }
        if first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { throw .signed }
        if bytes == [UInt8(ascii: "0")] { return .zero }
        if first | 0x20 == UInt8(ascii: "p") {
            try readISO8601()
        } else {
            try readFriendly()
        }
        let milliseconds = (total + 999_999) / 1_000_000
        guard let value = Int64(exactly: milliseconds) else { throw .tooLong }
        return Interval(milliseconds: value)
    }

    private mutating func readFriendly() throws(DurationTextError) {
        while position < bytes.count {
            let number = try readNumber(fractionMarks: [UInt8(ascii: ".")])
            skipSpaces()
            let unit = takeWord()
            guard !unit.isEmpty else { throw .unitMissing }
            try add(number, unit: unit, length: try Self.friendlyUnit(unit))
            skipSpaces()
        }
    }

    private mutating func readISO8601() throws(DurationTextError) {
        position = 1
        var inTime = false
        var count = 0
        while position < bytes.count {
            if !inTime, bytes[position] | 0x20 == UInt8(ascii: "t") {
                inTime = true
                position += 1
                guard position < bytes.count else { throw .numberMissing }
                continue
            }
            let number = try readNumber(fractionMarks: [UInt8(ascii: "."), UInt8(ascii: ",")])
            guard position < bytes.count else { throw .unitMissing }
            let unit = String(decoding: [bytes[position]], as: UTF8.self)
            position += 1
            try add(number, unit: unit, length: try Self.isoUnit(unit, inTime: inTime))
            count += 1
        }
        if count == 0 { throw .numberMissing }
    }

    private struct Number {
        var whole: Int128 = 0
        var fraction: Int128 = 0
        var fractionScale: Int128 = 1
        var hasFraction: Bool { fractionScale > 1 }
    }

    private mutating func readNumber(fractionMarks: [UInt8]) throws(DurationTextError) -> Number {
        if fractionSeen { throw .badFraction }
        var number = Number()
        let start = position
        while let digit = takeDigit() {
            number.whole = number.whole * 10 + digit
            if position - start > Self.digitsMax { throw .tooLong }
        }
        if position == start {
            if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
                throw .signed
            }
            throw .numberMissing
        }
        guard position < bytes.count, fractionMarks.contains(bytes[position]) else { return number }
        position += 1
        let fractionStart = position
        while let digit = takeDigit() {
            guard position - fractionStart <= Self.fractionDigitsMax else { throw .badFraction }
            number.fraction = number.fraction * 10 + digit
            number.fractionScale *= 10
        }
        guard position > fractionStart else { throw .badFraction }
        return number
    }

    private mutating func add(_ number: Number, unit: String, length: Int128) throws(DurationTextError) {
        guard length < lastUnit else { throw .unitsOutOfOrder(unit) }
        lastUnit = length
        fractionSeen = number.hasFraction
        let fraction = (number.fraction * length + number.fractionScale - 1) / number.fractionScale
        total += number.whole * length + fraction
    }

    private mutating func takeDigit() -> Int128? {
        guard position < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] else { return nil }
        defer { position += 1 }
        return Int128(bytes[position] - UInt8(ascii: "0"))
    }

    /// Everything up to the next digit or space: a unit, or what stands where one belongs.
    private mutating func takeWord() -> String {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x20 || byte == 0x09 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { break }
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipSpaces() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    private static let second: Int128 = 1_000_000_000

    private static func friendlyUnit(_ unit: String) throws(DurationTextError) -> Int128 {
        switch unit.lowercased() {
        case "w", "wk", "wks", "week", "weeks": 604_800 * second
        case "d", "day", "days": 86_400 * second
        case "h", "hr", "hrs", "hour", "hours": 3600 * second
        case "m", "min", "mins", "minute", "minutes": 60 * second
        case "s", "sec", "secs", "second", "seconds": second
        case "ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds": 1_000_000
        case "us", "µs", "μs", "usec", "usecs", "micro", "micros", "microsecond", "microseconds": 1000
        case "ns", "nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds": 1
        case "y", "yr", "yrs", "year", "years", "mo", "mos", "month", "months": throw .unfixedUnit(unit)
        default: throw .unknownUnit(unit)
        }
    }

    private static func isoUnit(_ unit: String, inTime: Bool) throws(DurationTextError) -> Int128 {
        switch (unit.lowercased(), inTime) {
        case ("w", false): 604_800 * second
        case ("d", false): 86_400 * second
        case ("h", true): 3600 * second
        case ("m", true): 60 * second
        case ("s", true): second
        case ("y", false), ("m", false): throw .unfixedUnit(unit)
        default: throw .unknownUnit(unit)
        }
    }
}
