import ControlProtocol

/// Why a command did not do what it was asked to.
package enum ClientError: Error, Equatable {
    /// The command line cannot be understood; `hint` is what to type instead.
    case usage(String, hint: String)
    /// Nobody answers at the socket.
    case unreachable(socketPath: String, reason: UnreachableReason)
    /// The daemon said no.
    case refused(ControlError)
    /// The daemon took the request, and then there was no answer.
    case noAnswer(String)
    /// What the daemon sent cannot be understood.
    case badAnswer(String)
    /// The person at the terminal said no.
    case declined
    /// Our own output could not be written.
    case outputFailed(String)

    /// The exit status it leads to.
    package var exitCode: ExitCode {
        switch self {
        case .usage: .usage
        case .unreachable: .unreachable
        case .refused, .noAnswer, .badAnswer, .declined, .outputFailed: .failed
        }
    }
}

/// Why nobody answers at a socket.
package enum UnreachableReason: Equatable, Sendable {
    /// There is no such file.
    case noSocket
    /// The file is there, and no process listens on it.
    case nobodyListens
    /// The file may not be opened.
    case noPermission
    /// The path is longer than a socket's may be.
    case pathTooLong
    /// The other end took the connection and said nothing, or nothing in time.
    case silent
    /// Anything else, in the system's words.
    case other(String)
}
