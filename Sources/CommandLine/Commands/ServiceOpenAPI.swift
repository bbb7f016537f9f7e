import ControlProtocol

extension CommandTable {
    /// `services openapi`
    static let serviceOpenAPI = Command(
        "services openapi",
        "print the OpenAPI 3.1 document of a service, with the JSON schemas of its handlers",
        arguments: [Command.Argument("NAME", "the name of a service", completes: .services)],
        examples: ["perdure services openapi Greeter > greeter.json"]
    ) { call throws(ClientError) in
        let result = try call.ask(
            ControlProtocol.ServiceOpenAPI.self,
            ServiceOpenAPI.Parameters(name: call.argument(0))
        )
        return Rendering(verbatim: try Rendering(result.document, Page()).json() ?? "")
    }
}
