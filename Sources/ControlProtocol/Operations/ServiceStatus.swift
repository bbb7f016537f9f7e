/// How the work of services stands.
package enum ServiceStatus: ControlOperation {
    package static let method = ControlMethod.servicesStatus

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case name }

        /// The service; absent for all.
        package var name: String?

        /// The service of this name, or all.
        package init(name: String? = nil) { self.name = name }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// Ordered by name.
        package var services: [ServiceWork]

        /// These.
        package init(services: [ServiceWork]) { self.services = services }
    }
}

/// The unfinished work of one service.
package struct ServiceWork: Codable, Hashable, Sendable {
    /// The work of one handler.
    package struct Handler: Codable, Hashable, Sendable {
        package var name: String
        /// How many unfinished invocations are in each status; those without are not in it.
        package var invocations: [String: Int]

        /// So many.
        package init(name: String, invocations: [InvocationStatus: Int]) {
            self.name = name
            self.invocations = Dictionary(uniqueKeysWithValues: invocations.map { ($0.key.rawValue, $0.value) })
        }
    }

    /// A key that invocations wait for.
    package struct BlockedKey: Codable, Hashable, Sendable {
        package var key: String
        /// How many wait.
        package var waiting: Int
        /// The invocation that has it.
        package var holderId: String?

        /// So many wait for this key.
        package init(key: String, waiting: Int, holderId: String?) {
            self.key = key
            self.waiting = waiting
            self.holderId = holderId
        }
    }

    package var name: String
    /// The latest revision; absent for a service that is gone while work of it is not.
    package var revision: Int?
    /// The deployment that serves it.
    package var deploymentId: String?
    /// Ordered by name.
    package var handlers: [Handler]
    /// The oldest that is unfinished.
    package var oldest: BlockerReport?
    /// Those that most wait for first, at most twenty.
    package var blockedKeys: [BlockedKey]

    /// The work of this service.
    package init(
        name: String,
        revision: Int?,
        deploymentId: String?,
        handlers: [Handler],
        oldest: BlockerReport? = nil,
        blockedKeys: [BlockedKey] = []
    ) {
        self.name = name
        self.revision = revision
        self.deploymentId = deploymentId
        self.handlers = handlers
        self.oldest = oldest
        self.blockedKeys = blockedKeys
    }
}
