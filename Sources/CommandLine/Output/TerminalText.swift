/// Makes text from elsewhere safe to show: a service's name or an error's text must not move the cursor, change
/// the terminal's title or reverse the order of what stands beside it.
package enum TerminalText {
    /// The text in one line, every character that a terminal would obey written as `\n`, `\t` or `\u{1B}`.
    package static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isObeyed) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case _ where isObeyed(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result.append(contentsOf: "\\u{\(digits)}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// JSON text in which the same characters stand as `\uXXXX`. They can be in strings only, and JSON writes those
    /// below space so by itself; the line breaks between members are ours.
    package static func safeJSON(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: { $0.value >= 0x7F && isObeyed($0) }) else { return json }
        var result = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            guard scalar.value >= 0x7F, isObeyed(scalar) else {
                result.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? .init() {
                let digits = String(unit, radix: 16)
                let padding = String(repeating: "0", count: max(0, 4 - digits.count))
                result.append(contentsOf: "\\u\(padding)\(digits)".unicodeScalars)
            }
        }
        return String(result)
    }

    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Cf has the marks that change the direction of text, Zl and Zp break lines.
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: !isJoiner(scalar)
        default: false
        }
    }

    /// Those two are part of how words of some scripts, and emoji, are written.
    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x200C || scalar.value == 0x200D
    }
}
