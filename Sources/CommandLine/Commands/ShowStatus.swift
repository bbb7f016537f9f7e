import ControlProtocol

extension CommandTable {
    /// `status`
    static let showStatus = Command(
        "status",
        "show how the daemon is and what it has to do",
        options: [Command.watchOption],
        examples: ["perdure status", "perdure status --watch"]
    ) { call throws(ClientError) in
        let status = try call.ask(GetStatus.self, NoParameters())
        return Rendering(status, statusPage(status))
    }

    private static func statusPage(_ status: GetStatus.Result) -> Page {
        let counts = InvocationStatus.allCases.compactMap { kind in
            status.invocations[kind.rawValue].flatMap { $0 > 0 ? "\($0) \(kind.rawValue)" : nil }
        }
        let fields: [Page.Field?] = [
            Page.Field("State", status.state.cell),
            Page.Field("Version", Cell(status.programVersion)),
            Page.Field("Process", Cell(status.processId)),
            Page.Field("Started", Cell(status.startedAt)),
            Page.Field("Data", Cell(status.dataDirectory)),
            Page.Field("Ingress", optional: status.ingressAddress),
            Page.Field("Admin", optional: status.adminAddress),
            Page.Field("Identity", optional: status.requestIdentityPublicKey),
            Page.Field("Deployments", Cell(status.deployments)),
            Page.Field("Services", Cell(status.services)),
            Page.Field("Invocations", Cell(counts.isEmpty ? "none" : counts.joined(separator: ", "))),
        ]
        var page = Page([.fields(fields.compactMap { $0 })])
        for warning in status.warnings { page.add(.text("! \(warning)")) }
        return page
    }
}
