import ControlProtocol

/// The verbs on invocations: on some by id, or on all that a filter matches.
extension CommandTable {
    /// `invocations cancel`
    static let cancelInvocations = operation(.cancel, "cancel", "ask invocations to end, as their handlers see fit")
    /// `invocations kill`
    static let killInvocations = operation(
        .kill,
        "kill",
        "end invocations and those they called, without asking their handlers"
    )
    /// `invocations pause`
    static let pauseInvocations = operation(.pause, "pause", "stop invocations until they are resumed")
    /// `invocations resume`
    static let resumeInvocations = operation(
        .resume,
        "resume",
        "let paused, suspended or backing-off invocations go on",
        options: [onOption],
        example: "perdure invocations resume --deployment dp_1... --status paused --on latest"
    )
    /// `invocations purge`
    static let purgeInvocations = operation(.purge, "purge", "remove what is kept of completed invocations")
    /// `invocations purge-journal`
    static let purgeJournals = operation(
        .purgeJournal,
        "purge-journal",
        "remove the journals of completed invocations and keep their results"
    )
    /// `invocations restart`
    static let restartInvocations = operation(
        .restartAsNew,
        "restart",
        "make new invocations of completed ones",
        options: [
            Command.Option(.from, value: "INDEX", "take over the journal up to this entry, instead of the input only"),
            onOption,
        ],
        example: "perdure invocations restart inv_1... --from 3"
    )

    private static let onOption = Command.Option(
        .on,
        value: "DEPLOYMENT",
        "go on there: keep (where it is), latest, or the id of a deployment",
        completes: .places
    )

    private static func operation(
        _ operation: OperationName,
        _ verb: String,
        _ summary: String,
        options: [Command.Option] = [],
        example: String? = nil
    ) -> Command {
        Command(
            "invocations \(verb)",
            summary,
            arguments: [
                Command.Argument(
                    "ID",
                    "the ids of invocations, inv_...; or say which by options",
                    isOptionalList: true,
                    completes: .invocations
                )
            ],
            options: options + InvocationChoice.options + [
                Command.Option(.dryRun, "only count them"),
                Command.Option(.continuing, value: "CURSOR", "go on where an earlier run was broken off"),
                Command.Option(.yes, "do not ask before doing it to all that the options match"),
            ],
            examples: [
                "perdure invocations \(verb) inv_1...", example ?? "perdure invocations \(verb) --service Greeter",
            ]
        ) { call throws(ClientError) in
            let run = OperationRun(call: call, operation: operation, verb: verb)
            return try run.perform()
        }
    }
}

/// One run of a verb.
private struct OperationRun {
    let call: CommandCall
    let operation: OperationName
    let verb: String

    func perform() throws(ClientError) -> Rendering {
        let ids = call.parsed.arguments
        let choice = try InvocationChoice.selection(call)
        if !ids.isEmpty, choice != nil {
            throw .usage("ids and options that choose invocations exclude each other", hint: "say which in one way")
        }
        if let choice { return try operate(onAll: choice) }
        guard let id = ids.first else {
            throw .usage(
                "invocations \(verb) needs ids, or options that say which",
                hint: "for instance: perdure invocations \(verb) --service Greeter"
            )
        }
        return ids.count == 1 && !call.parsed.has(.dryRun) ? try operate(on: id) : try operate(onEach: ids)
    }

    private func operate(on id: String) throws(ClientError) -> Rendering {
        let result = try call.ask(
            OperateInvocation.self,
            OperateInvocation.Parameters(
                operation: operation,
                id: id,
                deployment: call.parsed.value(.on),
                from: try from()
            )
        )
        return Rendering(result, Page([.text(Self.sentence(result))]))
    }

    private func operate(onEach ids: [String]) throws(ClientError) -> Rendering {
        var parameters = try parameters()
        parameters.ids = ids
        return rendering(try call.ask(OperateInvocations.self, parameters))
    }

    private func operate(onAll selection: InvocationSelection) throws(ClientError) -> Rendering {
        var parameters = try parameters()
        parameters.filter = selection
        parameters.cursor = call.parsed.value(.continuing)
        parameters.dryRun = true
        var count = try call.ask(OperateInvocations.self, parameters)
        if call.parsed.has(.dryRun) { return rendering(count) }
        guard count.matched > 0 else {
            // Nothing is left to do: that is what a run comes to, too.
            count.isDryRun = false
            return rendering(count)
        }
        try call.confirm("\(verb) \(count.matched) invocation\(count.matched == 1 ? "" : "s")?")
        parameters.dryRun = false
        let bar = ProgressBar(call.surroundings)
        var cursor: String?
        defer { bar.clear() }
        do throws(ClientError) {
            let result = try call.ask(OperateInvocations.self, parameters) { payload in
                guard let progress = try? payload.parameters(BatchProgress.self) else { return }
                cursor = progress.cursor ?? cursor
                let note = progress.refused == 0 ? verb : "\(verb), \(progress.refused) refused"
                bar.show(done: progress.matched, of: count.matched, note)
            }
            return rendering(result)
        } catch {
            if let cursor { call.door.warn("it was broken off; to go on, repeat it with --continue \(cursor)") }
            throw error
        }
    }

    private func parameters() throws(ClientError) -> OperateInvocations.Parameters {
        var parameters = OperateInvocations.Parameters(
            operation: operation,
            deployment: call.parsed.value(.on),
            from: try from()
        )
        parameters.dryRun = call.parsed.has(.dryRun)
        return parameters
    }

    private func from() throws(ClientError) -> Int { try call.number(.from, in: 0...Int(UInt32.max)) ?? 0 }

    // MARK: What is shown

    private func rendering(_ result: OperateInvocations.Result) -> Rendering {
        var page = Page()
        if result.matched == 0 {
            page.add(.note("There are no such invocations."))
        } else if result.isDryRun {
            page.add(.text("Invocations that it would be tried on: \(result.matched)"))
        } else {
            page.add(.text("\(verb): \(result.succeeded) done, \(result.refused) refused."))
        }
        if !result.restarted.isEmpty {
            let rows = result.restarted.map { [Cell($0.id), Cell($0.newId)] }
            page.add(.table(Table(titles: ["ID", "NEW ID"], rows: rows)))
        }
        if !result.refusals.isEmpty {
            let rows = result.refusals.map { [Cell($0.id), Cell($0.error.message, .bad)] }
            page.add(.table(Table(titles: ["REFUSED", "WHY"], rows: rows)))
        }
        if result.refusals.count < result.refused {
            page.add(.note("Not all refusals are listed."))
        }
        return Rendering(result, page, exitCode: result.refused == 0 ? .done : .failed)
    }

    private static func sentence(_ result: OperateInvocation.Result) -> String {
        let id = result.id
        return switch result.outcome {
        case .cancelRequested: "The cancellation of \(id) is on record; its handler ends it."
        case .pauseRequested: "\(id) is paused, or will be as soon as it comes to rest."
        case .ended: "\(id) had not begun, and is over."
        case .killed: "Killed \(id)."
        case .alreadyPaused: "Nothing of \(id) runs; it stays as it is."
        case .resumed: "\(id) goes on."
        case .purged: "Purged \(id)."
        case .journalPurged: "Purged the journal of \(id)."
        case .restarted: "Restarted \(id) as \(result.newId ?? "a new invocation")."
        }
    }
}
