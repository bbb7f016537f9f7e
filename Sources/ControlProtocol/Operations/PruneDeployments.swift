/// Removes every deployment that is drained.
package enum PruneDeployments: ControlOperation {
    package static let method = ControlMethod.deploymentsPrune

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case olderThanMilliseconds, dryRun }

        /// Only those that were registered at least so long ago.
        package var olderThanMilliseconds: Int?
        /// Only say which. Default: false.
        package var dryRun: Bool

        /// All of them, unless said otherwise.
        package init(olderThanMilliseconds: Int? = nil, dryRun: Bool = false) {
            self.olderThanMilliseconds = olderThanMilliseconds
            self.dryRun = dryRun
        }

        /// Decodes with the defaults above.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            olderThanMilliseconds = try container.decodeIfPresent(Int.self, forKey: .olderThanMilliseconds)
            dryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
            guard olderThanMilliseconds ?? 0 >= 0 else {
                throw MemberFault(detail: "\"olderThanMilliseconds\" must not be negative")
            }
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// Those that were removed, oldest first; in a dry run, would be.
        package var deployments: [PrunedDeployment]
        package var isDryRun: Bool

        /// These.
        package init(deployments: [PrunedDeployment], isDryRun: Bool) {
            self.deployments = deployments
            self.isDryRun = isDryRun
        }
    }
}

/// A deployment that was drained.
package struct PrunedDeployment: Codable, Hashable, Sendable {
    package var id: String
    package var uri: String
    package var createdAt: ControlTime
    /// Ordered by name.
    package var services: [ServiceRevision]

    /// A deployment of these facts.
    package init(id: String, uri: String, createdAt: ControlTime, services: [ServiceRevision]) {
        self.id = id
        self.uri = uri
        self.createdAt = createdAt
        self.services = services
    }
}
