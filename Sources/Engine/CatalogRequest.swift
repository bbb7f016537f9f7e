import DurableModel
import Registry

/// A change of the catalog beside registering and removing.
package enum CatalogRequest: Sendable {
    /// Changes a deployment in place.
    case update(DeploymentID, DeploymentUpdate)
    /// Sets options of the latest revision of a service.
    case configure(String, ServiceConfiguration)
    /// Removes deployments that are drained, at most `pruneMax` at once; a dry run only names them.
    case prune(createdBefore: Timestamp?, dryRun: Bool)

    /// How many deployments one command removes: a turn must stay short.
    package static let pruneMax = 256
}
