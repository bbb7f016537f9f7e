/// What the pure rooms need of the configuration, as values.
package struct Settings: Sendable, Hashable {
    /// The policy that services and handlers without one of their own get.
    package var retryPolicy = RetryPolicy()
    package var inactivityTimeout = Interval.seconds(60)
    package var abortTimeout = Interval.seconds(600)
    package var journalRetention = Interval.hours(24)
    package var idempotencyRetention = Interval.hours(24)
    package var workflowCompletionRetention = Interval.hours(24)
    /// The highest service protocol version offered to deployments, 5 to 7.
    package var protocolVersionMax = 7
    /// How many attempts may run at once.
    package var attemptsMax = 1000
    /// Bytes of keys and values up to which a key's whole state goes along with the start of an attempt.
    package var eagerStateBytesMax = 32 << 20
    /// Whether state is never sent along, but asked for by handlers.
    package var lazyState = false
    /// The largest message of a service, header not counted.
    package var messageBytesMax = 32 << 20
    /// The largest journal of an invocation: payloads, and `journalEntryBytes` more for each entry.
    package var journalBytesMax = 256 << 20
    /// How many invocations may wait for one key before callers from outside are turned away; `nil` is without bound.
    package var inboxLengthMax: Int? = 1_000_000

    package init() {}

    /// What an entry of a journal counts besides its payload: about what its row takes.
    package static let journalEntryBytes = 64

    /// The lowest service protocol version that this server speaks.
    package static let protocolVersionMin = 5
}

/// The options of one handler with every fall-through resolved: handler, then service, then settings.
package struct EffectiveOptions: Sendable, Hashable {
    package var inactivityTimeout: Interval
    package var abortTimeout: Interval
    package var journalRetention: Interval
    package var idempotencyRetention: Interval
    package var workflowCompletionRetention: Interval
    package var enableLazyState: Bool
    package var isPublic: Bool
    package var retryPolicy: RetryPolicy

    package init(handler: HandlerOptions, service: HandlerOptions, settings: Settings) {
        inactivityTimeout = handler.inactivityTimeout ?? service.inactivityTimeout ?? settings.inactivityTimeout
        abortTimeout = handler.abortTimeout ?? service.abortTimeout ?? settings.abortTimeout
        journalRetention = handler.journalRetention ?? service.journalRetention ?? settings.journalRetention
        idempotencyRetention =
            handler.idempotencyRetention ?? service.idempotencyRetention ?? settings.idempotencyRetention
        workflowCompletionRetention =
            handler.workflowCompletionRetention ?? service.workflowCompletionRetention
            ?? settings.workflowCompletionRetention
        enableLazyState = handler.enableLazyState ?? service.enableLazyState ?? settings.lazyState
        isPublic = !(handler.ingressPrivate ?? false) && !(service.ingressPrivate ?? false)
        retryPolicy = settings.retryPolicy.overlaid(with: service.retryPolicy).overlaid(with: handler.retryPolicy)
    }
}
