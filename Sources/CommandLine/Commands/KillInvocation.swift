import ControlProtocol

extension CommandTable {
    /// `invocations kill`
    static let killInvocation = Command(
        "invocations kill",
        "end an invocation and those it called, without asking its handler",
        arguments: [Command.Argument("ID", "the id of an invocation, inv_...")],
        examples: ["perdure invocations kill inv_1..."]
    ) { call throws(ClientError) in
        let result = try call.ask(KillInvocation.self, IdentifierParameters(id: call.argument(0)))
        return Rendering(result, Page([.text("Killed \(result.id).")]))
    }
}
