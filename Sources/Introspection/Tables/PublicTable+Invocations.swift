// Invocations. The states in the tables are the numbers of `InvocationStatus`: 0 scheduled, 1 inboxed, 2 ready,
// 3 running, 4 backing off, 5 suspended, 6 paused, 7 completed.

/// What has outlived its retention is not there, deleted or not.
let isVisible = """
    (i.status < 7 OR i.completed_at IS NULL OR i.completed_at + i.completion_retention > NOW)
    """

/// The same for journals.
let journalIsVisible = """
    (i.status < 7 OR i.completed_at IS NULL
    OR i.journal_is_gone = 0 AND i.completed_at + i.journal_retention > NOW)
    """

/// The attempt's columns show while there are attempts, and what stopped them while the invocation is paused. Not by the
/// count alone: a failed attempt that named its own delay is not counted, and pausing ends the count.
private let hasAttempt = "(i.status IN (3, 4, 6) OR i.status = 2 AND i.retry_count > 0)"

private func ofAttempt(_ column: String) -> String {
    "CASE WHEN \(hasAttempt) THEN \(column) END"
}

private func whileSuspended(_ column: String) -> String {
    "CASE WHEN i.status = 5 THEN \(column) END"
}

private func target(_ prefix: String) -> String {
    "i.\(prefix)service || '/' || ifnull(i.\(prefix)key || '/', '') || i.\(prefix)handler"
}

/// Entries count once there is a journal, and not any more when it is gone.
private func ofJournal(_ column: String) -> String {
    "CASE WHEN i.status > 1 THEN CASE WHEN \(journalIsVisible) THEN \(column) ELSE 0 END END"
}

/// `[500 Internal] message`, then the stack trace on lines of its own.
private let lastFailure = """
    '[' || i.failure_code || CASE i.failure_code \
    WHEN 404 THEN ' Not found' WHEN 415 THEN ' Unsupported media type' WHEN 500 THEN ' Internal' \
    WHEN 570 THEN ' Journal mismatch' WHEN 571 THEN ' Protocol violation' \
    WHEN 572 THEN ' Awaiting two async results' WHEN 573 THEN ' Unsupported feature' ELSE '' END \
    || '] ' || i.failure_message || ifnull(char(10) || nullif(i.failure_stacktrace, ''), '')
    """

private let statusName = """
    CASE i.status WHEN 0 THEN 'scheduled' WHEN 1 THEN 'pending' WHEN 2 THEN 'ready' WHEN 3 THEN 'running' \
    WHEN 4 THEN 'backing-off' WHEN 5 THEN 'suspended' WHEN 6 THEN 'paused' WHEN 7 THEN 'completed' END
    """

private let coarseStatusName = """
    CASE i.status WHEN 0 THEN 'scheduled' WHEN 1 THEN 'inboxed' WHEN 5 THEN 'suspended' WHEN 6 THEN 'paused' \
    WHEN 7 THEN 'completed' ELSE 'invoked' END
    """

private let id = PublicColumn("id", .text, "i.id", .invocationID, search: .invocationID)
private let partitionKey = PublicColumn("partition_key", .uint64, "i.id", .partitionKey)

private let targetColumns = [
    PublicColumn("target", .text, target("")),
    PublicColumn("target_service_name", .text, "i.service", search: .plain),
    PublicColumn("target_service_key", .text, "i.key", search: .plain),
    PublicColumn("target_handler_name", .text, "i.handler", search: .plain),
    PublicColumn("target_service_ty", .text, serviceTypeName("i.service_type")),
    .absent("scope", .text),
    .absent("limit_key", .text),
    PublicColumn("idempotency_key", .text, "i.idempotency_key", search: .plain),
    PublicColumn(
        "invoked_by",
        .text,
        """
        CASE WHEN i.restarted_from IS NOT NULL THEN 'restart_as_new' WHEN i.caller IS NULL THEN 'ingress' \
        ELSE 'service' END
        """
    ),
]

private let callerName = PublicColumn("invoked_by_service_name", .text, "i.caller_service")
private let callerID = PublicColumn("invoked_by_id", .text, "i.caller_id", .invocationID)
private let callerSubscription = PublicColumn.absent("invoked_by_subscription_id", .text)

private let pinAndTimes = [
    PublicColumn("invoked_by_target", .text, target("caller_")),
    PublicColumn("restarted_from", .text, "i.restarted_from", .invocationID),
    PublicColumn("pinned_deployment_id", .text, "i.pinned_deployment", .deploymentID, search: .deploymentID),
    PublicColumn("pinned_service_protocol_version", .uint32, "i.pinned_protocol_version"),
    .absent("trace_id", .text),
    PublicColumn("journal_size", .uint32, ofJournal("i.journal_length")),
    PublicColumn("journal_commands_size", .uint32, ofJournal("i.command_count")),
    // The clock of the daemon never goes back, and numbers are given as invocations come.
    PublicColumn("created_at", .timestamp, "i.created_at", followsNumber: true),
    .absent("created_using_restate_version", .text),
    PublicColumn("modified_at", .timestamp, "i.modified_at"),
    PublicColumn("inboxed_at", .timestamp, "i.inboxed_at"),
    PublicColumn("scheduled_at", .timestamp, "i.scheduled_at"),
    PublicColumn("scheduled_start_at", .timestamp, "i.scheduled_start_at"),
    PublicColumn("running_at", .timestamp, "i.running_at"),
    PublicColumn("completed_at", .timestamp, "i.completed_at"),
    PublicColumn("completion_retention", .duration, "i.completion_retention"),
    PublicColumn("journal_retention", .duration, "i.journal_retention"),
    PublicColumn(
        "suspended_waiting_for_completions",
        .uint32List,
        whileSuspended("i.awaiting"),
        .awaitedCompletions
    ),
    PublicColumn("suspended_waiting_for_signals", .uint32List, whileSuspended("i.awaiting"), .awaitedSignals),
    PublicColumn("suspended_waiting_future_json", .text, whileSuspended("i.awaiting"), .awaitedTree),
]

private let retryCount = PublicColumn("retry_count", .uint64, ofAttempt("nullif(i.retry_count, 0)"))
private let lastStart = PublicColumn("last_start_at", .timestamp, ofAttempt("i.last_start_at"))
private let nextRetry = PublicColumn("next_retry_at", .timestamp, ofAttempt("i.next_retry_at"))
private let lastPlace = [
    PublicColumn("last_attempt_deployment_id", .text, ofAttempt("i.last_deployment"), .deploymentID),
    PublicColumn("last_attempt_server", .text, ofAttempt("i.last_server")),
]
private let failure = [
    PublicColumn("last_failure", .text, ofAttempt(lastFailure)),
    PublicColumn("last_failure_error_code", .text, ofAttempt("i.failure_documented_code")),
]
/// The place in the journal of the command that failed: commands are counted alone there, entries together. One that was
/// not stored would have been the next.
private let failedEntryIndex = """
    CASE WHEN i.failure_command_index >= i.command_count THEN i.journal_length WHEN i.failure_command_index > 0 \
    THEN ifnull((SELECT entry_index FROM (SELECT j.entry_index, row_number() OVER (ORDER BY j.entry_index) AS place \
    FROM journal AS j WHERE j.invocation = i.number AND j.type < 32768) WHERE place = i.failure_command_index), \
    i.output_index) \
    ELSE i.failure_command_index END
    """
private let failedEntry = [
    PublicColumn("last_failure_related_entry_index", .uint64, ofAttempt(failedEntryIndex)),
    PublicColumn("last_failure_related_entry_name", .text, ofAttempt("i.failure_command_name")),
    PublicColumn("last_failure_related_entry_type", .text, ofAttempt("i.failure_command_type"), .commandType),
]
private let failedCommand = [
    PublicColumn("last_failure_related_command_index", .uint64, ofAttempt("i.failure_command_index")),
    PublicColumn("last_failure_related_command_name", .text, ofAttempt("i.failure_command_name")),
    PublicColumn("last_failure_related_command_type", .text, ofAttempt("i.failure_command_type"), .commandType),
]
private let lastAwaiting = PublicColumn(
    "last_awaiting_on_future_json",
    .text,
    ofAttempt("i.last_awaiting_on"),
    .awaitedTree
)

private let result = [
    PublicColumn(
        "completion_result",
        .text,
        """
        CASE WHEN i.status = 7 THEN \
        CASE WHEN i.completion_failure_code IS NULL THEN 'success' ELSE 'failure' END END
        """
    ),
    PublicColumn(
        "completion_failure",
        .text,
        "'[' || i.completion_failure_code || '] ' || i.completion_failure_message"
    ),
]

extension PublicTable {
    static let sysInvocation = PublicTable(
        "sys_invocation",
        source: "invocations AS i",
        condition: isVisible,
        identity: ["i.number"],
        columns: [id, .absent("vqueue_id", .text)] + targetColumns
            + [callerName, callerID, callerSubscription] + pinAndTimes
            + [retryCount, lastStart, nextRetry] + lastPlace + failure + failedEntry + failedCommand
            + [lastAwaiting, PublicColumn("status", .text, statusName, search: .status(statusNumbers))] + result
    )

    static let sysInvocationStatus = PublicTable(
        "sys_invocation_status",
        source: "invocations AS i",
        condition: isVisible,
        identity: ["i.number"],
        columns: [
            partitionKey, id, .absent("vqueue_id", .text),
            PublicColumn("status", .text, coarseStatusName, search: .status(coarseStatusNumbers)),
        ] + result + targetColumns + [callerID, callerSubscription, callerName] + pinAndTimes
    )

    /// Invocations that are being worked on: what the tables of other servers of this kind keep in memory.
    static let sysInvocationState = PublicTable(
        "sys_invocation_state",
        source: "invocations AS i",
        condition: "i.status <> 6 AND \(hasAttempt)",
        identity: ["i.number"],
        columns: [
            partitionKey, id, PublicColumn("in_flight", .boolean, "i.status = 3"), retryCount, lastStart,
        ] + lastPlace + [nextRetry] + failure + failedCommand + failedEntry + [lastAwaiting]
    )

    private static let statusNumbers = [
        "scheduled": [0], "pending": [1], "ready": [2], "running": [3], "backing-off": [4], "suspended": [5],
        "paused": [6], "completed": [7],
    ]

    private static let coarseStatusNumbers = [
        "scheduled": [0], "inboxed": [1], "invoked": [2, 3, 4], "suspended": [5], "paused": [6], "completed": [7],
    ]
}

/// `service`, `virtual_object` or `workflow`, from the number in a row.
func serviceTypeName(_ column: String) -> String {
    "CASE \(column) WHEN 0 THEN 'service' WHEN 1 THEN 'virtual_object' WHEN 2 THEN 'workflow' END"
}
