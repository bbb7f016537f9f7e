import CSQLite
import ServiceProtocol
import Synchronization

/// The functions that the translator writes down where SQLite has none that does the same.
enum SQLFunctions {
    /// Makes all of them known to a connection.
    static func register(on handle: OpaquePointer, limits: QueryLimits) -> Int32 {
        let all = arithmetic + conversions + times + matching(limits)
        for function in all {
            let code = function.register(on: handle)
            guard code == SQLITE_OK else { return code }
        }
        return OrderedAggregate.register(on: handle, limits: limits)
    }

    // MARK: Arithmetic

    /// Whole numbers that do not fit are refused; what is no whole number is left to floating point.
    private static func whole(
        _ name: String,
        _ compute: @escaping @Sendable (Int64, Int64) -> (partialValue: Int64, overflow: Bool),
        _ real: @escaping @Sendable (Double, Double) -> Double
    ) -> SQLFunction {
        SQLFunction(name, 2) { (arguments) throws(FunctionError) in
            switch (arguments[0], arguments[1]) {
            case (.integer(let left), .integer(let right)):
                if right == 0, name == "divide" || name == "remainder" {
                    throw FunctionError(text: "division by zero")
                }
                let (value, overflow) = compute(left, right)
                guard !overflow else { throw FunctionError(text: "a number does not fit into 64 bits") }
                return .integer(value)
            default:
                guard let left = arguments[0].number, let right = arguments[1].number else { return .null }
                return .real(real(left, right))
            }
        }
    }

    private static let arithmetic = [
        whole("add", { $0.addingReportingOverflow($1) }, { $0 + $1 }),
        whole("subtract", { $0.subtractingReportingOverflow($1) }, { $0 - $1 }),
        whole("multiply", { $0.multipliedReportingOverflow(by: $1) }, { $0 * $1 }),
        whole("divide", { $0.dividedReportingOverflow(by: $1) }, { $0 / $1 }),
        whole(
            "remainder",
            { $0.remainderReportingOverflow(dividingBy: $1) },
            { $0.truncatingRemainder(dividingBy: $1) }
        ),
    ]

    // MARK: Conversions

    private static let conversions = [
        SQLFunction("integer", 3) { (arguments) throws(FunctionError) in
            guard case .integer(let bits) = arguments[1], case .integer(let isSigned) = arguments[2] else {
                return .null
            }
            return .integer(try integer(arguments[0], bits: Int(bits), isSigned: isSigned == 1))
        },
        SQLFunction("number", 1) { (arguments) throws(FunctionError) in
            guard case .text(let text) = arguments[0] else { return arguments[0] }
            guard let number = Double(text) else { throw FunctionError(text: "'\(text.prefix(80))' is no number") }
            return .real(number)
        },
        SQLFunction("flag", 1) { (arguments) throws(FunctionError) in
            guard case .text(let text) = arguments[0] else { return arguments[0] }
            switch text.lowercased() {
            case "true", "t", "yes", "y", "on", "1": return .integer(1)
            case "false", "f", "no", "n", "off", "0": return .integer(0)
            default: throw FunctionError(text: "'\(text.prefix(80))' is neither true nor false")
            }
        },
        SQLFunction("utf8", 1) { (arguments) throws(FunctionError) in
            guard case .blob(let bytes) = arguments[0] else { return arguments[0] }
            return String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .null
        },
        // For our own statements: the name of a message type.
        SQLFunction("command", 1) { (arguments) throws(FunctionError) in
            guard case .integer(let code) = arguments[0], let type = UInt16(exactly: code) else { return .null }
            return .text(PrivateCell.commandName(MessageType(rawValue: type)))
        },
        // And what an encoded await is for.
        SQLFunction("awaiting", 1) { (arguments) throws(FunctionError) in
            guard case .blob(let bytes) = arguments[0], let awaiting = try? Awaiting.decode(bytes) else { return .null }
            return .text(AwaitingText.text(of: awaiting, .awaitedTree))
        },
        SQLFunction("text", 2) { (arguments) throws(FunctionError) in
            guard case .text(let form) = arguments[1] else { return .null }
            return text(arguments[0], form).map { .text($0) } ?? .null
        },
    ]

    private static func integer(_ value: QueryValue, bits: Int, isSigned: Bool) throws(FunctionError) -> Int64 {
        let name = "\(isSigned ? "" : "U")Int\(bits)"
        var number: Int64?
        switch value {
        case .integer(let whole): number = whole
        case .real(let real): number = Int64(exactly: real.rounded(.towardZero))
        case .text(let text):
            number = Int64(text)
            if number == nil, bits == 64, !isSigned { number = UInt64(text).map { Int64(bitPattern: $0) } }
            guard number != nil else { throw FunctionError(text: "'\(text.prefix(80))' is no \(name)") }
        case .null, .blob: break
        }
        guard let number else { throw FunctionError(text: "a number does not fit into \(name)") }
        guard bits < 64 else { return number }
        let range: ClosedRange<Int64> =
            isSigned ? -(1 << Int64(bits - 1))...(1 << Int64(bits - 1)) - 1 : 0...(1 << Int64(bits)) - 1
        guard range.contains(number) else { throw FunctionError(text: "\(number) does not fit into \(name)") }
        return number
    }

    private static func text(_ value: QueryValue, _ form: String) -> String? {
        switch (form, value) {
        case ("timestamp", .integer(let number)): TimeText.timestamp(number)
        case ("localTimestamp", .integer(let number)): TimeText.localTimestamp(number)
        case ("date", .integer(let number)): TimeText.date(number)
        case ("duration", .integer(let number)): TimeText.duration(number)
        case ("interval", .blob(let bytes)): IntervalLiteral(bytes: bytes).description
        case ("unsigned", .integer(let number)): String(UInt64(bitPattern: number))
        case (_, .integer(let number)): form == "real" ? String(Double(number)) : String(number)
        case (_, .real(let number)): String(number)
        case (_, .text(let text)): text
        default: nil
        }
    }

    // MARK: Times

    private static let times = [
        SQLFunction("moment", 1) { (arguments) throws(FunctionError) in
            guard case .text(let text) = arguments[0] else { return arguments[0] }
            guard let milliseconds = Moment.milliseconds(of: text) else {
                throw FunctionError(text: "'\(text.prefix(80))' is no time; one looks like 2026-01-02T03:04:05Z")
            }
            return .integer(milliseconds)
        },
        SQLFunction("days", 1) { (arguments) throws(FunctionError) in
            guard case .integer(let milliseconds) = arguments[0] else { return .null }
            return .integer(Moment.floor(milliseconds, Moment.day) / Moment.day)
        },
        SQLFunction("add_months", 2) { (arguments) throws(FunctionError) in
            guard case .integer(let time) = arguments[0], case .integer(let months) = arguments[1] else { return .null }
            guard let shifted = Moment.adding(months: months, to: time) else {
                throw FunctionError(text: "a time is beyond the years 0 to 9999")
            }
            return .integer(shifted)
        },
        SQLFunction("trunc", 2) { (arguments) throws(FunctionError) in
            guard case .text(let unit) = arguments[0], case .integer(let time) = arguments[1] else { return .null }
            return Moment.truncated(time, to: unit).map { .integer($0) } ?? .null
        },
        SQLFunction("part", 2) { (arguments) throws(FunctionError) in
            guard case .text(let part) = arguments[0], case .integer(let time) = arguments[1] else { return .null }
            return Moment.part(part, of: time).map { .integer($0) } ?? .null
        },
    ]

    // MARK: Matching

    private static func matching(_ limits: QueryLimits) -> [SQLFunction] {
        let patterns = PatternCache()
        let patternBytesMax = limits.patternBytesMax
        return [
            SQLFunction("like", 3) { (arguments) throws(FunctionError) in
                guard case .text(var text) = arguments[0], case .text(let pattern) = arguments[1] else { return .null }
                guard pattern.utf8.count <= patternBytesMax else {
                    throw FunctionError(text: "a pattern is longer than \(patternBytesMax) bytes")
                }
                let ignoresCase = arguments[2] == .integer(1)
                let elements = patterns.like(ignoresCase ? pattern.lowercased() : pattern)
                if ignoresCase { text = text.lowercased() }
                return .integer(LikePattern.matches(Array(text.unicodeScalars), elements) ? 1 : 0)
            },
            SQLFunction("matches", 3) { (arguments) throws(FunctionError) in
                guard case .text(let text) = arguments[0], case .text(let pattern) = arguments[1] else { return .null }
                guard pattern.utf8.count <= patternBytesMax else {
                    throw FunctionError(text: "a pattern is longer than \(patternBytesMax) bytes")
                }
                guard let expression = patterns.expression(pattern, ignoresCase: arguments[2] == .integer(1)) else {
                    throw FunctionError(text: "'\(pattern.prefix(80))' is no regular expression that can be used here")
                }
                return .integer(expression.matches(text) ? 1 : 0)
            },
        ]
    }
}

/// The last patterns, ready for use: most queries have one for all rows.
private final class PatternCache: Sendable {
    private struct State {
        var like: (pattern: String, elements: [LikePattern.Element])?
        var expression: (pattern: String, ignoresCase: Bool, compiled: RegularExpression?)?
    }

    private let state = Mutex(State())

    func like(_ pattern: String) -> [LikePattern.Element] {
        state.withLock { state in
            if let last = state.like, last.pattern == pattern { return last.elements }
            let elements = LikePattern.elements(pattern)
            state.like = (pattern, elements)
            return elements
        }
    }

    func expression(_ pattern: String, ignoresCase: Bool) -> RegularExpression? {
        state.withLock { state in
            if let last = state.expression, last.pattern == pattern, last.ignoresCase == ignoresCase {
                return last.compiled
            }
            let compiled = RegularExpression(pattern, ignoresCase: ignoresCase)
            state.expression = (pattern, ignoresCase, compiled)
            return compiled
        }
    }
}

extension QueryValue {
    fileprivate var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }
}
