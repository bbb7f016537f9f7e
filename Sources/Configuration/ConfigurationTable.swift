import DurableModel

/// Every key there is, in the order of the file. Reading, flags, `--help`, `--check-config` and the reference page all
/// come from it.
package enum ConfigurationTable {
    package static let keys: [ConfigurationKey] =
        server + faces + deployments + invocations + retry + retention + limits + query

    /// The key of this exact name.
    static func key(named name: some StringProtocol) -> ConfigurationKey? { keysByName[String(name)] }

    private static let keysByName = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })

    /// The room for a path in the address of a Unix socket, the final zero left out.
    private static let socketPathBytesMax = 107
    /// One row of the store holds no more than that, and a message must fit one.
    private static let messageBytesLimit = 512 << 20
    private static let attemptsLimit = 100_000

    private static let server = [
        ConfigurationKey(
            name: "data-dir",
            section: .server,
            kind: .path(\.dataDirectory, bytesMax: ConfigurationKind.pathBytesMax),
            change: .onRestart,
            defaultNote: "`$STATE_DIRECTORY`, else `~/.local/state/perdure`",
            summary: "The directory that holds everything perdured must not lose. It is created when missing."
        ),
        ConfigurationKey(
            "log-level",
            in: .server,
            .choice(\.logLevel, LogLevel.allCases),
            .onReload,
            "Records of this level and above are written."
        ),
        ConfigurationKey(
            "shutdown-grace",
            in: .server,
            .duration(\.shutdownGrace),
            .onReload,
            """
            How long running attempts may go on after a stop was asked for. Then they are cut, which loses nothing and \
            does not count as a failure.
            """
        ),
    ]

    private static let faces = [
        ConfigurationKey(
            "ingress-address",
            in: .ingress,
            .address(\.ingressAddress),
            .onRestart,
            "Where callers reach the services, over HTTP/1.1 and cleartext HTTP/2."
        ),
        ConfigurationKey(
            "admin-address",
            in: .admin,
            .addressOrOff(\.adminAddress),
            .onRestart,
            "Where the admin API and SQL queries are served, without any authentication; `off` serves neither."
        ),
        ConfigurationKey(
            "admin-allow-remote",
            in: .admin,
            .toggle(\.adminAllowRemote),
            .onRestart,
            "Allows an admin address that other machines can reach, and requests whose `Host` is a name other than "
                + "`localhost`. Everybody who reaches it may do everything."
        ),
        ConfigurationKey(
            name: "control-socket",
            section: .control,
            kind: .path(\.controlSocket, bytesMax: socketPathBytesMax),
            change: .onRestart,
            defaultNote: "`control.sock` in `$RUNTIME_DIRECTORY`, else in `perdure` under `$XDG_RUNTIME_DIR`",
            summary: "The Unix socket for the command `perdure`."
        ),
        ConfigurationKey(
            name: "control-socket-group",
            section: .control,
            kind: .name(\.controlSocketGroup),
            change: .onRestart,
            defaultNote: "none",
            summary: "The group whose members may operate invocations and deployments through the control socket."
        ),
    ]

    private static let deployments = [
        ConfigurationKey(
            "connect-timeout",
            in: .deployments,
            .duration(\.connectTimeout, atLeast: millisecond),
            .onRestart,
            "How long a deployment may take to accept a connection, the TLS handshake included."
        ),
        ConfigurationKey(
            name: "extra-ca-file",
            section: .deployments,
            kind: .file(\.extraAuthorities),
            change: .onRestart,
            defaultNote: "none",
            summary: """
                A file of certificates in PEM form: authorities that deployments at `https://` addresses may have their \
                certificates from, besides those that the system trusts.
                """
        ),
        ConfigurationKey(
            name: "request-identity-private-key-pem-file",
            section: .deployments,
            kind: .file(\.requestIdentityKeyFile),
            change: .onRestart,
            defaultNote: "`\(ConfigurationLoader.identityCredential)` in `$CREDENTIALS_DIRECTORY`, else none",
            summary: """
                A PEM file with an Ed25519 private key. Every request to a deployment is signed with it, so that services \
                can tell this server from others; they are configured with the public key, which the log and \
                `perdure status` show.
                """
        ),
    ]

    private static let invocations = [
        ConfigurationKey(
            "service-protocol-version-max",
            in: .invocations,
            .count(\.serviceProtocolVersionMax, 5...7),
            .onReload,
            "The highest version of the service protocol that is used with a deployment that knows it too."
        ),
        ConfigurationKey(
            "max-concurrent-attempts",
            in: .invocations,
            .count(\.concurrentAttemptsMax, 1...attemptsLimit),
            .onReload,
            "How many invocations may be executing at once. Others wait for a place in the order they became ready."
        ),
        ConfigurationKey(
            "inactivity-timeout",
            in: .invocations,
            .duration(\.inactivityTimeout),
            .onReload,
            "After this time without a message in either direction a handler is asked to suspend. Services can set it."
        ),
        ConfigurationKey(
            "abort-timeout",
            in: .invocations,
            .duration(\.abortTimeout),
            .onReload,
            "How long a handler that was asked to suspend may go on silently before its attempt is cut. Services can set it."
        ),
        ConfigurationKey(
            "disable-eager-state",
            in: .invocations,
            .toggle(\.lazyState),
            .onReload,
            "Never sends the state of an object along with the start of an attempt; handlers then ask for what they read."
        ),
        ConfigurationKey(
            "eager-state-size-limit",
            in: .invocations,
            .size(\.eagerStateBytesMax, 0...messageBytesLimit),
            .onReload,
            "The state of an object is sent along with the start of an attempt up to this size."
        ),
    ]

    private static let retry = [
        ConfigurationKey(
            "retry-initial-interval",
            in: .retry,
            .duration(\.retryInitialInterval, atLeast: millisecond),
            .onReload,
            "The pause after the first failed attempt. Services can set it, as all keys of this section."
        ),
        ConfigurationKey(
            "retry-factor",
            in: .retry,
            .factor(\.retryFactor, 1...1000),
            .onReload,
            "By how much each further pause is longer than the one before."
        ),
        ConfigurationKey(
            "retry-interval-max",
            in: .retry,
            .duration(\.retryIntervalMax, atLeast: millisecond),
            .onReload,
            "The longest pause between two attempts, jitter not counted."
        ),
        ConfigurationKey(
            "retry-attempts-max",
            in: .retry,
            .countOrUnlimited(\.retryAttemptsMax, 1...1_000_000),
            .onReload,
            "How many attempts there are, the first one included, before `retry-on-max-attempts` applies."
        ),
        ConfigurationKey(
            "retry-on-max-attempts",
            in: .retry,
            .choice(\.retryOnMaxAttempts, [.pause, .kill]),
            .onReload,
            "What happens to an invocation after its last attempt: it waits for an operator, or ends with the failure."
        ),
    ]

    private static let retention = [
        ConfigurationKey(
            "journal-retention",
            in: .retention,
            .duration(\.journalRetention),
            .onReload,
            "How long the journal of a completed invocation is kept. Services can set it, as all keys of this section."
        ),
        ConfigurationKey(
            "idempotency-retention",
            in: .retention,
            .duration(\.idempotencyRetention),
            .onReload,
            "How long an idempotency key answers with the result of its first call."
        ),
        ConfigurationKey(
            "workflow-completion-retention",
            in: .retention,
            .duration(\.workflowCompletionRetention),
            .onReload,
            "How long the result of a workflow is kept."
        ),
    ]

    private static let limits = [
        ConfigurationKey(
            "request-size-limit",
            in: .limits,
            .size(\.requestBytesMax, 1024...messageBytesLimit),
            .onReload,
            "The largest body of a request to the ingress. A larger one gets status 413."
        ),
        ConfigurationKey(
            "message-size-limit",
            in: .limits,
            .size(\.messageBytesMax, 1024...messageBytesLimit),
            .onReload,
            "The largest value in a message of a service. A larger message fails its attempt."
        ),
        ConfigurationKey(
            "journal-size-limit",
            in: .limits,
            .size(\.journalBytesMax, (1 << 20)...(64 << 30)),
            .onReload,
            "How large the journal of an invocation may grow, 64 bytes counted for each entry. One that would grow larger fails its attempt."
        ),
        ConfigurationKey(
            "inbox-length-max",
            in: .limits,
            .countOrUnlimited(\.inboxLengthMax, 1...1_000_000_000),
            .onReload,
            "How many invocations may wait for one key of an object. Further calls from outside get status 429."
        ),
        ConfigurationKey(
            "body-bytes-in-flight-max",
            in: .limits,
            .size(\.bodyBytesInFlightMax, (1 << 20)...(64 << 30)),
            .onRestart,
            "How much of bodies and messages is held in memory at once. At the limit reading stops until some have left."
        ),
    ]

    private static let query = [
        ConfigurationKey(
            "query-timeout",
            in: .query,
            .duration(\.queryTimeout, atLeast: millisecond),
            .onReload,
            "How long a query may take. Then its worker is ended and the query refused."
        ),
        ConfigurationKey(
            "query-memory-max",
            in: .query,
            .size(\.queryMemoryBytesMax, (16 << 20)...(64 << 30)),
            .onRestart,
            "How much memory a query worker may take. One that needs more is ended and its query refused."
        ),
        ConfigurationKey(
            "query-rows-max",
            in: .query,
            .count(\.queryRowsMax, 1...1_000_000_000),
            .onReload,
            "How many rows the answer to a query may have. One of more ends there with an error."
        ),
        ConfigurationKey(
            "query-workers",
            in: .query,
            .count(\.queryWorkers, 1...64),
            .onRestart,
            "How many queries may run at once. Others wait. The lists of perdure have a process of their own."
        ),
    ]

    private static let millisecond = Interval(milliseconds: 1)
}

extension ConfigurationKey {
    /// A key whose default is the one of `DaemonConfiguration`.
    fileprivate init(
        _ name: String,
        in section: ConfigurationSection,
        _ kind: ConfigurationKind,
        _ change: ChangeTakesEffect,
        _ summary: String
    ) {
        self.init(name: name, section: section, kind: kind, change: change, defaultNote: nil, summary: summary)
    }
}
