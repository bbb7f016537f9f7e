import ControlProtocol
import DurableModel
import Operations
import Registry

extension ControlOperations {
    func listServices(_ page: PageParameters, _ reply: ControlReplyHandle) {
        // One more than is shown tells whether there is another page.
        let found = operations.services(after: page.after, limit: page.limit + 1)
        let shown = found.prefix(page.limit)
        let result = ListServices.Result(
            services: shown.map { revision in
                ServiceSummary(
                    name: revision.service.name,
                    revision: revision.revision,
                    flavor: ServiceFlavor(revision.service.type),
                    isPublic: !(revision.service.options.ingressPrivate ?? false),
                    handlers: revision.service.handlers.count,
                    deploymentType: DeploymentType(mode(of: revision)),
                    deploymentId: revision.deployment.description
                )
            },
            next: found.count > page.limit ? shown.last?.service.name : nil
        )
        answer(reply, long: result)
    }

    func describeService(_ name: String) throws(ControlError) -> ServiceDetails {
        let revision: RoutedRevision
        do { revision = try operations.service(name) } catch { throw ControlError(error) }
        return details(of: revision)
    }

    func details(of revision: RoutedRevision) -> ServiceDetails {
        var details = ServiceDetails(
            revision.service,
            revision: revision.revision,
            mode: mode(of: revision),
            deployment: revision.deployment
        )
        if revision.isEdited { details.isEdited = true }
        return details
    }

    private func mode(of revision: RoutedRevision) -> ProtocolMode {
        operations.runtime.catalog.deployment(revision.deployment)?.mode ?? .bidiStream
    }
}

extension ServiceFlavor {
    init(_ type: ServiceType) {
        switch type {
        case .service: self = .service
        case .virtualObject: self = .virtualObject
        case .workflow: self = .workflow
        }
    }
}

extension ServiceDetails {
    init(_ service: Service, revision: Int, mode: ProtocolMode, deployment: DeploymentID) {
        self.init(
            name: service.name,
            revision: revision,
            flavor: ServiceFlavor(service.type),
            isPublic: !(service.options.ingressPrivate ?? false),
            deploymentType: DeploymentType(mode),
            deploymentId: deployment.description,
            handlers: service.handlers.map { HandlerDetails($0, of: service) }
        )
        documentation = service.documentation
        metadata = service.metadata
        inactivityTimeoutMilliseconds = service.options.inactivityTimeout.map { Int($0.milliseconds) }
        abortTimeoutMilliseconds = service.options.abortTimeout.map { Int($0.milliseconds) }
        idempotencyRetentionMilliseconds = service.options.idempotencyRetention.map { Int($0.milliseconds) }
        journalRetentionMilliseconds = service.options.journalRetention.map { Int($0.milliseconds) }
        workflowRetentionMilliseconds = service.options.workflowCompletionRetention.map { Int($0.milliseconds) }
        retryPolicy = RetrySettings(service.options.retryPolicy)
    }
}

extension HandlerDetails {
    init(_ handler: Handler, of service: Service) {
        self.init(
            name: handler.name,
            type: Self.type(of: handler),
            isPublic: !(handler.options.ingressPrivate ?? false) && !(service.options.ingressPrivate ?? false),
            input: handler.input.contentType?.text ?? "none",
            output: handler.output.contentType ?? "none",
            documentation: handler.documentation
        )
    }

    private static func type(of handler: Handler) -> String? {
        switch handler.type {
        case .plain: nil
        case .exclusive: "Exclusive"
        case .shared: "Shared"
        case .workflowRun: "Workflow"
        }
    }
}
