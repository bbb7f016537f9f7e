/// Every deployment, by pages.
package enum ListDeployments: ControlOperation {
    package static let method = ControlMethod.deploymentsList

    package typealias Parameters = PageParameters

    package struct Result: ListPage {
        /// The newest first.
        package var deployments: [DeploymentSummary]
        package var next: String?

        /// These deployments.
        package init(deployments: [DeploymentSummary], next: String? = nil) {
            self.deployments = deployments
            self.next = next
        }

        package var lines: [DeploymentSummary] {
            get { deployments }
            set { deployments = newValue }
        }
    }
}

/// One deployment with the services it serves.
package enum DescribeDeployment: ControlOperation {
    package static let method = ControlMethod.deploymentsDescribe

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case id, extra }

        package var id: String
        /// Also name invocations that need it. Default: false.
        package var extra: Bool

        /// The deployment of this id.
        package init(id: String, extra: Bool = false) {
            self.id = id
            self.extra = extra
        }

        /// Decodes with the defaults above.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(String.self, forKey: .id)
            extra = try container.decodeIfPresent(Bool.self, forKey: .extra) ?? false
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package typealias Result = DeploymentDetails
}

/// Whether a deployment is still needed.
package enum DeploymentStatus: String, Codable, CaseIterable, Sendable {
    /// It serves the latest revision of at least one service.
    case active
    /// Not active, but there are unfinished invocations that are pinned to it or can only go there.
    case draining
    /// Nothing needs it any more: it can be removed.
    case drained
}

/// A service and the revision of it that a deployment serves.
package struct ServiceRevision: Codable, Hashable, Sendable {
    package var name: String
    package var revision: Int

    /// This revision of this service.
    package init(name: String, revision: Int) {
        self.name = name
        self.revision = revision
    }
}

/// A line of `deployments list`.
package struct DeploymentSummary: Codable, Hashable, Sendable {
    package var id: String
    /// The address it is called at.
    package var uri: String
    package var status: DeploymentStatus
    package var type: DeploymentType
    /// Invocations that are pinned to it or go there as things are, and have not completed.
    package var unfinishedInvocations: Int
    package var createdAt: ControlTime
    /// Ordered by name.
    package var services: [ServiceRevision]

    /// A summary of these facts.
    package init(
        id: String,
        uri: String,
        status: DeploymentStatus,
        type: DeploymentType,
        unfinishedInvocations: Int,
        createdAt: ControlTime,
        services: [ServiceRevision]
    ) {
        self.id = id
        self.uri = uri
        self.status = status
        self.type = type
        self.unfinishedInvocations = unfinishedInvocations
        self.createdAt = createdAt
        self.services = services
    }
}

/// A deployment with all that is known of it.
package struct DeploymentDetails: Codable, Hashable, Sendable {
    package var id: String
    package var uri: String
    package var status: DeploymentStatus
    package var type: DeploymentType
    /// `HTTP/1.1` or `HTTP/2.0`.
    package var httpVersion: String
    package var minProtocolVersion: Int
    package var maxProtocolVersion: Int
    /// What the service says of its SDK, such as `restate-sdk-python/1.3.0`.
    package var sdkVersion: String?
    package var unfinishedInvocations: Int
    package var createdAt: ControlTime
    /// Sent with every request to the deployment.
    package var additionalHeaders: [String: String]
    package var metadata: [String: String]
    /// Ordered by name.
    package var services: [ServiceDetails]
    /// What keeps it from being drained.
    package var drain: DrainReport?
    /// Some of the invocations that need it, the oldest first; only where they were asked for.
    package var blockers: [BlockerReport]?

    /// A deployment of these facts.
    package init(
        id: String,
        uri: String,
        status: DeploymentStatus,
        type: DeploymentType,
        httpVersion: String,
        minProtocolVersion: Int,
        maxProtocolVersion: Int,
        sdkVersion: String? = nil,
        unfinishedInvocations: Int,
        createdAt: ControlTime,
        additionalHeaders: [String: String] = [:],
        metadata: [String: String] = [:],
        services: [ServiceDetails]
    ) {
        self.id = id
        self.uri = uri
        self.status = status
        self.type = type
        self.httpVersion = httpVersion
        self.minProtocolVersion = minProtocolVersion
        self.maxProtocolVersion = maxProtocolVersion
        self.sdkVersion = sdkVersion
        self.unfinishedInvocations = unfinishedInvocations
        self.createdAt = createdAt
        self.additionalHeaders = additionalHeaders
        self.metadata = metadata
        self.services = services
    }
}
