import DurableModel
import Registry

/// Deployments, services and handlers in the shapes of the admin API (registry.md, section 4).
extension JSONWriter {
    /// The members of a deployment but its services, into an object that is open.
    mutating func writeMembers(of deployment: Deployment) {
        member("id", deployment.id.description)
        member("uri", deployment.address.uri)
        member("protocol_type", deployment.mode == .bidiStream ? "BidiStream" : "RequestResponse")
        member("http_version", deployment.httpVersion.rawValue)
        if !deployment.additionalHeaders.isEmpty {
            name("additional_headers")
            beginObject()
            for header in deployment.additionalHeaders { member(header.name, header.value) }
            endObject()
        }
        if !deployment.metadata.isEmpty { member("metadata", deployment.metadata) }
        member("created_at", deployment.createdAt.text(.nanoseconds))
        member("min_protocol_version", deployment.protocolVersions.lowerBound)
        member("max_protocol_version", deployment.protocolVersions.upperBound)
        optionalMember("sdk_version", deployment.sdkVersion)
    }

    /// The array of a deployment's own revisions, whether they are the latest or not.
    mutating func write(servicesOf deployment: Deployment, settings: Settings) {
        beginArray()
        for entry in deployment.services {
            write(entry.service, revision: entry.revision, on: deployment.id, mode: deployment.mode, settings: settings)
        }
        endArray()
    }

    mutating func write(latestOf service: RoutedService, catalog: Catalog, settings: Settings) {
        let latest = service.latest
        write(
            latest.service,
            revision: latest.revision,
            on: latest.deployment,
            mode: catalog.deployment(latest.deployment)?.mode ?? .bidiStream,
            settings: settings
        )
    }

    private mutating func write(
        _ service: Service,
        revision: Int,
        on deployment: DeploymentID,
        mode: ProtocolMode,
        settings: Settings
    ) {
        let options = EffectiveOptions(handler: HandlerOptions(), service: service.options, settings: settings)
        beginObject()
        member("name", service.name)
        member("ty", service.type.wireName)
        name("handlers")
        beginArray()
        for handler in service.handlers { write(handler, of: service) }
        endArray()
        optionalMember("documentation", service.documentation)
        if !service.metadata.isEmpty { member("metadata", service.metadata) }
        member("deployment_id", deployment.description)
        member("revision", revision)
        member("public", options.isPublic)
        member("idempotency_retention", options.idempotencyRetention)
        if service.type == .workflow {
            let run = service.handlers.first { $0.type == .workflowRun }
            let retention = run?.options.workflowCompletionRetention ?? options.workflowCompletionRetention
            member("workflow_completion_retention", retention)
        }
        member("journal_retention", options.journalRetention)
        // A request and its response leave no silence to be measured.
        member("inactivity_timeout", mode == .requestResponse ? .zero : options.inactivityTimeout)
        member("abort_timeout", options.abortTimeout)
        member("enable_lazy_state", options.enableLazyState)
        write(options.retryPolicy)
        if mode == .requestResponse, let timeout = service.options.inactivityTimeout {
            writeInfo(
                code: "RT0021",
                "the inactivity timeout of \(DurationText.normalised(timeout)) has no effect, since the deployment "
                    + "answers each request with one response"
            )
        }
        endObject()
    }

    /// A handler with its own options only; what it does not set is shown by its service.
    mutating func write(_ handler: Handler, of service: Service) {
        let options = handler.options
        beginObject()
        member("name", handler.name)
        optionalMember("ty", handler.type.wireName)
        optionalMember("documentation", handler.documentation)
        if !handler.metadata.isEmpty { member("metadata", handler.metadata) }
        optionalMember("idempotency_retention", options.idempotencyRetention)
        optionalMember("journal_retention", options.journalRetention)
        optionalMember("inactivity_timeout", options.inactivityTimeout)
        optionalMember("abort_timeout", options.abortTimeout)
        if let isLazy = options.enableLazyState { member("enable_lazy_state", isLazy) }
        member("public", !(options.ingressPrivate ?? false) && !(service.options.ingressPrivate ?? false))
        member("input_description", handler.input.summary)
        member("output_description", handler.output.summary)
        if let schema = handler.input.jsonSchema {
            name("input_json_schema")
            raw(schema)
        }
        if let schema = handler.output.jsonSchema {
            name("output_json_schema")
            raw(schema)
        }
        write(options.retryPolicy)
        endObject()
    }

    private mutating func write(_ policy: RetryPolicy) {
        name("retry_policy")
        beginObject()
        member("initial_interval", policy.initialInterval)
        name("exponentiation_factor")
        number(policy.factor)
        name("max_attempts")
        if let attempts = policy.attemptsMax { integer(attempts) } else { null() }
        member("max_interval", policy.intervalMax)
        member("on_max_attempts", policy.onMaxAttempts.wireName)
        endObject()
    }

    /// What a handler sets of a policy; `max_attempts` is there in any case, since clients read it.
    private mutating func write(_ policy: RetryPolicyOptions) {
        name("retry_policy")
        beginObject()
        optionalMember("initial_interval", policy.initialInterval)
        if let factor = policy.factor {
            name("exponentiation_factor")
            number(factor)
        }
        name("max_attempts")
        if let attempts = policy.attemptsMax { integer(max(1, attempts)) } else { null() }
        optionalMember("max_interval", policy.intervalMax)
        optionalMember("on_max_attempts", policy.onMaxAttempts?.wireName)
        endObject()
    }

    private mutating func writeInfo(code: String, _ message: String) {
        name("info")
        beginArray()
        beginObject()
        member("code", code)
        member("message", message)
        endObject()
        endArray()
    }

    private mutating func member(_ name: String, _ value: Interval) {
        member(name, DurationText.normalised(value))
    }

    private mutating func optionalMember(_ name: String, _ value: Interval?) {
        if let value { member(name, value) }
    }
}

extension ServiceType {
    fileprivate var wireName: String {
        switch self {
        case .service: "Service"
        case .virtualObject: "VirtualObject"
        case .workflow: "Workflow"
        }
    }
}

extension HandlerType {
    /// Absent for handlers of plain services.
    fileprivate var wireName: String? {
        switch self {
        case .plain: nil
        case .exclusive: "Exclusive"
        case .shared: "Shared"
        case .workflowRun: "Workflow"
        }
    }
}

extension OnMaxAttempts {
    fileprivate var wireName: String {
        switch self {
        case .pause: "Pause"
        case .kill: "Kill"
        }
    }
}
