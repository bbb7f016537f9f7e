/// Changes a deployment in place. What is not given stays as it is; in-flight invocations meet the change at their next
/// attempt.
package enum UpdateDeployment: ControlOperation {
    package static let method = ControlMethod.deploymentsUpdate

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable {
            case id, uri, additionalHeaders, metadata, useHTTP11, overwrite, dryRun
        }

        package var id: String
        /// A new address.
        package var uri: String?
        /// All headers to send with every request to it.
        package var additionalHeaders: [String: String]?
        /// All that is to be remembered about it.
        package var metadata: [String: String]?
        /// Call it over HTTP/1.1, or not any more.
        package var useHTTP11: Bool?
        /// Take over the services that are found at the address, too. Default: false.
        package var overwrite: Bool
        /// Only find out what it would come to. Default: false.
        package var dryRun: Bool

        /// A change of nothing yet.
        package init(id: String) {
            self.id = id
            self.overwrite = false
            self.dryRun = false
        }

        /// Decodes with the defaults above.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(String.self, forKey: .id)
            uri = try container.decodeIfPresent(String.self, forKey: .uri)
            additionalHeaders = try container.decodeIfPresent([String: String].self, forKey: .additionalHeaders)
            metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata)
            useHTTP11 = try container.decodeIfPresent(Bool.self, forKey: .useHTTP11)
            overwrite = try container.decodeIfPresent(Bool.self, forKey: .overwrite) ?? false
            dryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// The deployment as it is now; after a dry run, as it would be.
        package var deployment: DeploymentDetails
        /// Whether anything is different from before.
        package var isChanged: Bool
        /// Unfinished invocations pinned to it: they meet the change.
        package var invocationsInFlight: Int
        /// What an overwrite changes for its services, by name.
        package var differences: [ServiceChange]
        /// What an operator should know, one sentence each.
        package var warnings: [String]

        /// What became of this deployment.
        package init(
            deployment: DeploymentDetails,
            isChanged: Bool,
            invocationsInFlight: Int = 0,
            differences: [ServiceChange] = [],
            warnings: [String] = []
        ) {
            self.deployment = deployment
            self.isChanged = isChanged
            self.invocationsInFlight = invocationsInFlight
            self.differences = differences
            self.warnings = warnings
        }
    }
}
