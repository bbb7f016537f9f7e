/// One record: a constant message and the facts beside it.
package struct LogRecord: Sendable {
    package let level: LogLevel
    /// What happened, always in the same words: the facts are in the fields.
    package let message: StaticString
    /// Set when an administrator must act, or wants to find it.
    package let id: MessageID?
    package let fields: [LogField]
    /// CLOCK_REALTIME when it was logged, in nanoseconds since 1970.
    package let wallClockNanoseconds: Int64
    /// Where it was logged: `Room/File.swift`.
    package let file: StaticString
    package let line: UInt
    package let function: StaticString

    package init(
        level: LogLevel,
        message: StaticString,
        id: MessageID?,
        fields: [LogField],
        wallClockNanoseconds: Int64,
        file: StaticString,
        line: UInt,
        function: StaticString
    ) {
        self.level = level
        self.message = message
        self.id = id
        self.fields = fields
        self.wallClockNanoseconds = wallClockNanoseconds
        self.file = file
        self.line = line
        self.function = function
    }

    /// A longer value is cut and ends in `…`: no stranger's text fills the log.
    package static let valueBytesMax = 4096

    /// A field's value within `valueBytesMax`.
    package static func boundedValue(_ field: LogField) -> String {
        let value = field.value
        guard value.utf8.count > valueBytesMax else { return value }
        var end = value.utf8.index(value.startIndex, offsetBy: valueBytesMax)
        // Not within a character.
        end = value.unicodeScalars.index(after: value.unicodeScalars.index(before: end))
        return String(value[..<end]) + "…"
    }
}
