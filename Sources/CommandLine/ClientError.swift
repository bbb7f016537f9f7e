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
    /// Something on our side of the socket did not work; `hint` is what to do about it.
    case failed(String, hint: String)
    /// Our own output could not be written.
    case outputFailed(String)

    /// The exit status it leads to.
    package var exitCode: ExitCode {
        switch self {
        case .usage: .usage
        case .unreachable: .unreachable
        case .refused, .noAnswer, .badAnswer, .declined, .failed, .outputFailed: .failed
        }
    }

    /// The same failure of what was done with a text that somebody typed, with a further word on what to do. It is not
    /// the command line that was wrong.
    func advising(_ advice: String) -> ClientError {
        switch self {
        case .usage(let message, let hint), .failed(let message, let hint):
            return .failed(message, hint: "\(hint); \(advice)")
        case .refused(var error):
            let known = error.data?.advice
            error.data?.advice = [known, advice].compactMap { $0 }.joined(separator: "; ")
            return .refused(error)
        case .noAnswer(let message): return .noAnswer("\(message); \(advice)")
        case .badAnswer(let message): return .badAnswer("\(message); \(advice)")
        case .unreachable, .declined, .outputFailed: return .failed("it could not be stored", hint: advice)
        }
    }

    /// The name by which programs know it; a refusal of the daemon has one of its own.
    package var name: String {
        switch self {
        case .usage: "usage"
        case .unreachable: "unreachable"
        case .refused(let error): error.data?.name ?? "refused"
        case .noAnswer: "no-answer"
        case .badAnswer: "bad-answer"
        case .declined: "declined"
        case .failed: "failed"
        case .outputFailed: "output-failed"
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
