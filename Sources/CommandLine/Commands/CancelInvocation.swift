import ControlProtocol

extension CommandTable {
    /// `invocations cancel`
    static let cancelInvocation = Command(
        "invocations cancel",
        "ask an invocation to end, as its handler sees fit",
        arguments: [Command.Argument("ID", "the id of an invocation, inv_...")],
        examples: ["perdure invocations cancel inv_1..."]
    ) { call throws(ClientError) in
        let result = try call.ask(CancelInvocation.self, IdentifierParameters(id: call.argument(0)))
        let text =
            result.hasEnded
            ? "Cancelled \(result.id)." : "The cancellation of \(result.id) is on record; its handler ends it."
        return Rendering(result, Page([.text(text)]))
    }
}
