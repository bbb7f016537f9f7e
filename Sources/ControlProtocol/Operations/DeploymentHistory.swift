/// What was done to a deployment, by whom and when; also of one that is gone.
package enum DeploymentHistory: ControlOperation {
    package static let method = ControlMethod.deploymentsHistory

    package typealias Parameters = IdentifierParameters

    package struct Result: Codable, Hashable, Sendable {
        package var id: String
        /// The oldest first.
        package var entries: [DeploymentHistoryEntry]

        /// These acts.
        package init(id: String, entries: [DeploymentHistoryEntry]) {
            self.id = id
            self.entries = entries
        }
    }
}

/// An act on a deployment.
package struct DeploymentHistoryEntry: Codable, Hashable, Sendable {
    /// A service of the deployment, with its revision before and after.
    package struct Revisions: Codable, Hashable, Sendable {
        package var service: String
        package var before: Int?
        package var after: Int?

        /// These revisions of this service.
        package init(service: String, before: Int?, after: Int?) {
            self.service = service
            self.before = before
            self.after = after
        }
    }

    package var at: ControlTime
    /// `registered`, `overwritten`, `updated`, `configured` or `removed`.
    package var act: String
    package var isForced: Bool
    /// Such as `uid 1000` or `http 127.0.0.1`.
    package var actor: String
    package var uriBefore: String?
    package var uriAfter: String?
    /// What else an act may change: HTTP version, headers (of their values only a digest), metadata, SDK, protocol
    /// versions, services.
    package var detailsBefore: JSONValue?
    package var detailsAfter: JSONValue?
    /// Ordered by service.
    package var services: [Revisions]

    /// An act of this kind.
    package init(at: ControlTime, act: String, isForced: Bool, actor: String, services: [Revisions] = []) {
        self.at = at
        self.act = act
        self.isForced = isForced
        self.actor = actor
        self.services = services
    }
}
