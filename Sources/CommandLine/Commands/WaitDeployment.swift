import ControlProtocol

extension CommandTable {
    /// For a wait without end: longer than anybody waits.
    private static let endlessSeconds = 10 * 365 * 86_400
    /// What an answer may take beyond the wait.
    private static let answerSeconds = 30

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
        let bar = ProgressBar(call.surroundings)
        var most = 0
        var told = ""
        let result = try call.ask(
            ControlProtocol.WaitDeployment.self,
            WaitDeployment.Parameters(id: call.argument(0), timeoutMilliseconds: timeout),
            timeoutSeconds: timeout.map { $0 / 1_000 + answerSeconds } ?? endlessSeconds
        ) { payload in
            guard let report = try? payload.parameters(DrainReport.self), report.status != .drained else { return }
            most = max(most, report.unfinishedInvocations)
            let note = progressNote(report)
            if call.surroundings.errorIsTerminal {
                bar.show(done: most - report.unfinishedInvocations, of: most, note)
            } else if !call.parsed.has(.json), note != told {
                told = note
                call.surroundings.write(.error, TerminalText.safe(note) + "\n")
            }
        }
        bar.clear()
        if result.isDrained { return Rendering(result, Page([.text("\(result.id) is drained.")])) }
        var page = Page([.text("\(result.id) is not drained yet: \(progressNote(result.progress)).")])
        page.add(workTable(result.progress.work))
        return Rendering(result, page, exitCode: .failed)
    }

    private static func progressNote(_ report: DrainReport) -> String {
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
