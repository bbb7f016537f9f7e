import ControlProtocol

/// What went wrong, in words: what happened, and what to do next.
enum ErrorText {
    /// How many blocking invocations are shown; the count says how many there are.
    private static let blockersShown = 10

    /// The lines for standard error. `serviceState` asks the service manager, which takes a moment.
    static func page(for error: ClientError, serviceState: () -> String?) -> Page {
        switch error {
        case .usage(let message, let hint):
            return lines(message, [hint])
        case .unreachable(let path, let reason):
            return unreachable(path, reason, serviceState)
        case .refused(let refusal):
            return refused(refusal)
        case .noAnswer(let message):
            return lines(message, ["whether it was done is not known; look before you repeat it"])
        case .badAnswer(let message):
            return lines(
                "the daemon's answer cannot be understood: \(message)",
                ["are \(CommandTable.program) and perdured of the same release? see: \(CommandTable.program) status"]
            )
        case .declined:
            return lines("nothing was done", [])
        case .outputFailed(let reason):
            return lines("the output could not be written: \(reason)", [])
        }
    }

    private static func lines(_ message: String, _ advice: [String]) -> Page {
        let parts = message.split(omittingEmptySubsequences: true) { $0.isNewline }.map(String.init)
        let first = "error: " + (parts.first ?? "the daemon gave no reason")
        return Page(([first] + parts.dropFirst().map { "  " + $0 } + advice.map { "  " + $0 }).map { .text($0) })
    }

    private static func refused(_ refusal: ControlError) -> Page {
        var page = lines(refusal.message, refusal.data?.advice.map { [$0] } ?? [])
        guard let blockers = refusal.data?.blockers else { return page }
        if !blockers.serving.isEmpty {
            page.add(.text("  it serves the latest revision of: \(blockers.serving.joined(separator: ", "))"))
        }
        if blockers.unfinishedInvocations > 0 {
            page.add(.text("  unfinished invocations: \(blockers.unfinishedInvocations)"))
            let shown = blockers.invocations.prefix(blockersShown)
            page.add(.table(Table(titles: [], rows: shown.map { Self.blocker($0) })))
        }
        return page
    }

    private static func blocker(_ invocation: InvocationSummary) -> [Cell] {
        [Cell("    " + invocation.id), Cell(invocation.target), invocation.status.cell]
    }

    private static func unreachable(
        _ path: String,
        _ reason: UnreachableReason,
        _ serviceState: () -> String?
    ) -> Page {
        let start = "start it: sudo systemctl start perdured"
        let elsewhere = "a daemon with another socket: --socket PATH or PERDURE_SOCKET"
        switch reason {
        case .noSocket, .nobodyListens:
            let what = reason == .noSocket ? "there is no socket" : "nobody listens on the socket"
            let message = "perdured cannot be reached: \(what) \(path)"
            guard let state = serviceState() else { return lines(message, ["start it: perdured", elsewhere]) }
            if state == "active" || state == "activating" {
                return lines(message, ["systemd says perdured is \(state); see: systemctl status perdured", elsewhere])
            }
            if state == "failed" {
                return lines(message, ["systemd says perdured has failed; see: journalctl -u perdured -e", elsewhere])
            }
            return lines(message, ["systemd says perdured is \(state)", start, elsewhere])
        case .noPermission:
            return lines(
                "the socket \(path) may not be used by you",
                ["its group may: sudo usermod -aG perdure $USER, then log in again; or use sudo"]
            )
        case .pathTooLong:
            return lines(
                "the path of the socket is longer than \(ControlSocketPath.pathBytesMax) bytes: \(path)",
                [elsewhere]
            )
        case .silent:
            return lines(
                "perdured took the connection at \(path) and does not answer",
                ["see what it does: systemctl status perdured"]
            )
        case .other(let text):
            return lines("perdured cannot be reached at \(path): \(text)", [elsewhere])
        }
    }
}
