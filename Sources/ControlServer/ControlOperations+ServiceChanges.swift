import ControlProtocol
import DurableModel
import Engine
import Operations
import Registry

/// Settings of services, and how their work stands.
extension ControlOperations {
    func configure(
        _ parameters: ConfigureService.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) {
        let configuration = ServiceConfiguration(parameters.settings)
        operations.configure(parameters.name, configuration, by: actor) { [self] result in
            answer(reply, result) { details(of: $0) }
        }
    }

    func serviceStatus(_ name: String?, _ reply: ControlReplyHandle) {
        operations.serviceStatus(name) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let views):
                answer(reply, long: ServiceStatus.Result(services: views.map { ServiceWork($0) }))
            }
        }
    }
}

extension ServiceConfiguration {
    fileprivate init(_ settings: ServiceSettings) {
        self.init()
        isPublic = settings.isPublic
        inactivityTimeout = Self.interval(settings.inactivityTimeoutMilliseconds)
        abortTimeout = Self.interval(settings.abortTimeoutMilliseconds)
        idempotencyRetention = Self.interval(settings.idempotencyRetentionMilliseconds)
        journalRetention = Self.interval(settings.journalRetentionMilliseconds)
        workflowCompletionRetention = Self.interval(settings.workflowRetentionMilliseconds)
        guard let policy = settings.retryPolicy else { return }
        retryPolicy = RetryPolicyOptions(
            initialInterval: Self.interval(policy.initialIntervalMilliseconds),
            factor: policy.factor,
            intervalMax: Self.interval(policy.maxIntervalMilliseconds),
            attemptsMax: policy.maxAttempts,
            onMaxAttempts: policy.onMaxAttempts.flatMap { OnMaxAttempts(rawValue: $0.rawValue) }
        )
    }

    private static func interval(_ milliseconds: Int?) -> Interval? {
        milliseconds.map { Interval(milliseconds: Int64($0)) }
    }
}

extension RetrySettings {
    /// The parts that are set; nil if none is.
    init?(_ options: RetryPolicyOptions) {
        guard !options.isEmpty else { return nil }
        self.init()
        initialIntervalMilliseconds = options.initialInterval.map { Int($0.milliseconds) }
        factor = options.factor
        maxIntervalMilliseconds = options.intervalMax.map { Int($0.milliseconds) }
        maxAttempts = options.attemptsMax
        onMaxAttempts = options.onMaxAttempts.flatMap { End(rawValue: $0.rawValue) }
    }
}

extension ServiceWork {
    fileprivate init(_ view: ServiceStatusView) {
        self.init(
            name: view.service,
            revision: view.latest?.revision,
            deploymentId: view.latest?.deployment.description,
            handlers: view.handlers.map { work in
                let counts = work.counts.compactMap { status, count in
                    ControlProtocol.InvocationStatus(rawValue: status.name).map { ($0, count) }
                }
                return Handler(
                    name: work.handler,
                    invocations: Dictionary(counts.filter { $0.1 > 0 }, uniquingKeysWith: +)
                )
            },
            oldest: view.oldest.flatMap { oldest in
                guard let status = ControlProtocol.InvocationStatus(rawValue: oldest.status),
                    let createdAt = ControlTime(parsing: oldest.createdAt)
                else { return nil }
                return BlockerReport(id: oldest.id, target: oldest.target, status: status, createdAt: createdAt)
            },
            blockedKeys: view.blockedKeys.map {
                BlockedKey(key: $0.key, waiting: $0.waiting, holderId: $0.holder)
            }
        )
    }
}
