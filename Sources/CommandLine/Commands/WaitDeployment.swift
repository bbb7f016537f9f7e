import ControlProtocol

extension CommandTable {
    /// `deployments wait`
    static let waitDeployment = Command(
        "deployments wait",
        "wait until nothing needs a deployment any more",
        arguments: [Command.Argument("ID", "the id of a deployment, dp_...", completes: .deployments)],
        options: [
            Command.Option(.waitFor, value: "STATUS", "what to wait for: drained", completes: .words(["drained"])),
            Command.Option(.timeout, value: "DURATION", "give up after so long, with exit status 1"),
        ],
        examples: ["perdure deployments wait dp_1... --for drained --timeout 30m"]
    ) { call throws(ClientError) in
        if let status = call.parsed.value(.waitFor), status != DeploymentStatus.drained.rawValue {
            throw .usage("nobody can wait for \"\(status)\"", hint: "wait for: drained")
        }
        let timeout = try call.duration(.timeout)
        let wait = DrainWait(call: call, timeoutMilliseconds: timeout)
        let result = try wait.end()
        if result.isDrained { return Rendering(result, Page([.text("\(result.id) is drained.")])) }
        var page = Page([.text("\(result.id) is not drained yet: \(progressNote(result.progress)).")])
        page.add(workTable(result.progress.work))
        return Rendering(result, page, exitCode: .failed)
    }

    fileprivate static func progressNote(_ report: DrainReport) -> String {
        guard report.serving.isEmpty else {
            return "active: it serves the latest revision of \(report.serving.joined(separator: ", "))"
        }
        return "\(report.status.rawValue): \(report.unfinishedInvocations) unfinished invocations need it"
    }

    /// Unfinished work by service, handler and status.
    static func workTable(_ work: [WorkReport]) -> Page.Block {
        let rows = work.map {
            [
                Cell($0.service), Cell($0.handler), $0.status.cell, Cell($0.count),
                Cell($0.isPinned ? "pinned" : "can only start here"),
            ]
        }
        return .table(Table(titles: ["SERVICE", "HANDLER", "STATUS", "COUNT", "WHY"], rows: rows))
    }
}

/// A wait for one deployment, over as many connections as it takes: it only looks, so that a daemon that restarts
/// meanwhile is asked again.
private final class DrainWait {
    /// For a wait without end: longer than anybody waits.
    private static let endlessSeconds = 10 * 365 * 86_400
    /// What an answer may take beyond the wait.
    private static let answerSeconds = 30
    /// Between two attempts to reach a daemon that went away.
    private static let retryMilliseconds = 1_000

    private let call: CommandCall
    private let timeoutMilliseconds: Int?
    private let deadline: Deadline?
    private let bar: ProgressBar
    private var most = 0
    private var told = ""
    private var hasBegun = false

    init(call: CommandCall, timeoutMilliseconds: Int?) {
        self.call = call
        self.timeoutMilliseconds = timeoutMilliseconds
        deadline = timeoutMilliseconds.map { Deadline(millisecondsFromNow: $0) }
        bar = ProgressBar(call.surroundings)
    }

    /// What it came to in the end.
    func end() throws(ClientError) -> WaitDeployment.Result {
        defer { bar.clear() }
        var left = timeoutMilliseconds
        while true {
            do throws(ClientError) {
                return try ask(left)
            } catch {
                guard hasBegun, Self.mayBeRestart(error) else { throw error }
                tell("the daemon went away; waiting for it")
                call.disconnect()
                guard deadline.map({ $0.milliseconds > 0 }) ?? true,
                    call.surroundings.sleep(min(Self.retryMilliseconds, deadline?.milliseconds ?? .max))
                else { throw error }
                left = deadline?.milliseconds
            }
        }
    }

    private func ask(_ milliseconds: Int?) throws(ClientError) -> WaitDeployment.Result {
        try call.ask(
            WaitDeployment.self,
            WaitDeployment.Parameters(id: call.argument(0), timeoutMilliseconds: milliseconds),
            timeoutSeconds: milliseconds.map { $0 / 1_000 + Self.answerSeconds } ?? Self.endlessSeconds
        ) { [self] payload in
            hasBegun = true
            guard let report = try? payload.parameters(DrainReport.self), report.status != .drained else { return }
            most = max(most, report.unfinishedInvocations)
            let note = CommandTable.progressNote(report)
            if call.surroundings.errorIsTerminal {
                bar.show(done: most - report.unfinishedInvocations, of: most, note)
            } else {
                tell(note)
            }
        }
    }

    /// Says it once, to people.
    private func tell(_ note: String) {
        guard !call.parsed.has(.json), note != told else { return }
        told = note
        bar.clear()
        call.surroundings.write(.error, TerminalText.safe(note) + "\n")
    }

    private static func mayBeRestart(_ error: ClientError) -> Bool {
        switch error {
        case .noAnswer: true
        case .unreachable(_, let reason): [.noSocket, .nobodyListens, .silent].contains(reason)
        case .refused(let refusal):
            [ControlErrorCode.stopping, .notReady].map(\.rawValue).contains(refusal.code)
        case .usage, .badAnswer, .declined, .failed, .outputFailed: false
        }
    }
}
