/// Sets options of the latest revision of a service. They last until its next revision.
package enum ConfigureService: ControlOperation {
    package static let method = ControlMethod.servicesConfigure

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case name, settings }

        /// The service's name.
        package var name: String
        /// What is to be set; what is absent stays as it is.
        package var settings: ServiceSettings

        /// These settings for this service.
        package init(name: String, settings: ServiceSettings) {
            self.name = name
            self.settings = settings
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package typealias Result = ServiceDetails
}

/// What can be set on a service.
package struct ServiceSettings: Codable, Hashable, Sendable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case isPublic, inactivityTimeoutMilliseconds, abortTimeoutMilliseconds, idempotencyRetentionMilliseconds
        case journalRetentionMilliseconds, workflowRetentionMilliseconds, retryPolicy
    }

    /// Whether the ingress calls it.
    package var isPublic: Bool?
    package var inactivityTimeoutMilliseconds: Int?
    package var abortTimeoutMilliseconds: Int?
    package var idempotencyRetentionMilliseconds: Int?
    package var journalRetentionMilliseconds: Int?
    /// Of workflows only.
    package var workflowRetentionMilliseconds: Int?
    package var retryPolicy: RetrySettings?

    /// Nothing set.
    package init() {}

    /// Decodes; what is absent is not set.
    package init(from decoder: any Decoder) throws {
        try MemberFault.check(decoder, CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isPublic = try container.decodeIfPresent(Bool.self, forKey: .isPublic)
        inactivityTimeoutMilliseconds = try container.decodeIfPresent(Int.self, forKey: .inactivityTimeoutMilliseconds)
        abortTimeoutMilliseconds = try container.decodeIfPresent(Int.self, forKey: .abortTimeoutMilliseconds)
        idempotencyRetentionMilliseconds =
            try container.decodeIfPresent(Int.self, forKey: .idempotencyRetentionMilliseconds)
        journalRetentionMilliseconds = try container.decodeIfPresent(Int.self, forKey: .journalRetentionMilliseconds)
        workflowRetentionMilliseconds = try container.decodeIfPresent(Int.self, forKey: .workflowRetentionMilliseconds)
        if container.contains(.retryPolicy) {
            try MemberFault.check(container.superDecoder(forKey: .retryPolicy), RetrySettings.memberNames)
        }
        retryPolicy = try container.decodeIfPresent(RetrySettings.self, forKey: .retryPolicy)
        let durations = [
            inactivityTimeoutMilliseconds, abortTimeoutMilliseconds, idempotencyRetentionMilliseconds,
            journalRetentionMilliseconds, workflowRetentionMilliseconds, retryPolicy?.initialIntervalMilliseconds,
            retryPolicy?.maxIntervalMilliseconds,
        ]
        guard durations.allSatisfy({ $0 ?? 0 >= 0 }) else {
            throw MemberFault(detail: "a duration must not be negative")
        }
        guard retryPolicy?.factor ?? 1 >= 1 else { throw MemberFault(detail: "\"factor\" must be 1 or more") }
        guard retryPolicy?.maxAttempts ?? 1 >= 1 else {
            throw MemberFault(detail: "\"maxAttempts\" must be 1 or more")
        }
    }
}

/// The parts of a retry policy that are set.
package struct RetrySettings: Codable, Hashable, Sendable {
    /// What happens when the attempts are used up.
    package enum End: String, Codable, CaseIterable, Sendable {
        case pause, kill
    }

    package var initialIntervalMilliseconds: Int?
    package var factor: Double?
    package var maxIntervalMilliseconds: Int?
    /// The first attempt included.
    package var maxAttempts: Int?
    package var onMaxAttempts: End?

    /// The names of all members.
    static let memberNames = [
        "initialIntervalMilliseconds", "factor", "maxIntervalMilliseconds", "maxAttempts", "onMaxAttempts",
    ]

    /// Nothing set.
    package init() {}
}
