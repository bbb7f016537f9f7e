/// A JSON value whose numbers are kept as they were written: state is anybody's, and a number that no type of ours holds
/// must not be another one afterwards.
enum ExactJSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// By its text, which follows the grammar of RFC 8259, section 6.
    case number(String)
    case string(String)
    case array([ExactJSON])
    case object([String: ExactJSON])

    /// Why a text is no JSON.
    struct Problem: Error, Equatable {
        let reason: String
        /// Both from 1.
        let line: Int
        let column: Int
    }

    /// Reads a whole text.
    init(parsing text: [UInt8]) throws(Problem) {
        var reader = ExactJSONReader(text)
        self = try reader.whole()
    }

    /// The text of the value, members in alphabetic order; in one line, or each thing on a line of its own.
    func text(pretty: Bool = false) -> String {
        var result = ""
        write(to: &result, indentation: pretty ? "" : nil)
        return result
    }

    /// Whether they are the same value; numbers are compared as numbers, however they are written.
    func isSame(as other: ExactJSON) -> Bool {
        switch (self, other) {
        case (.number(let one), .number(let two)): DecimalDigits(one) == DecimalDigits(two)
        case (.array(let one), .array(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
        case (.object(let one), .object(let two)):
            one.count == two.count && one.allSatisfy { name, value in two[name]?.isSame(as: value) ?? false }
        default: self == other
        }
    }

    private func write(to result: inout String, indentation: String?) {
        switch self {
        case .null: result += "null"
        case .bool(let flag): result += flag ? "true" : "false"
        case .number(let digits): result += digits
        case .string(let text): Self.write(text, to: &result)
        case .array(let values):
            Self.write(values, "[", "]", to: &result, indentation) { value, result, indentation in
                value.write(to: &result, indentation: indentation)
            }
        case .object(let members):
            Self.write(members.sorted { $0.key < $1.key }, "{", "}", to: &result, indentation) {
                member,
                result,
                indentation in
                Self.write(member.key, to: &result)
                result += indentation == nil ? ":" : " : "
                member.value.write(to: &result, indentation: indentation)
            }
        }
    }

    private static func write<Part>(
        _ parts: [Part],
        _ opening: String,
        _ closing: String,
        to result: inout String,
        _ indentation: String?,
        _ writePart: (Part, inout String, String?) -> Void
    ) {
        result += opening
        let inner = indentation.map { $0 + "  " }
        for (place, part) in parts.enumerated() {
            if place > 0 { result += "," }
            if let inner { result += "\n" + inner }
            writePart(part, &result, inner)
        }
        if let indentation, !parts.isEmpty { result += "\n" + indentation }
        result += closing
    }

    private static func write(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}

/// A number of JSON by its digits: equal for all ways to write the same one.
private struct DecimalDigits: Equatable {
    private let isNegative: Bool
    private let digits: [UInt8]
    /// Of ten, for digits that stand behind the point.
    private let exponent: Int
    /// As it was written, if its exponent is beyond all numbers of ours.
    private let beyond: String?

    init(_ text: String) {
        let parts = text.utf8.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == 0x65 || $0 == 0x45 }
        let mantissa = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let whole = mantissa[0].filter { $0 != UInt8(ascii: "-") }
        let all = whole + (mantissa.count > 1 ? Array(mantissa[1]) : [])
        let significant = all.drop { $0 == UInt8(ascii: "0") }
        let power = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) : 0
        let kept = significant.count - significant.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        digits = Array(significant.prefix(kept))
        isNegative = text.hasPrefix("-") && !digits.isEmpty
        let (sum, hasOverflown) = (power ?? .max).addingReportingOverflow(whole.count)
        let isBeyond = !digits.isEmpty && (power == nil || hasOverflown || sum < Int.min / 2)
        exponent = digits.isEmpty || isBeyond ? 0 : sum + significant.count - all.count
        beyond = isBeyond ? text : nil
    }
}
