import Synchronization

/// Where records go. Called from one thread at a time, the log's own; whether a sink can write is its own affair: there is nobody to tell.
package protocol LogSink: Sendable {
    /// Writes the records in their order.
    func write(_ records: [LogRecord])
}

/// A sink for tests: keeps what it gets.
package final class CollectingSink: LogSink {
    private let kept = Mutex<[LogRecord]>([])

    package init() {}

    package func write(_ records: [LogRecord]) { kept.withLock { $0.append(contentsOf: records) } }

    /// Everything written so far.
    package var records: [LogRecord] { kept.withLock { $0 } }

    /// The messages written so far.
    package var messages: [String] { records.map(\.message.description) }
}
