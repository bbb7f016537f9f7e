import DurableModel

/// Everything the daemon can be told, typed: what `ConfigurationTable` has keys for.
///
/// A value made with `init()` holds the defaults, except that the two paths that depend on the surroundings are empty;
/// `ConfigurationLoader` fills them in.
package struct DaemonConfiguration: Sendable, Hashable {
    package var dataDirectory = ""
    package var logLevel = LogLevel.info
    /// How long attempts may go on after a stop was asked for, before they are cut.
    package var shutdownGrace = Interval.seconds(5)

    package var ingressAddress = ListenAddress.loopback(port: 8080)
    /// `nil` when the admin address is switched off; the control socket remains.
    package var adminAddress: ListenAddress? = .loopback(port: 9070)
    /// Whether the admin address, which knows no users, may be one that other machines reach.
    package var adminAllowRemote = false
    package var controlSocket = ""
    /// The group whose members may operate through the control socket, besides root and the daemon's own user.
    package var controlSocketGroup: String?

    /// For a connection to a deployment, its TLS handshake included.
    package var connectTimeout = Interval.seconds(10)
    /// A PEM file of authorities to trust besides those of the system.
    package var extraAuthorities: String?
    /// A PEM file with the key that requests to deployments are signed with.
    package var requestIdentityKeyFile: String?

    /// The highest service protocol version offered to deployments, 5 to 7.
    package var serviceProtocolVersionMax = 7
    package var concurrentAttemptsMax = 1000
    package var inactivityTimeout = Interval.seconds(60)
    package var abortTimeout = Interval.seconds(600)
    package var lazyState = false
    /// Bytes of keys and values up to which a key's whole state goes along with the start of an attempt.
    package var eagerStateBytesMax = 32 << 20

    package var retryInitialInterval = Interval(milliseconds: 500)
    package var retryFactor = 2.0
    package var retryIntervalMax = Interval.seconds(60)
    /// The first attempt included; `nil` is without end.
    package var retryAttemptsMax: Int? = 70
    package var retryOnMaxAttempts = OnMaxAttempts.pause

    package var journalRetention = Interval.hours(24)
    package var idempotencyRetention = Interval.hours(24)
    package var workflowCompletionRetention = Interval.hours(24)

    /// The largest body of a request to the ingress or the admin address.
    package var requestBytesMax = 32 << 20
    /// The largest value in a message of a service.
    package var messageBytesMax = 32 << 20
    /// The largest journal of an invocation.
    package var journalBytesMax = 256 << 20
    /// How many invocations may wait for one key; `nil` is without bound.
    package var inboxLengthMax: Int? = 1_000_000
    /// Bytes of bodies and messages held in memory at once; at this limit reading stops until some have left.
    package var bodyBytesInFlightMax = 256 << 20

    /// What the message around a value of the full size may add, for instance names and ids: a handler can give back
    /// what the ingress let in.
    static let messageEnvelopeBytes = 256 << 10

    package var queryTimeout = Interval.seconds(10)
    package var queryMemoryBytesMax = 256 << 20
    package var queryRowsMax = 1_000_000
    /// How many query workers may run at once.
    package var queryWorkers = 2

    package init() {}

    /// The part of it that the pure rooms know.
    package var settings: Settings {
        var settings = Settings()
        settings.retryPolicy = RetryPolicy(
            initialInterval: retryInitialInterval,
            factor: retryFactor,
            intervalMax: retryIntervalMax,
            attemptsMax: retryAttemptsMax,
            onMaxAttempts: retryOnMaxAttempts
        )
        settings.inactivityTimeout = inactivityTimeout
        settings.abortTimeout = abortTimeout
        settings.journalRetention = journalRetention
        settings.idempotencyRetention = idempotencyRetention
        settings.workflowCompletionRetention = workflowCompletionRetention
        settings.protocolVersionMax = serviceProtocolVersionMax
        settings.attemptsMax = concurrentAttemptsMax
        settings.eagerStateBytesMax = eagerStateBytesMax
        settings.lazyState = lazyState
        settings.messageBytesMax = messageBytesMax + Self.messageEnvelopeBytes
        settings.journalBytesMax = journalBytesMax
        settings.inboxLengthMax = inboxLengthMax
        return settings
    }

    /// What single keys cannot see: settings that do not go together.
    var contradictions: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        if let adminAddress, !adminAddress.isLoopback, !adminAllowRemote {
            problems.append(.remoteAdmin(adminAddress.description))
        }
        if let adminAddress, adminAddress == ingressAddress, adminAddress.port != 0 {
            problems.append(.sameAddress(adminAddress.description))
        }
        return problems
    }
}

/// From which level on records are written.
package enum LogLevel: String, CaseIterable, Sendable {
    case debug
    case info
    case notice
    case warning
    case error
}
