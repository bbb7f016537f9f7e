import ControlProtocol

/// What went wrong, in words: what happened, and what to do next.
enum ErrorText {
    /// How many blocking invocations are shown; the count says how many there are.
    private static let blockersShown = 10

    /// An error in words.
    struct Words: Equatable {
        /// What happened.
        let message: String
        /// What to do about it, each in a sentence.
        let advice: [String]

        init(_ message: String, _ advice: [String] = []) {
            self.message = message
            self.advice = advice
        }
    }

    /// The lines for standard error. `serviceState` asks the service manager, which takes a moment.
    static func page(for error: ClientError, serviceState: () -> String?) -> Page {
        var page = lines(words(for: error, serviceState: serviceState))
        if case .refused(let refusal) = error, let blockers = refusal.data?.blockers { add(blockers, to: &page) }
        return page
    }

    /// What happened and what to do.
    static func words(for error: ClientError, serviceState: () -> String?) -> Words {
        switch error {
        case .usage(let message, let hint), .failed(let message, let hint):
            Words(message, [hint])
        case .unreachable(let path, let reason):
            unreachable(path, reason, serviceState)
        case .refused(let refusal):
            Words(refusal.message, refusal.data?.advice.map { [$0] } ?? [])
        case .noAnswer(let message):
            Words(message, ["whether it was done is not known; look before you repeat it"])
        case .badAnswer(let message):
            Words(
                "the daemon's answer cannot be understood: \(message)",
                ["are \(CommandTable.program) and perdured of the same release? see: \(CommandTable.program) status"]
            )
        case .declined:
            Words("nothing was done")
        case .outputFailed(let reason):
            Words("the output could not be written: \(reason)")
        }
    }

    private static func lines(_ words: Words) -> Page {
        let parts = words.message.split(omittingEmptySubsequences: true) { $0.isNewline }.map(String.init)
        let first = "error: " + (parts.first ?? "the daemon gave no reason")
        return Page(([first] + parts.dropFirst().map { "  " + $0 } + words.advice.map { "  " + $0 }).map { .text($0) })
    }

    private static func add(_ blockers: DeploymentBlockers, to page: inout Page) {
        if !blockers.serving.isEmpty {
            page.add(.text("  it serves the latest revision of: \(blockers.serving.joined(separator: ", "))"))
        }
        if blockers.unfinishedInvocations > 0 {
            page.add(.text("  unfinished invocations: \(blockers.unfinishedInvocations)"))
            let shown = blockers.invocations.prefix(blockersShown)
            page.add(.table(Table(titles: [], rows: shown.map { Self.blocker($0) })))
        }
    }

    private static func blocker(_ invocation: InvocationSummary) -> [Cell] {
        [Cell("    " + invocation.id), Cell(invocation.target), invocation.status.cell]
    }

    private static func unreachable(
        _ path: String,
        _ reason: UnreachableReason,
        _ serviceState: () -> String?
    ) -> Words {
        let start = "start it: sudo systemctl start perdured"
        let elsewhere = "a daemon with another socket: --socket PATH or PERDURE_SOCKET"
        switch reason {
        case .noSocket, .nobodyListens:
            let what = reason == .noSocket ? "there is no socket" : "nobody listens on the socket"
            let message = "perdured cannot be reached: \(what) \(path)"
            guard let state = serviceState() else { return Words(message, ["start it: perdured", elsewhere]) }
            if state == "active" || state == "activating" {
                return Words(message, ["systemd says perdured is \(state); see: systemctl status perdured", elsewhere])
            }
            if state == "failed" {
                return Words(message, ["systemd says perdured has failed; see: journalctl -u perdured -e", elsewhere])
            }
            return Words(message, ["systemd says perdured is \(state)", start, elsewhere])
        case .noPermission:
            return Words(
                "the socket \(path) may not be used by you",
                ["its group may: sudo usermod -aG perdure $USER, then log in again; or use sudo"]
            )
        case .pathTooLong:
            return Words(
                "the path of the socket is longer than \(ControlSocketPath.pathBytesMax) bytes: \(path)",
                [elsewhere]
            )
        case .silent:
            return Words(
                "perdured took the connection at \(path) and does not answer",
                ["see what it does: systemctl status perdured"]
            )
        case .other(let text):
            return Words("perdured cannot be reached at \(path): \(text)", [elsewhere])
        }
    }
}
