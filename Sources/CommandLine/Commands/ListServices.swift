import ControlProtocol

extension CommandTable {
    /// `services list`
    static let listServices = Command(
        "services list",
        "list the latest revision of every service",
        options: [Command.watchOption],
        examples: ["perdure services list"]
    ) { call throws(ClientError) in
        let result = try call.ask(ListServices.self, NoParameters())
        guard !result.services.isEmpty else {
            return Rendering(
                result,
                Page([.note("There are no services. Register some: \(program) deployments register URL")])
            )
        }
        return Rendering(result, Page([.table(Table(result.services.map(ServiceRow.init)))]))
    }
}
