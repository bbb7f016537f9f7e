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

/// An option that was set is missing from an edited set: nothing but the next revision of a service unsets one.
package struct UnsetSetting: Error, Hashable {
    /// The member, e.g. `retryPolicy.factor`.
    package var name: String
}

extension ServiceSettings {
    /// What has to be set so that `before` becomes these.
    package func changes(from before: ServiceSettings) throws(UnsetSetting) -> ServiceSettings {
        var changes = ServiceSettings()
        changes.isPublic = try change("isPublic", \.isPublic, before)
        changes.inactivityTimeoutMilliseconds = try change(
            "inactivityTimeoutMilliseconds",
            \.inactivityTimeoutMilliseconds,
            before
        )
        changes.abortTimeoutMilliseconds = try change("abortTimeoutMilliseconds", \.abortTimeoutMilliseconds, before)
        changes.idempotencyRetentionMilliseconds = try change(
            "idempotencyRetentionMilliseconds",
            \.idempotencyRetentionMilliseconds,
            before
        )
        changes.journalRetentionMilliseconds = try change(
            "journalRetentionMilliseconds",
            \.journalRetentionMilliseconds,
            before
        )
        changes.workflowRetentionMilliseconds = try change(
            "workflowRetentionMilliseconds",
            \.workflowRetentionMilliseconds,
            before
        )
        var policy = RetrySettings()
        policy.initialIntervalMilliseconds = try change(
            "retryPolicy.initialIntervalMilliseconds",
            \.retryPolicy?.initialIntervalMilliseconds,
            before
        )
        policy.factor = try change("retryPolicy.factor", \.retryPolicy?.factor, before)
        policy.maxIntervalMilliseconds = try change(
            "retryPolicy.maxIntervalMilliseconds",
            \.retryPolicy?.maxIntervalMilliseconds,
            before
        )
        policy.maxAttempts = try change("retryPolicy.maxAttempts", \.retryPolicy?.maxAttempts, before)
        policy.onMaxAttempts = try change("retryPolicy.onMaxAttempts", \.retryPolicy?.onMaxAttempts, before)
        if policy != RetrySettings() { changes.retryPolicy = policy }
        return changes
    }

    private func change<Value: Equatable>(
        _ name: String,
        _ member: KeyPath<ServiceSettings, Value?>,
        _ before: ServiceSettings
    ) throws(UnsetSetting) -> Value? {
        guard before[keyPath: member] != nil, self[keyPath: member] == nil else {
            return before[keyPath: member] == self[keyPath: member] ? nil : self[keyPath: member]
        }
        throw UnsetSetting(name: name)
    }
}
