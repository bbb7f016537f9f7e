/// The latest revision of every service, by pages.
package enum ListServices: ControlOperation {
    package static let method = ControlMethod.servicesList

    package typealias Parameters = PageParameters

    package struct Result: ListPage {
        /// Ordered by name.
        package var services: [ServiceSummary]
        package var next: String?

        /// These services.
        package init(services: [ServiceSummary], next: String? = nil) {
            self.services = services
            self.next = next
        }

        package var lines: [ServiceSummary] {
            get { services }
            set { services = newValue }
        }
    }
}

/// One service with its handlers, as its latest revision has it.
package enum DescribeService: ControlOperation {
    package static let method = ControlMethod.servicesDescribe

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case name }

        /// The service's name.
        package var name: String

        /// The service of this name.
        package init(name: String) { self.name = name }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package typealias Result = ServiceDetails
}

/// What kind of service it is, in the words of the manifest.
package enum ServiceFlavor: String, Codable, CaseIterable, Sendable {
    case service = "Service"
    case virtualObject = "VirtualObject"
    case workflow = "Workflow"
}

/// How a deployment exchanges messages, in the words of the manifest.
package enum DeploymentType: String, Codable, CaseIterable, Sendable {
    case bidiStream = "BidiStream"
    case requestResponse = "RequestResponse"
}

/// A line of `services list`.
package struct ServiceSummary: Codable, Hashable, Sendable {
    package var name: String
    /// The latest revision, which new invocations go to.
    package var revision: Int
    package var flavor: ServiceFlavor
    /// Whether the ingress calls it.
    package var isPublic: Bool
    /// How many handlers it has.
    package var handlers: Int
    package var deploymentType: DeploymentType
    /// The deployment that serves the latest revision.
    package var deploymentId: String

    /// A summary of these facts.
    package init(
        name: String,
        revision: Int,
        flavor: ServiceFlavor,
        isPublic: Bool,
        handlers: Int,
        deploymentType: DeploymentType,
        deploymentId: String
    ) {
        self.name = name
        self.revision = revision
        self.flavor = flavor
        self.isPublic = isPublic
        self.handlers = handlers
        self.deploymentType = deploymentType
        self.deploymentId = deploymentId
    }
}

/// One revision of a service with its handlers and its settings. A setting that is absent is the daemon's default.
package struct ServiceDetails: Codable, Hashable, Sendable {
    package var name: String
    package var revision: Int
    package var flavor: ServiceFlavor
    /// Whether the ingress calls it.
    package var isPublic: Bool
    package var deploymentType: DeploymentType
    package var deploymentId: String
    package var documentation: String?
    package var metadata: [String: String]
    package var inactivityTimeoutMilliseconds: Int?
    package var abortTimeoutMilliseconds: Int?
    package var idempotencyRetentionMilliseconds: Int?
    package var journalRetentionMilliseconds: Int?
    package var workflowRetentionMilliseconds: Int?
    package var retryPolicy: RetrySettings?
    /// Whether an operator has set something on it; absent for no.
    package var isEdited: Bool?
    package var handlers: [HandlerDetails]

    /// A revision of these facts, all settings left at their defaults.
    package init(
        name: String,
        revision: Int,
        flavor: ServiceFlavor,
        isPublic: Bool = true,
        deploymentType: DeploymentType,
        deploymentId: String,
        handlers: [HandlerDetails]
    ) {
        self.name = name
        self.revision = revision
        self.flavor = flavor
        self.isPublic = isPublic
        self.deploymentType = deploymentType
        self.deploymentId = deploymentId
        self.metadata = [:]
        self.handlers = handlers
    }
}

/// A handler of a service.
package struct HandlerDetails: Codable, Hashable, Sendable {
    package var name: String
    /// `Exclusive`, `Shared` or `Workflow`; absent for the handlers of plain services.
    package var type: String?
    /// Whether the ingress calls it.
    package var isPublic: Bool
    /// What it takes: a content type, `none`, or `JSON` and the type or title of its schema.
    package var input: String
    /// What it gives back, in the same words.
    package var output: String
    package var documentation: String?

    /// A handler of these facts.
    package init(
        name: String,
        type: String? = nil,
        isPublic: Bool = true,
        input: String,
        output: String,
        documentation: String? = nil
    ) {
        self.name = name
        self.type = type
        self.isPublic = isPublic
        self.input = input
        self.output = output
        self.documentation = documentation
    }
}
