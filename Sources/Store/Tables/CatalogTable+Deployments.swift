import DurableModel
import Engine

/// What users attached to a deployment, a service or a handler.
struct MetadataRows {
    private let selectAll: Statement
    private let insert: Statement
    private let delete: Statement

    init(_ database: Database) throws(StorageError) {
        selectAll = try database.prepare("SELECT deployment, service, handler, name, value FROM catalog_metadata")
        insert = try database.prepare(
            "INSERT INTO catalog_metadata (deployment, service, handler, name, value) VALUES (?1, ?2, ?3, ?4, ?5)"
        )
        delete = try database.prepare("DELETE FROM catalog_metadata WHERE deployment = ?1")
    }

    /// All there are. Most of a large catalog has none, and asking for each would take longer than everything else.
    func all() throws(StorageError) -> CatalogMetadata {
        defer { selectAll.reset() }
        var found = CatalogMetadata()
        while try selectAll.step() {
            guard let deployment = selectAll.deploymentID(0), let service = selectAll.text(1),
                let handler = selectAll.text(2), let name = selectAll.text(3), let value = selectAll.text(4)
            else { throw .undecodable("catalog_metadata", "(unreadable)", "name or value") }
            found.add(name, value, of: deployment, service: service, handler: handler)
        }
        return found
    }

    func write(
        _ metadata: [String: String],
        of deployment: DeploymentID,
        service: String = "",
        handler: String = ""
    ) throws(StorageError) {
        for (name, value) in metadata {
            insert.bind(1, deployment)
            insert.bind(2, service)
            insert.bind(3, handler)
            insert.bind(4, name)
            insert.bind(5, value)
            try insert.run()
        }
    }

    /// Removes the metadata of the deployment and of everything on it.
    func remove(of deployment: DeploymentID) throws(StorageError) {
        delete.bind(1, deployment)
        try delete.run()
    }
}

/// The metadata of all deployments, services and handlers.
struct CatalogMetadata {
    private struct Owner: Hashable {
        let deployment: DeploymentID
        let service: ExactText
        let handler: ExactText
    }

    private var byOwner: [Owner: [String: String]] = [:]

    mutating func add(
        _ name: String,
        _ value: String,
        of deployment: DeploymentID,
        service: String,
        handler: String
    ) {
        let owner = Owner(deployment: deployment, service: ExactText(service), handler: ExactText(handler))
        byOwner[owner, default: [:]][name] = value
    }

    /// The metadata of the deployment, or of one of its services or handlers if they are named.
    func metadata(of deployment: DeploymentID, service: String = "", handler: String = "") -> [String: String] {
        guard !byOwner.isEmpty else { return [:] }
        let owner = Owner(deployment: deployment, service: ExactText(service), handler: ExactText(handler))
        return byOwner[owner] ?? [:]
    }
}

/// The rows of deployments without their services.
struct DeploymentRows {
    private let select: Statement
    private let insertRow: Statement
    private let delete: Statement
    private let selectHeaders: Statement
    private let insertHeader: Statement
    private let deleteHeaders: Statement
    private let metadata: MetadataRows

    init(_ database: Database) throws(StorageError) {
        let columns = """
            id, scheme, authority, path, query, mode, http_version, created_at, protocol_version_min,
            protocol_version_max, sdk_version
            """
        select = try database.prepare("SELECT \(columns) FROM deployments ORDER BY id")
        insertRow = try database.prepare(
            "INSERT INTO deployments (\(columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        )
        delete = try database.prepare("DELETE FROM deployments WHERE id = ?1")
        selectHeaders = try database.prepare(
            "SELECT deployment, name, value FROM deployment_headers ORDER BY deployment, position"
        )
        insertHeader = try database.prepare(
            "INSERT INTO deployment_headers (deployment, position, name, value) VALUES (?1, ?2, ?3, ?4)"
        )
        deleteHeaders = try database.prepare("DELETE FROM deployment_headers WHERE deployment = ?1")
        metadata = try MetadataRows(database)
    }

    func insert(_ deployment: Deployment) throws(StorageError) {
        insertRow.bind(1, deployment.id)
        insertRow.bind(2, deployment.address.scheme)
        insertRow.bind(3, deployment.address.authority)
        insertRow.bind(4, deployment.address.pathAsWritten)
        insertRow.bind(5, deployment.address.query)
        insertRow.bind(6, deployment.mode.stored)
        insertRow.bind(7, deployment.httpVersion.stored)
        insertRow.bind(8, deployment.createdAt)
        insertRow.bind(9, deployment.protocolVersions.lowerBound)
        insertRow.bind(10, deployment.protocolVersions.upperBound)
        insertRow.bind(11, deployment.sdkVersion)
        try insertRow.run()
        for (position, header) in deployment.additionalHeaders.enumerated() {
            insertHeader.bind(1, deployment.id)
            insertHeader.bind(2, position)
            insertHeader.bind(3, header.name)
            insertHeader.bind(4, header.value)
            try insertHeader.run()
        }
        try metadata.write(deployment.metadata, of: deployment.id)
    }

    func remove(_ id: DeploymentID) throws(StorageError) {
        for statement in [delete, deleteHeaders] {
            statement.bind(1, id)
            try statement.run()
        }
        try metadata.remove(of: id)
    }

    func all(_ metadata: CatalogMetadata) throws(StorageError) -> [Deployment] {
        let headers = try headers()
        return try select.collect { (row) throws(StorageError) in try decode(row, headers, metadata) }
    }

    private func decode(
        _ row: Statement,
        _ headers: [DeploymentID: [AdditionalHeader]],
        _ metadata: CatalogMetadata
    ) throws(StorageError) -> Deployment {
        guard let id = row.deploymentID(0) else { throw .undecodable("deployments", "(unreadable)", "id") }
        guard let scheme = row.text(1), let authority = row.text(2), let path = row.text(3) else {
            throw .undecodable("deployments", "\(id)", "address")
        }
        guard let mode = ProtocolMode(stored: row.integer(5)), let version = HTTPVersion(stored: row.integer(6)) else {
            throw .undecodable("deployments", "\(id)", "mode or HTTP version")
        }
        guard row.int(8) <= row.int(9) else { throw .undecodable("deployments", "\(id)", "protocol versions") }
        return Deployment(
            id: id,
            address: DeploymentAddress(
                scheme: scheme,
                authority: authority,
                pathAsWritten: path,
                query: row.text(4)
            ),
            mode: mode,
            httpVersion: version,
            additionalHeaders: headers[id] ?? [],
            metadata: metadata.metadata(of: id),
            createdAt: row.time(7),
            protocolVersions: row.int(8)...row.int(9),
            sdkVersion: row.text(10),
            services: []
        )
    }

    private func headers() throws(StorageError) -> [DeploymentID: [AdditionalHeader]] {
        defer { selectHeaders.reset() }
        var found: [DeploymentID: [AdditionalHeader]] = [:]
        while try selectHeaders.step() {
            guard let id = selectHeaders.deploymentID(0), let name = selectHeaders.text(1),
                let value = selectHeaders.text(2)
            else { throw .undecodable("deployment_headers", "(unreadable)", "name or value") }
            found[id, default: []].append(AdditionalHeader(name: name, value: value))
        }
        return found
    }
}
