import DurableModel
import Engine

/// The rows of service revisions and their handlers.
struct ServiceRows {
    private let select: Statement
    private let insertRow: Statement
    private let delete: Statement
    private let selectHandlers: Statement
    private let insertHandler: Statement
    private let deleteHandlers: Statement
    private let metadata: MetadataRows

    init(_ database: Database) throws(StorageError) {
        let options = HandlerOptionColumns.names
        let serviceColumns = "deployment, name, revision, type, documentation, \(options), is_edited"
        select = try database.prepare("SELECT \(serviceColumns) FROM service_revisions ORDER BY deployment, name")
        insertRow = try database.prepare(
            "INSERT INTO service_revisions (\(serviceColumns)) VALUES (\(Self.parameters(18)))"
        )
        delete = try database.prepare("DELETE FROM service_revisions WHERE deployment = ?1")
        let handlerColumns = """
            deployment, service, name, type, documentation, input_allows_nothing, input_content_type,
            input_must_not_be_empty, input_json_schema, output_content_type, output_set_content_type_if_empty,
            output_json_schema, \(options)
            """
        selectHandlers = try database.prepare(
            "SELECT \(handlerColumns) FROM handlers ORDER BY deployment, service"
        )
        insertHandler = try database.prepare(
            "INSERT INTO handlers (\(handlerColumns)) VALUES (\(Self.parameters(24)))"
        )
        deleteHandlers = try database.prepare("DELETE FROM handlers WHERE deployment = ?1")
        metadata = try MetadataRows(database)
    }

    private static func parameters(_ count: Int) -> String {
        (1...count).map { "?\($0)" }.joined(separator: ", ")
    }

    // MARK: Writing

    func insert(_ entry: ServiceRevision, of deployment: DeploymentID) throws(StorageError) {
        let service = entry.service
        insertRow.bind(1, deployment)
        insertRow.bind(2, service.name)
        insertRow.bind(3, entry.revision)
        insertRow.bind(4, service.type.stored)
        insertRow.bind(5, service.documentation)
        HandlerOptionColumns.bind(service.options, to: insertRow, from: 6)
        insertRow.bind(18, entry.edit.stored)
        try insertRow.run()
        try metadata.write(service.metadata, of: deployment, service: service.name)
        for handler in service.handlers { try insert(handler, of: service.name, on: deployment) }
    }

    private func insert(_ handler: Handler, of service: String, on deployment: DeploymentID) throws(StorageError) {
        insertHandler.bind(1, deployment)
        insertHandler.bind(2, service)
        insertHandler.bind(3, handler.name)
        insertHandler.bind(4, handler.type.stored)
        insertHandler.bind(5, handler.documentation)
        insertHandler.bind(6, handler.input.allowsNothing)
        insertHandler.bind(7, handler.input.contentType?.text)
        insertHandler.bind(8, handler.input.mustNotBeEmpty)
        insertHandler.bind(9, handler.input.jsonSchema)
        insertHandler.bind(10, handler.output.contentType)
        insertHandler.bind(11, handler.output.setContentTypeIfEmpty)
        insertHandler.bind(12, handler.output.jsonSchema)
        HandlerOptionColumns.bind(handler.options, to: insertHandler, from: 13)
        try insertHandler.run()
        try metadata.write(handler.metadata, of: deployment, service: service, handler: handler.name)
    }

    func remove(of deployment: DeploymentID) throws(StorageError) {
        for statement in [delete, deleteHandlers] {
            statement.bind(1, deployment)
            try statement.run()
        }
    }

    // MARK: Reading

    private struct Place: Hashable {
        let deployment: DeploymentID
        let service: ExactText
    }

    /// The revisions on each deployment, sorted by name as the model compares texts. Each table is read once: a question
    /// for each service of a large catalog would take seconds.
    func all(_ metadata: CatalogMetadata) throws(StorageError) -> [DeploymentID: [ServiceRevision]] {
        var handlers = try handlers(metadata)
        var found: [DeploymentID: [ServiceRevision]] = [:]
        defer { select.reset() }
        while try select.step() {
            guard let deployment = select.deploymentID(0) else {
                throw .undecodable("service_revisions", "(unreadable)", "deployment")
            }
            let revision = try revision(select, on: deployment, &handlers, metadata)
            found[deployment, default: []].append(revision)
        }
        return found.mapValues { $0.sorted { $0.service.name < $1.service.name } }
    }

    private func revision(
        _ row: Statement,
        on deployment: DeploymentID,
        _ handlers: inout [Place: [Handler]],
        _ metadata: CatalogMetadata
    ) throws(StorageError) -> ServiceRevision {
        guard let name = row.text(1), let type = ServiceType(stored: row.integer(3)) else {
            throw .undecodable("service_revisions", "\(deployment)", "name or type")
        }
        let place = Place(deployment: deployment, service: ExactText(name))
        let service = Service(
            name: name,
            type: type,
            handlers: (handlers.removeValue(forKey: place) ?? []).sorted { $0.name < $1.name },
            options: try HandlerOptionColumns.options(of: row, from: 5),
            documentation: row.text(4),
            metadata: metadata.metadata(of: deployment, service: name)
        )
        return ServiceRevision(service: service, revision: row.int(2), edit: ServiceEdit?(stored: row.int(17)))
    }

    private func handlers(_ metadata: CatalogMetadata) throws(StorageError) -> [Place: [Handler]] {
        var found: [Place: [Handler]] = [:]
        defer { selectHandlers.reset() }
        while try selectHandlers.step() {
            guard let deployment = selectHandlers.deploymentID(0), let service = selectHandlers.text(1) else {
                throw .undecodable("handlers", "(unreadable)", "deployment or service")
            }
            let handler = try handler(selectHandlers, of: service, on: deployment, metadata)
            found[Place(deployment: deployment, service: ExactText(service)), default: []].append(handler)
        }
        return found
    }

    private func handler(
        _ row: Statement,
        of service: String,
        on deployment: DeploymentID,
        _ metadata: CatalogMetadata
    ) throws(StorageError) -> Handler {
        guard let name = row.text(2), let type = HandlerType(stored: row.integer(3)) else {
            throw .undecodable("handlers", "\(deployment), \(service)", "name or type")
        }
        return Handler(
            name: name,
            type: type,
            input: InputRules(
                allowsNothing: row.int(5) != 0,
                contentType: row.text(6).map { ContentTypePattern(text: $0) },
                mustNotBeEmpty: row.int(7) != 0,
                jsonSchema: row.text(8)
            ),
            output: OutputRules(
                contentType: row.text(9),
                setContentTypeIfEmpty: row.int(10) != 0,
                jsonSchema: row.text(11)
            ),
            options: try HandlerOptionColumns.options(of: row, from: 12),
            documentation: row.text(4),
            metadata: metadata.metadata(of: deployment, service: service, handler: name)
        )
    }
}

extension ServiceEdit? {
    /// As `is_edited` has it: 1 of a service that its code makes public, 2 of one that it makes private.
    fileprivate var stored: Int {
        switch self {
        case nil: 0
        case .publicByItsCode?: 1
        case .privateByItsCode?: 2
        }
    }

    /// A number of a newer kind is an edit, too.
    fileprivate init(stored: Int) {
        switch stored {
        case 0: self = nil
        case 2: self = .privateByItsCode
        default: self = .publicByItsCode
        }
    }
}

/// The twelve columns of options that services and handlers share.
private enum HandlerOptionColumns {
    static let names = """
        inactivity_timeout, abort_timeout, journal_retention, idempotency_retention, workflow_completion_retention,
        enable_lazy_state, ingress_private, retry_initial_interval, retry_factor, retry_interval_max,
        retry_attempts_max, retry_on_max_attempts
        """

    static func bind(_ options: HandlerOptions, to statement: Statement, from first: Int32) {
        statement.bind(first, options.inactivityTimeout)
        statement.bind(first + 1, options.abortTimeout)
        statement.bind(first + 2, options.journalRetention)
        statement.bind(first + 3, options.idempotencyRetention)
        statement.bind(first + 4, options.workflowCompletionRetention)
        statement.bind(first + 5, options.enableLazyState)
        statement.bind(first + 6, options.ingressPrivate)
        statement.bind(first + 7, options.retryPolicy.initialInterval)
        statement.bind(first + 8, options.retryPolicy.factor)
        statement.bind(first + 9, options.retryPolicy.intervalMax)
        statement.bind(first + 10, options.retryPolicy.attemptsMax)
        statement.bind(first + 11, options.retryPolicy.onMaxAttempts?.stored)
    }

    static func options(of row: Statement, from first: Int32) throws(StorageError) -> HandlerOptions {
        var options = HandlerOptions()
        options.inactivityTimeout = row.optionalInterval(first)
        options.abortTimeout = row.optionalInterval(first + 1)
        options.journalRetention = row.optionalInterval(first + 2)
        options.idempotencyRetention = row.optionalInterval(first + 3)
        options.workflowCompletionRetention = row.optionalInterval(first + 4)
        options.enableLazyState = row.optionalBool(first + 5)
        options.ingressPrivate = row.optionalBool(first + 6)
        var onMaxAttempts: OnMaxAttempts?
        if let stored = row.optionalInteger(first + 11) {
            onMaxAttempts = OnMaxAttempts(stored: stored)
            if onMaxAttempts == nil { throw .undecodable("handlers", row.text(1) ?? "(unreadable)", "retry options") }
        }
        options.retryPolicy = RetryPolicyOptions(
            initialInterval: row.optionalInterval(first + 7),
            factor: row.optionalDouble(first + 8),
            intervalMax: row.optionalInterval(first + 9),
            attemptsMax: row.optionalInt(first + 10),
            onMaxAttempts: onMaxAttempts
        )
        return options
    }
}
