import ControlProtocol

extension CommandTable {
    /// Discovery asks the service, with retries of its own, before there is an answer.
    private static let registrationTimeoutSeconds = 120

    /// `deployments register`
    static let registerDeployment = Command(
        "deployments register",
        "register the services at an address",
        arguments: [Command.Argument("URL", "the address of the deployment, http://HOST:PORT/PATH")],
        options: [
            Command.Option(.force, "read a known address again and overwrite its deployment in place"),
            Command.Option(.useHTTP11, "call it over HTTP/1.1, one request and response an attempt"),
            Command.Option(.yes, "do not ask before overwriting"),
        ],
        examples: ["perdure deployments register http://localhost:9080"]
    ) { call throws(ClientError) in
        let uri = call.argument(0)
        let force = call.parsed.has(.force)
        if force { try call.confirm("If \(uri) is known, what is in flight on it meets the new code. Go on?") }
        let parameters = RegisterDeployment.Parameters(uri: uri, force: force, useHTTP11: call.parsed.has(.useHTTP11))
        let result = try call.ask(RegisterDeployment.self, parameters, timeoutSeconds: registrationTimeoutSeconds)
        return Rendering(result, registrationPage(result))
    }

    private static func registrationPage(_ result: RegisterDeployment.Result) -> Page {
        let deployment = result.deployment
        var page = Page()
        switch result.outcome {
        case .created:
            page.add(.text("Registered \(deployment.uri) as \(deployment.id)."))
        case .unchanged:
            page.add(.text("\(deployment.uri) is registered already, as \(deployment.id); nothing was done."))
            page.add(.note("To read it again and overwrite it in place, add --force."))
        case .overwritten:
            page.add(.text("Overwrote \(deployment.id) with what is at \(deployment.uri) now."))
        }
        if result.invocationsInFlight > 0 {
            page.add(.text("Invocations in flight that meet the new code: \(result.invocationsInFlight)"))
        }
        page.add(.table(Table(deployment.services.map(ServedServiceRow.init))))
        return page
    }
}
