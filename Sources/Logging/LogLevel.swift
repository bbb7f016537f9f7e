/// How much a record matters to whom. The names are those of the configuration and of syslog.
package enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// For whoever looks into one case; off by default, and free then.
    case debug
    /// What happens in the ordinary course.
    case info
    /// Ordinary, but an administrator wants to see it: start, stop, registrations.
    case notice
    /// Something went wrong and was dealt with.
    case warning
    /// Something went wrong and someone has to act.
    case error

    /// The syslog priority (RFC 5424): the smaller, the worse.
    package var priority: Int {
        switch self {
        case .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.priority > right.priority }
}
