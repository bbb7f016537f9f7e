import ControlProtocol

extension CommandTable {
    /// `services list`
    static let listServices = Command(
        "services list",
        "list the latest revision of every service",
        options: [Command.watchOption],
        examples: ["perdure services list"]
    ) { call throws(ClientError) in
        try call.listing(
            ListServices.self,
            empty: "There are no services. Register some: \(program) deployments register URL"
        ) { ServiceRow(service: $0) }
    }
}
