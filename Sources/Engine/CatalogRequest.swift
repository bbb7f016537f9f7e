import DurableModel
import Registry

/// A change of the catalog beside registering and removing.
package enum CatalogRequest: Sendable {
    /// Changes a deployment in place.
    case update(DeploymentID, DeploymentUpdate)
    /// Sets options of the latest revision of a service.
    case configure(String, ServiceConfiguration)
    /// Removes deployments that are drained, or only names them.
    case prune(PruneStep)
}
