/// What becomes of one service by a registration or an update, against the revision that runs now.
package struct ServiceChange: Codable, Hashable, Sendable {
    /// What happens to the service as a whole.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// There is none of this name yet.
        case added
        /// It is there, and something about it changes.
        case changed
        /// It leaves the deployment that is replaced.
        case removed
    }

    package var service: String
    package var kind: Kind
    /// What changes for the service as a whole.
    package var changes: [AspectChange]
    /// Each ordered by name.
    package var handlersAdded: [String]
    package var handlersRemoved: [String]
    package var handlersChanged: [HandlerChange]
    /// Whether callers of what runs now may break by it.
    package var isBreaking: Bool

    /// A change of this kind, in which nothing differs yet.
    package init(service: String, kind: Kind) {
        self.service = service
        self.kind = kind
        self.changes = []
        self.handlersAdded = []
        self.handlersRemoved = []
        self.handlersChanged = []
        self.isBreaking = false
    }
}

/// One thing in which two versions differ.
package struct AspectChange: Codable, Hashable, Sendable {
    /// Such as `type`, `visibility`, `retention` or `input`.
    package var aspect: String
    /// What it was, where that can be said in a few words.
    package var before: String?
    /// What it becomes, likewise.
    package var after: String?

    /// A change of this aspect.
    package init(aspect: String, before: String? = nil, after: String? = nil) {
        self.aspect = aspect
        self.before = before
        self.after = after
    }
}

/// A handler that both versions have and that is not the same in both.
package struct HandlerChange: Codable, Hashable, Sendable {
    package var handler: String
    package var changes: [AspectChange]

    /// These changes of this handler.
    package init(handler: String, changes: [AspectChange]) {
        self.handler = handler
        self.changes = changes
    }
}
