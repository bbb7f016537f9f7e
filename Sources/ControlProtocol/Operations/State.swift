/// The state of one key of an object or a workflow.
package enum GetState: ControlOperation {
    package static let method = ControlMethod.stateGet

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case service, key }

        package var service: String
        package var key: String

        /// The state of this key.
        package init(service: String, key: String) {
            self.service = service
            self.key = key
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        package var service: String
        package var key: String
        /// Stands for the whole state: it is another one as soon as anything in it is.
        package var version: String
        /// Each value by its name, in base64.
        package var values: [String: String]

        /// This state.
        package init(service: String, key: String, version: String, values: [String: String]) {
            self.service = service
            self.key = key
            self.version = version
            self.values = values
        }
    }
}

/// Replaces the whole state of one key.
package enum PatchState: ControlOperation {
    package static let method = ControlMethod.statePatch

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case service, key, version, values }

        package var service: String
        package var key: String
        /// The version the state must have, or nothing is changed; absent for any.
        package var version: String?
        /// Each value by its name, in base64. What is not in it is removed.
        package var values: [String: String]

        /// This state from now on.
        package init(service: String, key: String, version: String? = nil, values: [String: String]) {
            self.service = service
            self.key = key
            self.version = version
            self.values = values
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// Whether the change waits for the invocation that has the key.
        package var isQueued: Bool

        /// The change was made, or waits.
        package init(isQueued: Bool) { self.isQueued = isQueued }
    }
}
