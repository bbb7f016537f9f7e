import DurableModel
import Engine
import Registry

/// The catalog's rows. A deployment is written whole: it hardly ever changes, and so no difference can be forgotten.
final class CatalogTable {
    private let deployments: DeploymentRows
    private let services: ServiceRows
    private let history: HistoryRows
    private let metadata: MetadataRows
    private let selectCounters: Statement
    private let upsertCounter: Statement

    init(_ database: Database) throws(StorageError) {
        deployments = try DeploymentRows(database)
        services = try ServiceRows(database)
        history = try HistoryRows(database)
        metadata = try MetadataRows(database)
        selectCounters = try database.prepare("SELECT service, revision_highest FROM revision_counters")
        upsertCounter = try database.prepare(
            "INSERT OR REPLACE INTO revision_counters (service, revision_highest) VALUES (?1, ?2)"
        )
    }

    func apply(_ change: CatalogChange) throws(StorageError) {
        switch change {
        case .deploymentAdded(let deployment):
            try insert(deployment)
        case .deploymentReplaced(let deployment):
            try remove(deployment.id)
            try insert(deployment)
        case .deploymentRemoved(let id):
            try remove(id)
        case .revisionCounted(let service, let highest):
            upsertCounter.bind(1, service)
            upsertCounter.bind(2, highest)
            try upsertCounter.run()
        case .recorded(let record):
            try history.insert(record)
        }
    }

    private func insert(_ deployment: Deployment) throws(StorageError) {
        try deployments.insert(deployment)
        for revision in deployment.services { try services.insert(revision, of: deployment.id) }
    }

    private func remove(_ id: DeploymentID) throws(StorageError) {
        try deployments.remove(id)
        try services.remove(of: id)
    }

    /// The catalog as its rows say; refused when they cannot all be true.
    func catalog() throws(StorageError) -> Catalog {
        let metadata = try metadata.all()
        var found = try deployments.all(metadata)
        let revisions = try services.all(metadata)
        for index in found.indices { found[index].services = revisions[found[index].id] ?? [] }
        var counters: [ExactText: Int] = [:]
        defer { selectCounters.reset() }
        while try selectCounters.step() {
            guard let service = selectCounters.text(0) else {
                throw .undecodable("revision_counters", "(unreadable)", "service")
            }
            counters[ExactText(service)] = selectCounters.int(1)
        }
        do throws(RegistryError) {
            return try Catalog(rebuiltFrom: found, revisionCounters: counters)
        } catch {
            throw .refused("the rows of the catalog contradict each other: \(error)")
        }
    }
}

extension SQLiteStore {
    /// The catalog as it was last committed.
    package func catalog() throws(StorageError) -> Catalog {
        try catalogTable.catalog()
    }
}
