import DurableModel

/// All deployments with the revisions of their services, as one value. What it holds at any time:
///
/// - a deployment's id, once given, stands for the same entry until it is removed;
/// - a revision's number belongs to one deployment and is never given twice for a service's name, not even after its
///   deployment or the whole service has gone: the highest number ever given is kept apart;
/// - the latest revision of a service is the highest of those that remain;
/// - no service has a reserved name, and none without a revision is found by name.
///
/// Changing it gives a new value beside a list of `CatalogChange`, which the store writes in the same transaction.
package struct Catalog: Sendable {
    /// The largest number of a revision that is believed when it is read from disk; counting by one never gets there.
    static let revisionMax = 1 << 53

    private var byID = SharedTable<DeploymentID, Entry>()
    private var byAddress = SharedTable<AddressKey, [DeploymentID]>()
    private var byName = SharedTable<ExactText, RoutedService>()
    /// The names of `byName`.
    private(set) var serviceNames = OrderedKeys<ExactText>([])
    private(set) var deploymentPlaces = OrderedKeys<DeploymentPlace>([])
    /// The highest revision ever given, by the name of the service; of vanished services too.
    private var revisionCounters = SharedTable<ExactText, Int>()

    package init() {}

    /// The catalog that these rows describe. Throws `inconsistentRows` when they cannot all be true.
    package init(
        rebuiltFrom deployments: some Sequence<Deployment>,
        revisionCounters: [ExactText: Int]
    ) throws(RegistryError) {
        self.revisionCounters = SharedTable(revisionCounters)
        for (name, highest) in revisionCounters where !(0...Self.revisionMax).contains(highest) {
            throw .inconsistentRows("revision counter \(highest) of service '\(name.text)'")
        }
        var revisions: [ExactText: [RoutedRevision]] = [:]
        var given: [ExactText: Set<Int>] = [:]
        for deployment in deployments {
            guard byID[deployment.id] == nil else {
                throw .inconsistentRows("deployment '\(deployment.id)' is there twice")
            }
            byID[deployment.id] = Entry(deployment)
            byAddress[AddressKey(deployment.address)] = ids(at: deployment.address) + [deployment.id]
            for entry in deployment.services {
                let name = ExactText(entry.service.name)
                guard entry.revision >= 1, entry.revision <= revisionCounters[name] ?? 0 else {
                    throw .inconsistentRows("revision \(entry.revision) of service '\(name.text)' was never given")
                }
                guard given[name, default: []].insert(entry.revision).inserted else {
                    throw .inconsistentRows("revision \(entry.revision) of service '\(name.text)' is there twice")
                }
                revisions[name, default: []].append(RoutedRevision(entry, on: deployment.id))
            }
        }
        byName = SharedTable(revisions.compactMapValues { RoutedService(revisions: $0) })
        serviceNames = OrderedKeys(revisions.keys)
        deploymentPlaces = OrderedKeys(byID.values.map { DeploymentPlace($0.deployment) })
    }

    /// The deployment of that id.
    package func deployment(_ id: DeploymentID) -> Deployment? { byID[id]?.deployment }

    /// All revisions of the service that remain; `nil` when there is none. Allocates nothing.
    package func service(named name: String) -> RoutedService? { byName[ExactText(name)] }

    /// All deployments, in no order.
    package var deployments: [Deployment] { byID.values.map(\.deployment) }

    /// All services that have a revision, in no order.
    package var services: [RoutedService] { byName.values }

    /// The deployment that a registration of `address` without `force` finds instead of making a new one, decided
    /// without discovery. Of several, which only an update in place can bring about, the oldest.
    package func existing(for address: DeploymentAddress) -> Deployment? {
        deployments(at: address).min { DeploymentPlace($0) < DeploymentPlace($1) }
    }

    /// The deployment that a registration of `address` with `force` replaces. Of several the newest.
    package func replaced(for address: DeploymentAddress) -> Deployment? {
        deployments(at: address).max { DeploymentPlace($0) < DeploymentPlace($1) }
    }

    /// The next revision of the service: one above the highest ever given for its name.
    func nextRevision(of service: String) -> Int { (highestRevision(of: service) ?? 0) + 1 }

    /// The highest revision ever given for a service of that name, whether it is still there or not.
    package func highestRevision(of service: String) -> Int? { revisionCounters[ExactText(service)] }

    /// Puts the deployment in, in place of the one of the same id if there is one, and counts its revisions.
    mutating func put(_ deployment: Deployment) {
        if byID[deployment.id] != nil { take(deployment.id) }
        byID[deployment.id] = Entry(deployment)
        deploymentPlaces.insert(DeploymentPlace(deployment))
        byAddress[AddressKey(deployment.address)] = ids(at: deployment.address) + [deployment.id]
        for entry in deployment.services {
            let name = ExactText(entry.service.name)
            serviceNames.insert(name)
            revisionCounters[name] = max(revisionCounters[name] ?? 0, entry.revision)
            let others = byName[name]?.revisions ?? []
            byName[name] = RoutedService(revisions: others + [RoutedRevision(entry, on: deployment.id)])
        }
    }

    /// Takes the deployment out; its services fall back to the highest revision that remains, or vanish.
    mutating func take(_ id: DeploymentID) {
        guard let deployment = byID[id]?.deployment else { return }
        byID[id] = nil
        deploymentPlaces.remove(DeploymentPlace(deployment))
        let others = ids(at: deployment.address).filter { $0 != id }
        byAddress[AddressKey(deployment.address)] = others.isEmpty ? nil : others
        for entry in deployment.services {
            let name = ExactText(entry.service.name)
            let remaining = (byName[name]?.revisions ?? []).filter { $0.deployment != id }
            byName[name] = RoutedService(revisions: remaining)
            if remaining.isEmpty { serviceNames.remove(name) }
        }
    }

    private func deployments(at address: DeploymentAddress) -> [Deployment] {
        ids(at: address).compactMap { byID[$0]?.deployment }
    }

    private func ids(at address: DeploymentAddress) -> [DeploymentID] { byAddress[AddressKey(address)] ?? [] }
}

extension Catalog: Equatable {
    /// Equality of what is kept; the look-up tables follow from it.
    package static func == (left: Catalog, right: Catalog) -> Bool {
        left.byID == right.byID && left.revisionCounters == right.revisionCounters
    }
}

/// A deployment behind a reference: a part of the table that is copied costs one count for each deployment in it instead
/// of one for each text. Never changes.
private final class Entry: Sendable, Equatable {
    let deployment: Deployment

    init(_ deployment: Deployment) { self.deployment = deployment }

    static func == (left: Entry, right: Entry) -> Bool {
        left === right || left.deployment == right.deployment
    }
}

/// What makes two addresses the same deployment (registry.md, section 1).
private struct AddressKey: Hashable, Sendable {
    let authority: ExactText
    let path: ExactText

    init(_ address: DeploymentAddress) {
        authority = ExactText(address.authority)
        path = ExactText(address.pathAsWritten)
    }
}
