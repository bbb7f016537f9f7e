internal import CSystemd
import Glibc
import Logging

/// Writes records to the journal with their fields (sd_journal_sendv(3)).
package struct JournalSink: LogSink {
    package init() {}

    /// Where the daemon's records go: to the journal when standard error is connected to it, as lines to standard error otherwise.
    package static func standard() -> any LogSink { standardErrorIsJournal() ? JournalSink() : LineSink() }

    /// Whether standard error is the journal: the service manager says which device and inode it gave us, and a redirection makes them differ
    /// (systemd.exec(5), `JOURNAL_STREAM`).
    package static func standardErrorIsJournal() -> Bool {
        guard let text = getenv("JOURNAL_STREAM") else { return false }
        return isStream(String(cString: text), descriptor: 2)
    }

    /// Whether `DEVICE:INODE` is what the descriptor refers to.
    package static func isStream(_ text: String, descriptor: Int32) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var status = stat()
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]),
            fstat(descriptor, &status) == 0
        else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    package func write(_ records: [LogRecord]) {
        for record in records { send(Self.fields(record)) }
    }

    /// The record as the journal's `NAME=value` fields. The message carries its facts as well: it is all that `journalctl` shows unless asked for more.
    package static func fields(_ record: LogRecord) -> [String] {
        var fields = [
            "MESSAGE=\(LineSink.text(record))",
            "PRIORITY=\(record.level.priority)",
            "CODE_FILE=\(record.file)",
            "CODE_LINE=\(record.line)",
            "CODE_FUNC=\(record.function)",
        ]
        if let id = record.id { fields.append("MESSAGE_ID=\(id.rawValue)") }
        for field in record.fields { fields.append("\(field.journalName)=\(LogRecord.boundedValue(field))") }
        return fields
    }

    /// A record that the journal does not take is lost: there is no other place for it.
    private func send(_ fields: [String]) {
        let bytes = fields.map { Array($0.utf8) }
        let total = bytes.reduce(0) { $0 + $1.count }
        withUnsafeTemporaryAllocation(byteCount: total, alignment: 1) { room in
            var parts: [iovec] = []
            var position = 0
            for field in bytes {
                let target = UnsafeMutableRawBufferPointer(rebasing: room[position..<position + field.count])
                target.copyBytes(from: field)
                parts.append(iovec(iov_base: target.baseAddress, iov_len: field.count))
                position += field.count
            }
            _ = sd_journal_sendv(parts, Int32(parts.count))
        }
    }
}
