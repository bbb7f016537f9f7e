import Glibc
import Synchronization

/// The one door for records. A value that can be passed about; nothing here waits for a disk or a terminal.
package struct Logger: Sendable {
    private enum Destination: Sendable {
        case nowhere
        /// Written before the call returns: for tests and short programs.
        case direct(any LogSink)
        case ring(LogRing)
    }

    private let destination: Destination
    private let threshold: Threshold

    private init(_ destination: Destination, level: LogLevel) {
        self.destination = destination
        self.threshold = Threshold(level)
    }

    /// A logger that drops everything.
    package static let disabled = Logger(.nowhere, level: .error)

    /// A logger whose records reach the sink within the call.
    package static func direct(_ sink: any LogSink, level: LogLevel = .info) -> Logger {
        Logger(.direct(sink), level: level)
    }

    /// A logger with a thread of its own that writes to the sink; at most `capacity` records wait for it, further ones are dropped and counted.
    /// To be ended with `shutDown`.
    package static func threaded(_ sink: any LogSink, level: LogLevel = .info, capacity: Int = 4096) -> Logger {
        Logger(.ring(LogRing(sink: sink, capacity: capacity)), level: level)
    }

    /// The least level that is logged. Setting it takes effect for all copies of this logger.
    package var level: LogLevel {
        get { threshold.level }
        nonmutating set { threshold.level = newValue }
    }

    /// Whether a record of this level would be logged.
    package func isEnabled(_ level: LogLevel) -> Bool {
        if case .nowhere = destination { return false }
        return threshold.admits(level)
    }

    /// Logs a record. The fields are made only when the level is on.
    package func log(
        _ level: LogLevel,
        _ message: StaticString,
        id: MessageID? = nil,
        _ fields: @autoclosure () -> [LogField] = [],
        file: StaticString = #fileID,
        line: UInt = #line,
        function: StaticString = #function
    ) {
        guard isEnabled(level) else { return }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let record = LogRecord(
            level: level,
            message: message,
            id: id,
            fields: fields(),
            wallClockNanoseconds: Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec),
            file: file,
            line: line,
            function: function
        )
        switch destination {
        case .nowhere: break
        case .direct(let sink): sink.write([record])
        case .ring(let ring): ring.append(record)
        }
    }

    /// Waits until everything logged so far has been written: before the process ends by itself.
    package func flush() {
        if case .ring(let ring) = destination { ring.flush() }
    }

    /// Writes what is waiting and ends the thread. Records logged later are dropped.
    package func shutDown() {
        if case .ring(let ring) = destination { ring.shutDown() }
    }
}

extension Logger {
    /// Logs at `.debug`; free when that is off.
    package func debug(
        _ message: StaticString,
        _ fields: @autoclosure () -> [LogField] = [],
        file: StaticString = #fileID,
        line: UInt = #line,
        function: StaticString = #function
    ) {
        log(.debug, message, fields(), file: file, line: line, function: function)
    }

    /// Logs at `.info`.
    package func info(
        _ message: StaticString,
        id: MessageID? = nil,
        _ fields: @autoclosure () -> [LogField] = [],
        file: StaticString = #fileID,
        line: UInt = #line,
        function: StaticString = #function
    ) {
        log(.info, message, id: id, fields(), file: file, line: line, function: function)
    }

    /// Logs at `.notice`.
    package func notice(
        _ message: StaticString,
        id: MessageID? = nil,
        _ fields: @autoclosure () -> [LogField] = [],
        file: StaticString = #fileID,
        line: UInt = #line,
        function: StaticString = #function
    ) {
        log(.notice, message, id: id, fields(), file: file, line: line, function: function)
    }

    /// Logs at `.warning`.
    package func warning(
        _ message: StaticString,
        id: MessageID? = nil,
        _ fields: @autoclosure () -> [LogField] = [],
        file: StaticString = #fileID,
        line: UInt = #line,
        function: StaticString = #function
    ) {
        log(.warning, message, id: id, fields(), file: file, line: line, function: function)
    }

    /// Logs at `.error`.
    package func error(
        _ message: StaticString,
        id: MessageID? = nil,
        _ fields: @autoclosure () -> [LogField] = [],
        file: StaticString = #fileID,
        line: UInt = #line,
        function: StaticString = #function
    ) {
        log(.error, message, id: id, fields(), file: file, line: line, function: function)
    }
}

/// The level shared by all copies of a logger, so that a reload reaches them.
private final class Threshold: Sendable {
    private let priority: Atomic<Int>

    init(_ level: LogLevel) { priority = Atomic(level.priority) }

    func admits(_ level: LogLevel) -> Bool { level.priority <= priority.load(ordering: .relaxed) }

    var level: LogLevel {
        get {
            let priority = priority.load(ordering: .relaxed)
            return LogLevel.allCases.first { $0.priority == priority } ?? .info
        }
        set { priority.store(newValue.priority, ordering: .relaxed) }
    }
}
