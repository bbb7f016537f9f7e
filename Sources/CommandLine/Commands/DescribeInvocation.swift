import ControlProtocol

extension CommandTable {
    /// `invocations describe`
    static let describeInvocation = Command(
        "invocations describe",
        "show an invocation and its journal",
        arguments: [Command.Argument("ID", "the id of an invocation, inv_...", completes: .invocations)],
        options: [Command.watchOption],
        examples: ["perdure invocations describe inv_1..."]
    ) { call throws(ClientError) in
        let invocation = try call.ask(DescribeInvocation.self, IdentifierParameters(id: call.argument(0)))
        return Rendering(invocation, invocationPage(invocation))
    }

    private static func invocationPage(_ invocation: InvocationDetails) -> Page {
        var page = Page([.fields(facts(invocation) + times(invocation) + failure(invocation))])
        guard !invocation.journal.isEmpty else { return page }
        page.add(.heading("Journal"))
        page.add(.table(Table(invocation.journal.map(JournalEntryRow.init))))
        if invocation.journalSize > invocation.journal.count {
            page.add(.note("The journal has \(invocation.journalSize) entries; not all are shown."))
        }
        return page
    }

    private static func facts(_ invocation: InvocationDetails) -> [Page.Field] {
        let caller = [invocation.invokedBy, invocation.invokedByTarget, invocation.invokedById].compactMap { $0 }
        let fields: [Page.Field?] = [
            Page.Field("ID", Cell(invocation.id)),
            Page.Field("Target", Cell(invocation.target)),
            Page.Field("Flavor", Cell(invocation.flavor.rawValue)),
            Page.Field("Status", invocation.status.cell),
            Page.Field("Deployment", optional: invocation.deploymentId),
            Page.Field("Protocol version", optional: invocation.protocolVersion.map(String.init)),
            Page.Field("Invoked by", optional: caller.isEmpty ? nil : caller.joined(separator: " ")),
            Page.Field("Idempotency key", optional: invocation.idempotencyKey),
        ]
        return fields.compactMap { $0 }
    }

    private static func times(_ invocation: InvocationDetails) -> [Page.Field] {
        let fields: [Page.Field?] = [
            Page.Field("Created", Cell(invocation.createdAt)),
            Page.Field("Due", time: invocation.scheduledStartAt),
            Page.Field("Running since", time: invocation.runningAt),
            Page.Field("Last attempt", time: invocation.lastStartAt),
            Page.Field("Next attempt", time: invocation.nextRetryAt),
            Page.Field("Modified", time: invocation.modifiedAt),
            Page.Field("Completed", time: invocation.completedAt),
        ]
        return fields.compactMap { $0 }
    }

    private static func failure(_ invocation: InvocationDetails) -> [Page.Field] {
        let code = invocation.lastFailureErrorCode.map { "[\($0)] " } ?? ""
        let fields: [Page.Field?] = [
            Page.Field("Waits for", optional: invocation.waitsFor),
            Page.Field("Attempts", optional: invocation.retryCount.map(String.init)),
            Page.Field("Last failure", optional: invocation.lastFailure.map { code + $0 }, .attention),
            Page.Field("Failed at", optional: invocation.lastFailureEntry),
            Page.Field("Result", optional: invocation.completionResult),
            Page.Field("Failure", optional: invocation.completionFailure, .bad),
        ]
        return fields.compactMap { $0 }
    }
}
