import ControlProtocol

extension CommandTable {
    /// Discovery asks the service, with retries of its own, before there is an answer.
    static let registrationTimeoutSeconds = 120

    /// `deployments register`
    static let registerDeployment = Command(
        "deployments register",
        "register the services at an address",
        arguments: [
            Command.Argument("URL", "its address: [http://]HOST:PORT/PATH, https://HOST/PATH or unix:/PATH/OF.sock")
        ],
        options: [
            Command.Option(.force, "read a known address again and overwrite its deployment in place"),
            Command.Option(.breaking, "register it even if that breaks callers of what runs now"),
            Command.Option(.dryRun, "only show what it would change"),
            headerOption, metadataOption,
            Command.Option(.useHTTP11, "call it over HTTP/1.1, one request and response an attempt"),
            Command.Option(.yes, "do not ask; scripts need it where callers see a change"),
        ],
        examples: [
            "perdure deployments register http://localhost:9080",
            "perdure deployments register http://localhost:9080 --dry-run",
            "perdure deployments register unix:/run/greeter/greeter.sock",
            "perdure deployments register https://a.example/v2 --extra-header 'authorization: Bearer abc' --yes",
        ]
    ) { call throws(ClientError) in
        var parameters = RegisterDeployment.Parameters(
            uri: address(call.argument(0)),
            force: call.parsed.has(.force),
            breaking: call.parsed.has(.breaking),
            dryRun: call.parsed.has(.dryRun),
            useHTTP11: call.parsed.has(.useHTTP11),
            additionalHeaders: try call.pairs(.extraHeader, separators: ":="),
            metadata: SourceMetadata.facts(call.surroundings)
                .merging(try call.pairs(.metadata, separators: "=")) { $1 }
        )
        guard !parameters.dryRun, !call.parsed.has(.yes) else {
            let result = try call.ask(RegisterDeployment.self, parameters, timeoutSeconds: registrationTimeoutSeconds)
            return Rendering(result, registrationPage(result, isDryRun: parameters.dryRun, showsChanges: true))
        }
        parameters.dryRun = true
        let plan = try call.ask(RegisterDeployment.self, parameters, timeoutSeconds: registrationTimeoutSeconds)
        if plan.outcome == .unchanged {
            return Rendering(plan, registrationPage(plan, isDryRun: false, showsChanges: false))
        }
        if needsConsent(plan) || call.canAsk && !replaced(by: plan).isEmpty {
            try call.confirm(question(plan), consequences: consequences(of: plan))
        }
        parameters.dryRun = false
        let result = try call.ask(RegisterDeployment.self, parameters, timeoutSeconds: registrationTimeoutSeconds)
        return Rendering(result, registrationPage(result, isDryRun: false, showsChanges: false))
    }

    /// The address that somebody typed; without a scheme it is one of plain HTTP.
    static func address(_ typed: String) -> String {
        typed.contains("://") || typed.hasPrefix("unix:") || typed.hasPrefix("/") ? typed : "http://" + typed
    }

    /// `--extra-header`
    static let headerOption = Command.Option(
        .extraHeader,
        value: "NAME=VALUE",
        "send this header with every request to it",
        isRepeated: true
    )

    /// `--metadata`
    static let metadataOption = Command.Option(
        .metadata,
        value: "NAME=VALUE",
        "remember this about it",
        isRepeated: true
    )

    /// What callers or those in flight meet differently. That new calls go to another deployment is asked only where somebody
    /// can answer: a script that registers a version that looks the same means it.
    private static func needsConsent(_ plan: RegisterDeployment.Result) -> Bool {
        plan.outcome == .overwritten || plan.differences.contains { $0.kind != .added }
    }

    /// The services that were there before, in the revision that they get.
    private static func replaced(by plan: RegisterDeployment.Result) -> [ServiceDetails] {
        let added = Set(plan.differences.filter { $0.kind == .added }.map(\.service))
        return plan.deployment.services.filter { !added.contains($0.name) }
    }

    private static func consequences(of plan: RegisterDeployment.Result) -> Page {
        var page = changesPage(plan.differences, plan.warnings)
        let replaced = replaced(by: plan).map { "\($0.name) (revision \($0.revision))" }
        if !replaced.isEmpty {
            let nothing = plan.differences.isEmpty ? "Nothing that callers see changes. " : ""
            page.add(.text("\(nothing)New calls go to it: \(replaced.joined(separator: ", "))."))
        }
        return page
    }

    private static func question(_ plan: RegisterDeployment.Result) -> String {
        guard plan.outcome == .overwritten else { return "Register \(plan.deployment.uri)?" }
        let inFlight = plan.invocationsInFlight
        let met = inFlight == 0 ? "" : " The new code meets what is in flight (\(inFlight))."
        return "This overwrites \(plan.deployment.id) in place.\(met) Go on?"
    }

    private static func registrationPage(
        _ result: RegisterDeployment.Result,
        isDryRun: Bool,
        showsChanges: Bool
    ) -> Page {
        let deployment = result.deployment
        var page = Page()
        switch (result.outcome, isDryRun) {
        case (.created, false): page.add(.text("Registered \(deployment.uri) as \(deployment.id)."))
        case (.created, true): page.add(.text("\(deployment.uri) can be registered; nothing was done."))
        case (.unchanged, _):
            page.add(.text("\(deployment.uri) is registered already, as \(deployment.id); nothing was done."))
            if deployment.status == .active {
                page.add(.note("To read it again and overwrite it in place, add --force."))
            } else {
                page.add(
                    .note(
                        "New calls do not go to it: to go back to it, remove it once it is drained and register it again."
                    )
                )
            }
        case (.overwritten, false):
            page.add(.text("Overwrote \(deployment.id) with what is at \(deployment.uri) now."))
        case (.overwritten, true):
            page.add(.text("\(deployment.id) can be overwritten with what is at \(deployment.uri); nothing was done."))
        }
        if result.invocationsInFlight > 0 {
            page.add(.text("Invocations in flight that meet the new code: \(result.invocationsInFlight)"))
        }
        page.add(.table(Table(deployment.services.map(ServedServiceRow.init))))
        if showsChanges {
            page.add(changesPage(result.differences.filter { $0.kind != .added }, result.warnings))
        } else {
            page.add(changesPage([], result.warnings))
        }
        return page
    }
}
