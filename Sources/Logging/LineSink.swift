import Glibc

/// Writes one line a record to a descriptor: `<timestamp> LEVEL message key=value …`.
package struct LineSink: LogSink {
    /// A reader that takes nothing for this long loses what is being written.
    private static let patienceMilliseconds: Int32 = 1000

    private let descriptor: Int32

    /// `descriptor` stays the caller's; 2 is standard error.
    package init(descriptor: Int32 = 2) { self.descriptor = descriptor }

    package func write(_ records: [LogRecord]) {
        var text: [UInt8] = []
        for record in records { text.append(contentsOf: Self.line(record).utf8) }
        var position = 0
        while position < text.count {
            let count = text.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + position }, $0.count - position)
            }
            if count > 0 {
                position += count
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&ready, 1, Self.patienceMilliseconds) <= 0 { return }
            } else {
                return
            }
        }
    }

    /// The line of a record, with its end.
    package static func line(_ record: LogRecord) -> String {
        "\(timestamp(record.wallClockNanoseconds)) \(record.level.rawValue.uppercased()) \(text(record))\n"
    }

    /// The message and its fields on one line, whatever is in them.
    package static func text(_ record: LogRecord) -> String {
        var text = record.message.description
        for field in record.fields { text += " \(field.plainName)=\(quoted(LogRecord.boundedValue(field)))" }
        return text
    }

    /// UTC as in RFC 3339, with milliseconds.
    static func timestamp(_ nanoseconds: Int64) -> String {
        var seconds = time_t(nanoseconds / 1_000_000_000)
        let milliseconds = nanoseconds / 1_000_000 % 1000
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date =
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let time = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(time).\(padded(Int(milliseconds), 3))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// A value as it is when it is one plain word, else in quotes with what could end the line or hide something escaped.
    static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value < 0x7F && $0 != "\"" && $0 != "=" && $0 != "\\"
            }
        guard !isPlain else { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if isInvisible(scalar) {
                    text += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text + "\""
    }

    /// Control characters, line and paragraph ends, and the marks that turn the direction of text.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
