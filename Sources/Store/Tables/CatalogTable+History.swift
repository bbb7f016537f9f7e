import DurableModel
import Engine
import Registry

/// The trail of operators' acts: written with each, read by people.
struct HistoryRows {
    private let insertRow: Statement
    private let insertService: Statement
    private let database: Database

    init(_ database: Database) throws(StorageError) {
        self.database = database
        insertRow = try database.prepare(
            """
            INSERT INTO catalog_history (at, act, is_forced, actor, deployment, address_before, address_after,
            sdk_version_before, sdk_version_after, details_before, details_after)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """
        )
        insertService = try database.prepare(
            """
            INSERT INTO catalog_history_services (history, service, revision_before, revision_after)
            VALUES (?1, ?2, ?3, ?4)
            """
        )
    }

    func insert(_ record: CatalogHistoryRecord) throws(StorageError) {
        insertRow.bind(1, record.at)
        insertRow.bind(2, record.act.stored)
        insertRow.bind(3, record.forced)
        insertRow.bind(4, record.actor)
        insertRow.bind(5, record.deployment)
        insertRow.bind(6, record.before?.address.uri)
        insertRow.bind(7, record.after?.address.uri)
        insertRow.bind(8, record.before?.sdkVersion)
        insertRow.bind(9, record.after?.sdkVersion)
        insertRow.bind(10, DeploymentDetails.json(of: record.before, beside: record.after))
        insertRow.bind(11, DeploymentDetails.json(of: record.after, beside: record.before))
        try insertRow.run()
        let history = database.lastInsertedRow
        let names = Set(((record.before?.services ?? []) + (record.after?.services ?? [])).map(\.service.name))
        for name in names.sorted() {
            insertService.bind(1, history)
            insertService.bind(2, name)
            insertService.bind(3, record.before?.service(named: name)?.revision)
            insertService.bind(4, record.after?.service(named: name)?.revision)
            try insertService.run()
        }
    }
}
