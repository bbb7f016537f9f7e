/// What the client's exit status tells a script.
package enum ExitCode: Int32, CaseIterable, Sendable {
    /// It was done, or what was asked for was shown.
    case done = 0
    /// The daemon refused or failed, or the answer could not be had or written.
    case failed = 1
    /// The command line cannot be understood; nothing was asked of the daemon.
    case usage = 2
    /// There is no daemon to ask.
    case unreachable = 3

    /// The meaning, for the help.
    package var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "refused, or failed"
        case .usage: "the command line is wrong"
        case .unreachable: "the daemon cannot be reached"
        }
    }
}
