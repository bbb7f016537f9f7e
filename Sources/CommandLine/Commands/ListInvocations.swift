import ControlProtocol

extension CommandTable {
    /// `invocations list`
    static let listInvocations = Command(
        "invocations list",
        "list invocations that have not completed, the newest first",
        options: [
            Command.Option(.service, value: "NAME", "only those of this service", completes: .services),
            Command.Option(.key, value: "KEY", "only those of this key"),
            Command.Option(.handler, value: "NAME", "only those of this handler", completes: .handlers),
            Command.Option(
                .deployment,
                value: "ID",
                "only those pinned to this deployment",
                completes: .deployments
            ),
            Command.Option(
                .status,
                value: "STATUS,...",
                "only those in one of these statuses",
                isRepeated: true,
                completes: .statuses
            ),
            Command.Option(.zombie, "only those whose deployment is gone"),
            Command.Option(.all, "also those that have completed"),
            Command.Option(
                .limit,
                value: "N",
                "at most so many, instead of \(ControlProtocol.ListInvocations.limitDefault)"
            ),
            Command.watchOption,
        ],
        examples: [
            "perdure invocations list --service Greeter", "perdure invocations list --status running,backing-off",
        ]
    ) { call throws(ClientError) in
        let result = try call.ask(ListInvocations.self, try invocationFilters(call))
        var page = Page()
        if result.invocations.isEmpty {
            page.add(.note("There are no such invocations."))
        } else {
            page.add(.table(Table(result.invocations.map(InvocationRow.init))))
        }
        if result.isTruncated { page.add(.note("There are more; raise --limit, or say which with --service.")) }
        return Rendering(result, page)
    }

    private static func invocationFilters(_ call: CommandCall) throws(ClientError) -> ListInvocations.Parameters {
        let limits = 1...ListInvocations.limitMax
        return ListInvocations.Parameters(
            statuses: try statuses(call),
            service: call.parsed.value(.service),
            key: call.parsed.value(.key),
            handler: call.parsed.value(.handler),
            deploymentId: call.parsed.value(.deployment),
            isZombie: call.parsed.has(.zombie),
            limit: try call.number(.limit, in: limits) ?? ListInvocations.limitDefault
        )
    }

    private static func statuses(_ call: CommandCall) throws(ClientError) -> [InvocationStatus] {
        let given = try InvocationChoice.statuses(call.parsed)
        guard given.isEmpty, !call.parsed.has(.all) else { return given }
        return InvocationStatus.allCases.filter { $0 != .completed }
    }
}
