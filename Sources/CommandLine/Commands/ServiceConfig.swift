import ControlProtocol

extension ServiceSettings {
    /// What is set on a service.
    init(_ service: ServiceDetails) {
        self.init()
        isPublic = service.isPublic
        inactivityTimeoutMilliseconds = service.inactivityTimeoutMilliseconds
        abortTimeoutMilliseconds = service.abortTimeoutMilliseconds
        idempotencyRetentionMilliseconds = service.idempotencyRetentionMilliseconds
        journalRetentionMilliseconds = service.journalRetentionMilliseconds
        workflowRetentionMilliseconds = service.workflowRetentionMilliseconds
        retryPolicy = service.retryPolicy
    }
}

extension CommandTable {
    private static let serviceArgument = Command.Argument("NAME", "the name of a service", completes: .services)

    /// `services config view`
    static let viewConfig = Command(
        "services config view",
        "show what is set on a service",
        arguments: [serviceArgument],
        examples: ["perdure services config view Greeter"]
    ) { call throws(ClientError) in
        let service = try call.ask(DescribeService.self, DescribeService.Parameters(name: call.argument(0)))
        return configRendering(service)
    }

    /// `services config set`
    static let setConfig = Command(
        "services config set",
        "set options of a service, until its next revision",
        arguments: [serviceArgument],
        options: [
            Command.Option(
                .visibility,
                value: "WHO",
                "whether the ingress calls it: public or private",
                completes: .words(["public", "private"])
            ),
            Command.Option(.inactivityTimeout, value: "DURATION", "ask a silent handler to suspend after so long"),
            Command.Option(.abortTimeout, value: "DURATION", "cut it off so long after that"),
            Command.Option(.idempotencyRetention, value: "DURATION", "keep results of idempotent calls so long"),
            Command.Option(.journalRetention, value: "DURATION", "keep journals of completed invocations so long"),
            Command.Option(.workflowRetention, value: "DURATION", "keep completed workflows so long"),
            Command.Option(.retryInitialInterval, value: "DURATION", "wait so long before the second attempt"),
            Command.Option(.retryFactor, value: "NUMBER", "wait so many times longer before each further one"),
            Command.Option(.retryMaxInterval, value: "DURATION", "but never longer than so long"),
            Command.Option(.retryMaxAttempts, value: "N", "try so many times"),
            Command.Option(
                .retryOnMaxAttempts,
                value: "WHAT",
                "and then: pause or kill",
                completes: .words(["pause", "kill"])
            ),
        ],
        examples: ["perdure services config set Greeter --visibility private --abort-timeout 2m"]
    ) { call throws(ClientError) in
        let settings = try settings(call)
        guard settings != ServiceSettings() else {
            throw .usage("there is nothing to set", hint: "see: perdure help services config set")
        }
        return try configure(call, settings)
    }

    /// `services config edit`
    static let editConfig = Command(
        "services config edit",
        "edit what is set on a service, as JSON in your editor",
        arguments: [serviceArgument],
        examples: ["perdure services config edit Greeter"]
    ) { call throws(ClientError) in
        let service = try call.ask(DescribeService.self, DescribeService.Parameters(name: call.argument(0)))
        let before = ServiceSettings(service)
        return try call.edited(before) { after throws(ClientError) in
            guard after != before else { return configRendering(service) }
            let settings: ServiceSettings
            do throws(UnsetSetting) {
                settings = try after.changes(from: before)
            } catch {
                throw .failed(
                    "\(error.name) cannot be unset",
                    hint: "give it another value; the next revision begins anew"
                )
            }
            return try configure(call, settings)
        }
    }

    private static func configure(_ call: CommandCall, _ settings: ServiceSettings) throws(ClientError) -> Rendering {
        let parameters = ConfigureService.Parameters(name: call.argument(0), settings: settings)
        return configRendering(try call.ask(ConfigureService.self, parameters))
    }

    private static func configRendering(_ service: ServiceDetails) -> Rendering {
        let settings = ServiceSettings(service)
        let visibility = Page.Field("Visibility", Cell(service.isPublic ? "public" : "private"))
        var page = Page([.fields([visibility] + settingFields(settings).compactMap { $0 })])
        if service.isEdited == true {
            page.add(.note("Set by an operator on revision \(service.revision); the next revision begins anew."))
        }
        return Rendering(settings, page)
    }

    private static func settings(_ call: CommandCall) throws(ClientError) -> ServiceSettings {
        var settings = ServiceSettings()
        switch call.parsed.value(.visibility) {
        case nil: break
        case "public"?: settings.isPublic = true
        case "private"?: settings.isPublic = false
        case let text?: throw .usage("--visibility is public or private, not \"\(text)\"", hint: "say one of the two")
        }
        settings.inactivityTimeoutMilliseconds = try call.duration(.inactivityTimeout)
        settings.abortTimeoutMilliseconds = try call.duration(.abortTimeout)
        settings.idempotencyRetentionMilliseconds = try call.duration(.idempotencyRetention)
        settings.journalRetentionMilliseconds = try call.duration(.journalRetention)
        settings.workflowRetentionMilliseconds = try call.duration(.workflowRetention)
        var policy = RetrySettings()
        policy.initialIntervalMilliseconds = try call.duration(.retryInitialInterval)
        policy.maxIntervalMilliseconds = try call.duration(.retryMaxInterval)
        policy.maxAttempts = try call.number(.retryMaxAttempts, in: 1...Int(UInt32.max))
        if let text = call.parsed.value(.retryFactor) {
            guard let factor = Double(text), factor >= 1, factor.isFinite else {
                throw .usage("--retry-factor must be a number from 1 on, not \"\(text)\"", hint: "for instance: 2")
            }
            policy.factor = factor
        }
        if let text = call.parsed.value(.retryOnMaxAttempts) {
            policy.onMaxAttempts = RetrySettings.End(rawValue: text)
            guard policy.onMaxAttempts != nil else {
                throw .usage("--retry-on-max-attempts is pause or kill, not \"\(text)\"", hint: "say one of the two")
            }
        }
        if policy != RetrySettings() { settings.retryPolicy = policy }
        return settings
    }
}
