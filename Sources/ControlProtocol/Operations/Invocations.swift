/// Invocations, the newest first.
package enum ListInvocations: ControlOperation {
    package static let method = ControlMethod.invocationsList

    /// The most invocations in one answer; at some 500 bytes each they stay well below a frame.
    package static let limitMax = 10_000
    /// How many there are when the request does not say.
    package static let limitDefault = 100

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable {
            case statuses, service, key, handler, deploymentId, isZombie, limit
        }

        /// Only those in one of these statuses. Default: in any.
        package var statuses: [InvocationStatus]
        /// Only those of this service.
        package var service: String?
        /// Only those of this key.
        package var key: String?
        /// Only those of this handler.
        package var handler: String?
        /// Only those pinned to this deployment.
        package var deploymentId: String?
        /// Only those whose deployment is gone: where they are pinned, or that alone had the handler they are to start.
        /// Default: false.
        package var isZombie: Bool
        /// At most so many, 1 to `limitMax`. Default: `limitDefault`.
        package var limit: Int

        /// Those that fit every filter given.
        package init(
            statuses: [InvocationStatus] = [],
            service: String? = nil,
            key: String? = nil,
            handler: String? = nil,
            deploymentId: String? = nil,
            isZombie: Bool = false,
            limit: Int = ListInvocations.limitDefault
        ) {
            self.statuses = statuses
            self.service = service
            self.key = key
            self.handler = handler
            self.deploymentId = deploymentId
            self.isZombie = isZombie
            self.limit = limit
        }

        /// Decodes with the defaults above; a limit out of range is refused.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            statuses = try container.decodeIfPresent([InvocationStatus].self, forKey: .statuses) ?? []
            service = try container.decodeIfPresent(String.self, forKey: .service)
            key = try container.decodeIfPresent(String.self, forKey: .key)
            handler = try container.decodeIfPresent(String.self, forKey: .handler)
            deploymentId = try container.decodeIfPresent(String.self, forKey: .deploymentId)
            isZombie = try container.decodeIfPresent(Bool.self, forKey: .isZombie) ?? false
            limit = try container.decodeIfPresent(Int.self, forKey: .limit) ?? ListInvocations.limitDefault
            guard (1...ListInvocations.limitMax).contains(limit) else {
                throw MemberFault(detail: "\"limit\" must be 1 to \(ListInvocations.limitMax)")
            }
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// The newest first.
        package var invocations: [InvocationSummary]
        /// Whether there are more than the limit let through.
        package var isTruncated: Bool

        /// These invocations.
        package init(invocations: [InvocationSummary], isTruncated: Bool) {
            self.invocations = invocations
            self.isTruncated = isTruncated
        }
    }
}

/// One invocation with its journal.
package enum DescribeInvocation: ControlOperation {
    package static let method = ControlMethod.invocationsDescribe

    package typealias Parameters = IdentifierParameters

    package typealias Result = InvocationDetails
}
