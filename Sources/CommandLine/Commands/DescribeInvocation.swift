import ControlProtocol

extension CommandTable {
    /// `invocations describe`
    static let describeInvocation = Command(
        "invocations describe",
        "show an invocation and its journal",
        arguments: [Command.Argument("ID", "the id of an invocation, inv_...")],
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
            Page.Field("Created", Cell(invocation.createdAt.shown)),
            Page.Field("Due", optional: invocation.scheduledStartAt?.shown),
            Page.Field("Running since", optional: invocation.runningAt?.shown),
            Page.Field("Last attempt", optional: invocation.lastStartAt?.shown),
            Page.Field("Next attempt", optional: invocation.nextRetryAt?.shown),
            Page.Field("Modified", optional: invocation.modifiedAt?.shown),
            Page.Field("Completed", optional: invocation.completedAt?.shown),
        ]
        return fields.compactMap { $0 }
    }

    private static func failure(_ invocation: InvocationDetails) -> [Page.Field] {
        let entry = invocation.lastFailureEntry.map { ", at \($0)" } ?? ""
        let code = invocation.lastFailureErrorCode.map { "[\($0)] " } ?? ""
        let fields: [Page.Field?] = [
            Page.Field("Retries", optional: invocation.retryCount.map(String.init)),
            Page.Field("Last failure", optional: invocation.lastFailure.map { code + $0 + entry }, .attention),
            Page.Field("Result", optional: invocation.completionResult),
            Page.Field("Failure", optional: invocation.completionFailure, .bad),
        ]
        return fields.compactMap { $0 }
    }
}
