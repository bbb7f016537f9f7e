import DurableModel

/// One row's worth of change to the stored catalog; all changes of one operation go into one transaction.
package enum CatalogChange: Sendable, Equatable {
    /// A deployment with a new id.
    case deploymentAdded(Deployment)
    /// The deployment of this id is now this one; its services before are gone.
    case deploymentReplaced(Deployment)
    case deploymentRemoved(DeploymentID)
    /// The highest revision ever given for the service's name.
    case revisionCounted(service: String, highest: Int)
    /// What happened, for the trail that operators read.
    case recorded(CatalogHistoryRecord)
}

/// One operator's act on a deployment: who, when, what before, what after.
package struct CatalogHistoryRecord: Sendable, Equatable {
    package enum Act: String, Sendable {
        case registered
        case overwritten
        case removed
        /// Address, headers, HTTP version, metadata or services were changed in place.
        case updated
        /// An operator set options of a service.
        case configured
    }

    package var at: Timestamp
    package var deployment: DeploymentID
    package var act: Act
    /// Whether `force` made it possible.
    package var forced: Bool
    /// The peer as its face knows it, e.g. `uid 1000` or `http 127.0.0.1`.
    package var actor: String
    /// Absent for a new deployment.
    package var before: Deployment?
    /// Absent for a removed one.
    package var after: Deployment?

    package init(
        at: Timestamp,
        deployment: DeploymentID,
        act: Act,
        forced: Bool,
        actor: String,
        before: Deployment?,
        after: Deployment?
    ) {
        self.at = at
        self.deployment = deployment
        self.act = act
        self.forced = forced
        self.actor = actor
        self.before = before
        self.after = after
    }
}

/// What an operator's act is about itself: when, and who asks. Both come from outside the pure rooms.
package struct OperatorAct: Sendable, Equatable {
    package var at: Timestamp
    /// The peer as its face knows it, e.g. `uid 1000` or `http 127.0.0.1`.
    package var actor: String

    package init(at: Timestamp, actor: String) {
        self.at = at
        self.actor = actor
    }
}
