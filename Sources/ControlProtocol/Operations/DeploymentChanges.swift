/// Registers the services at an address.
package enum RegisterDeployment: ControlOperation {
    package static let method = ControlMethod.deploymentsRegister

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable {
            case uri, force, breaking, dryRun, useHTTP11, additionalHeaders, metadata
        }

        /// The absolute address, `http://HOST:PORT/PATH`.
        package var uri: String
        /// Read a known address again and overwrite its deployment in place. Default: false.
        package var force: Bool
        /// Register it even if that breaks callers of what runs now. Default: false.
        package var breaking: Bool
        /// Only find out what it would come to. Default: false.
        package var dryRun: Bool
        /// Call it over HTTP/1.1, one request and response an attempt. Default: false.
        package var useHTTP11: Bool
        /// Headers to send with every request to it. Default: none.
        package var additionalHeaders: [String: String]
        /// What to remember about it. Default: nothing.
        package var metadata: [String: String]

        /// A plain registration of an address, unless said otherwise.
        package init(
            uri: String,
            force: Bool = false,
            breaking: Bool = false,
            dryRun: Bool = false,
            useHTTP11: Bool = false,
            additionalHeaders: [String: String] = [:],
            metadata: [String: String] = [:]
        ) {
            self.uri = uri
            self.force = force
            self.breaking = breaking
            self.dryRun = dryRun
            self.useHTTP11 = useHTTP11
            self.additionalHeaders = additionalHeaders
            self.metadata = metadata
        }

        /// Decodes with the defaults above.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            uri = try container.decode(String.self, forKey: .uri)
            force = try container.decodeIfPresent(Bool.self, forKey: .force) ?? false
            breaking = try container.decodeIfPresent(Bool.self, forKey: .breaking) ?? false
            dryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
            useHTTP11 = try container.decodeIfPresent(Bool.self, forKey: .useHTTP11) ?? false
            additionalHeaders =
                try container.decodeIfPresent([String: String].self, forKey: .additionalHeaders) ?? [:]
            metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    /// What a registration did.
    package enum Outcome: String, Codable, CaseIterable, Sendable {
        /// A new deployment, and a new revision of each of its services.
        case created
        /// The address was known; nothing was done.
        case unchanged
        /// The address was known and was read again, by force.
        case overwritten
    }

    package struct Result: Codable, Hashable, Sendable {
        package var outcome: Outcome
        /// The deployment as it is now.
        package var deployment: DeploymentDetails
        /// Invocations in flight on a deployment that was overwritten: they meet the new code.
        package var invocationsInFlight: Int
        /// What it changes for the services there are, by name; services that stay as they are are not in it.
        package var differences: [ServiceChange]
        /// What an operator should know, one sentence each.
        package var warnings: [String]

        /// A registration that did this.
        package init(
            outcome: Outcome,
            deployment: DeploymentDetails,
            invocationsInFlight: Int = 0,
            differences: [ServiceChange] = [],
            warnings: [String] = []
        ) {
            self.outcome = outcome
            self.deployment = deployment
            self.invocationsInFlight = invocationsInFlight
            self.differences = differences
            self.warnings = warnings
        }
    }
}

/// Removes a deployment: when it is drained, or by force.
package enum RemoveDeployment: ControlOperation {
    package static let method = ControlMethod.deploymentsRemove

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case id, force }

        /// The deployment.
        package var id: String
        /// Remove it whatever still needs it. Default: false.
        package var force: Bool

        /// A removal that is refused while the deployment is needed, unless forced.
        package init(id: String, force: Bool = false) {
            self.id = id
            self.force = force
        }

        /// Decodes with the defaults above.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(String.self, forKey: .id)
            force = try container.decodeIfPresent(Bool.self, forKey: .force) ?? false
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// The deployment that is no more.
        package var id: String
        /// Unfinished invocations that cannot go on until they are moved, or another deployment has their handler.
        package var orphanedInvocations: Int

        /// A removal that left this many invocations without a deployment.
        package init(id: String, orphanedInvocations: Int) {
            self.id = id
            self.orphanedInvocations = orphanedInvocations
        }
    }
}

/// Why a deployment cannot be removed.
package struct DeploymentBlockers: Codable, Hashable, Sendable {
    /// Services of which it serves the latest revision.
    package var serving: [String]
    /// How many invocations need it.
    package var unfinishedInvocations: Int
    /// Some of them, the oldest first.
    package var invocations: [InvocationSummary]

    /// These services and invocations.
    package init(serving: [String], unfinishedInvocations: Int, invocations: [InvocationSummary]) {
        self.serving = serving
        self.unfinishedInvocations = unfinishedInvocations
        self.invocations = invocations
    }
}
