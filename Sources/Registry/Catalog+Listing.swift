import DurableModel

/// Where a deployment stands among all by age.
package struct DeploymentPlace: Hashable, Sendable, Comparable {
    package let createdAt: Timestamp
    package let id: DeploymentID

    package init(createdAt: Timestamp, id: DeploymentID) {
        self.createdAt = createdAt
        self.id = id
    }

    /// The place of a deployment.
    package init(_ deployment: Deployment) { self.init(createdAt: deployment.createdAt, id: deployment.id) }

    package static func < (left: Self, right: Self) -> Bool {
        (left.createdAt, left.id.high, left.id.low) < (right.createdAt, right.id.high, right.id.low)
    }
}

/// Listings, as a whole and by pages. A page begins where another ended, whatever came or went meanwhile.
extension Catalog {
    /// All services that have a revision, by name.
    package var servicesByName: [RoutedService] { services(after: nil, limit: .max) }

    /// The first services by name after that one.
    package func services(after name: String?, limit: Int) -> [RoutedService] {
        serviceNames.first(limit, above: name.map { ExactText($0) }).compactMap { service(named: $0.text) }
    }

    /// All deployments, the oldest first.
    package var deploymentsByAge: [Deployment] { deployments(after: nil, limit: .max) }

    /// The oldest deployments that are newer than that place.
    package func deployments(after place: DeploymentPlace?, limit: Int) -> [Deployment] {
        deploymentPlaces.first(limit, above: place).compactMap { deployment($0.id) }
    }

    /// The newest deployments that are older than that place, the newest first.
    package func deployments(before place: DeploymentPlace?, limit: Int) -> [Deployment] {
        deploymentPlaces.last(limit, below: place).compactMap { deployment($0.id) }
    }
}
