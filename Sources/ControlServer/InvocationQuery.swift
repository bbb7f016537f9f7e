import ControlProtocol
import Operations
import Registry

/// The statements behind the lists of invocations, and what their rows say.
enum InvocationQuery {
    /// Entries of a journal that a description shows.
    static let journalRowsMax = 1_000

    /// A row by column name.
    struct Row {
        private let cells: [String: JSONValue]

        init(_ cells: [String: JSONValue]) { self.cells = cells }

        func text(_ name: String) -> String? {
            if case .string(let text) = cells[name] { return text }
            return nil
        }

        func number(_ name: String) -> Int? {
            if case .integer(let number) = cells[name] { return Int(clamping: number) }
            return nil
        }

        func flag(_ name: String) -> Bool? {
            if case .bool(let flag) = cells[name] { return flag }
            return nil
        }

        func time(_ name: String) -> ControlTime? { text(name).flatMap { ControlTime(parsing: $0) } }
    }

    private static let summaryColumns =
        "id, target, status, created_at, modified_at, pinned_deployment_id, retry_count, next_retry_at, last_failure, "
        + "completion_result"

    /// The newest first. Said that way the order is that of the rows, and no more of them are read than are shown.
    static func summaries(where condition: String, limit: Int) -> String {
        "SELECT \(summaryColumns) FROM sys_invocation WHERE \(condition) "
            + "ORDER BY created_at DESC NULLS LAST LIMIT \(limit)"
    }

    private static let unfinished = Set(InvocationStatus.allCases).subtracting([.completed])

    /// `unstartable` are the handlers that no deployment has and that accepted work waits for.
    static func condition(_ parameters: ListInvocations.Parameters, unstartable: [HandlerName]) -> String {
        var conditions = ["1 = 1"]
        let statuses = Set(parameters.statuses)
        if statuses == Self.unfinished {
            conditions.append("status != 'completed'")
        } else if statuses.count == 1, let status = statuses.first {
            conditions.append("status = \(Operations.quoted(status.rawValue))")
        } else if !statuses.isEmpty {
            conditions.append(
                "status IN (\(parameters.statuses.map { Operations.quoted($0.rawValue) }.joined(separator: ", ")))"
            )
        }
        let filters = [
            ("target_service_name", parameters.service), ("target_service_key", parameters.key),
            ("target_handler_name", parameters.handler), ("pinned_deployment_id", parameters.deploymentId),
        ]
        for (column, value) in filters {
            if let value { conditions.append("\(column) = \(Operations.quoted(value))") }
        }
        if parameters.isZombie {
            let lost = unstartable.map {
                " OR (pinned_deployment_id IS NULL AND status != 'completed' "
                    + "AND target_service_name = \(Operations.quoted($0.service)) AND target_handler_name = \(Operations.quoted($0.handler)))"
            }
            conditions.append(
                "((pinned_deployment_id IS NOT NULL AND pinned_deployment_id NOT IN (SELECT id FROM sys_deployment))"
                    + lost.joined() + ")"
            )
        }
        return conditions.joined(separator: " AND ")
    }

    static func details(of id: String) -> String {
        "SELECT *, (SELECT w.waits_for FROM sys_invocation_wait AS w WHERE w.id = \(Operations.quoted(id)) LIMIT 1) AS waits_for "
            + "FROM sys_invocation WHERE id = \(Operations.quoted(id)) ORDER BY created_at DESC LIMIT 1"
    }

    static func journal(of id: String) -> String {
        "SELECT \"index\", entry_type, name, completed, appended_at, CASE WHEN entry_type = '\(JournalDetail.callee)' "
            + "THEN entry_json ELSE entry_lite_json END AS entry FROM sys_journal WHERE id = \(Operations.quoted(id)) "
            + "ORDER BY \"index\" LIMIT \(journalRowsMax)"
    }
}

extension InvocationSummary {
    init?(_ row: InvocationQuery.Row) {
        guard let id = row.text("id"), let target = row.text("target"),
            let status = row.text("status").flatMap({ InvocationStatus(rawValue: $0) }),
            let createdAt = row.time("created_at")
        else { return nil }
        self.init(id: id, target: target, status: status, createdAt: createdAt)
        modifiedAt = row.time("modified_at")
        deploymentId = row.text("pinned_deployment_id")
        retryCount = row.number("retry_count")
        nextRetryAt = row.time("next_retry_at")
        lastFailure = row.text("last_failure")
        completionResult = row.text("completion_result")
    }
}

extension InvocationDetails {
    init?(_ row: InvocationQuery.Row) {
        guard let summary = InvocationSummary(row), let service = row.text("target_service_name"),
            let handler = row.text("target_handler_name")
        else { return nil }
        self.init(
            id: summary.id,
            target: summary.target,
            service: service,
            key: row.text("target_service_key"),
            handler: handler,
            flavor: Self.flavor(row.text("target_service_ty")),
            status: summary.status,
            createdAt: summary.createdAt,
            journalSize: row.number("journal_size") ?? 0
        )
        idempotencyKey = row.text("idempotency_key")
        invokedBy = row.text("invoked_by")
        invokedById = row.text("invoked_by_id")
        invokedByTarget = row.text("invoked_by_target")
        deploymentId = summary.deploymentId
        protocolVersion = row.number("pinned_service_protocol_version")
        takeTimes(row)
        retryCount = summary.retryCount
        lastFailure = summary.lastFailure
        lastFailureErrorCode = row.text("last_failure_error_code")
        lastFailureEntry = Self.failedEntry(row)
        waitsFor = row.text("waits_for")
        completionResult = summary.completionResult
        completionFailure = row.text("completion_failure")
    }

    private mutating func takeTimes(_ row: InvocationQuery.Row) {
        modifiedAt = row.time("modified_at")
        scheduledStartAt = row.time("scheduled_start_at")
        runningAt = row.time("running_at")
        lastStartAt = row.time("last_start_at")
        nextRetryAt = row.time("next_retry_at")
        completedAt = row.time("completed_at")
    }

    /// `entry 5 (command 3), Call 'charge'`.
    private static func failedEntry(_ row: InvocationQuery.Row) -> String? {
        guard let command = row.number("last_failure_related_command_index") else { return nil }
        let place = row.number("last_failure_related_entry_index").map { "entry \($0) (command \(command))" }
        let facts = [
            row.text("last_failure_related_command_type"),
            row.text("last_failure_related_command_name").map { "'\($0)'" },
        ]
        let text = facts.compactMap { $0 }.joined(separator: " ")
        return (place ?? "command \(command)") + (text.isEmpty ? "" : ", \(text)")
    }

    private static func flavor(_ type: String?) -> ServiceFlavor {
        switch type {
        case "virtual_object": .virtualObject
        case "workflow": .workflow
        default: .service
        }
    }
}

extension JournalEntrySummary {
    init?(_ row: InvocationQuery.Row) {
        guard let index = row.number("index"), let type = row.text("entry_type") else { return nil }
        self.init(
            index: index,
            type: type,
            name: row.text("name"),
            detail: row.text("entry").flatMap { JournalDetail.text(of: $0) },
            isCompleted: row.flag("completed"),
            appendedAt: row.time("appended_at")
        )
    }
}
