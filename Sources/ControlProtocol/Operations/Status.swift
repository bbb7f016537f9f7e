/// How the daemon is.
package enum GetStatus: ControlOperation {
    package static let method = ControlMethod.status

    package typealias Parameters = NoParameters

    package struct Result: Codable, Hashable, Sendable {
        /// What the daemon does.
        package var state: DaemonState
        /// The version of its program.
        package var programVersion: String
        /// Its process.
        package var processId: Int
        /// When it started.
        package var startedAt: ControlTime
        /// Where its data lies.
        package var dataDirectory: String
        /// `HOST:PORT` of the ingress.
        package var ingressAddress: String?
        /// `HOST:PORT` of the admin API, absent when that is switched off.
        package var adminAddress: String?
        /// The public key with which services check that requests come from this daemon, `publickeyv1_…`; absent when
        /// requests are not signed.
        package var requestIdentityPublicKey: String?
        /// How many deployments are registered.
        package var deployments: Int
        /// How many services they serve.
        package var services: Int
        /// How many invocations there are in each status; a status without any may be absent.
        package var invocations: [String: Int]
        /// What an operator should look at, one sentence each.
        package var warnings: [String]

        /// A status of these facts.
        package init(
            state: DaemonState,
            programVersion: String = ProgramVersion.current,
            processId: Int,
            startedAt: ControlTime,
            dataDirectory: String,
            ingressAddress: String? = nil,
            adminAddress: String? = nil,
            requestIdentityPublicKey: String? = nil,
            deployments: Int,
            services: Int,
            invocations: [InvocationStatus: Int],
            warnings: [String] = []
        ) {
            self.state = state
            self.programVersion = programVersion
            self.processId = processId
            self.startedAt = startedAt
            self.dataDirectory = dataDirectory
            self.ingressAddress = ingressAddress
            self.adminAddress = adminAddress
            self.requestIdentityPublicKey = requestIdentityPublicKey
            self.deployments = deployments
            self.services = services
            self.invocations = Dictionary(uniqueKeysWithValues: invocations.map { ($0.key.rawValue, $0.value) })
            self.warnings = warnings
        }
    }
}

/// What the daemon does.
package enum DaemonState: String, Codable, CaseIterable, Sendable {
    /// Reading its data; nothing is served yet.
    case recovering
    /// Serving.
    case serving
    /// Serving what is under way; the disk is full and new work is refused.
    case storageFull = "storage-full"
    /// Ending.
    case stopping
}
