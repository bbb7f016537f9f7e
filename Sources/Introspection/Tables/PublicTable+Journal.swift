/// The length of a payload that may lie in chunks.
private func payloadLength(_ column: String) -> String {
    """
    CASE typeof(\(column)) WHEN 'integer' THEN (SELECT sum(length(c.bytes)) FROM payload_chunks AS c \
    WHERE c.chunk BETWEEN \(column) << 16 AND (\(column) << 16) | 65535) ELSE length(\(column)) END
    """
}

/// One journal of three parts: the input and the last output lie in the invocation's row.
private let journalParts = """
    (SELECT i.number AS number, i.id AS id, 0 AS entry_index, 1024 AS type, i.input AS payload, i.created_at AS appended_at
    FROM invocations AS i WHERE ONLY AND i.input IS NOT NULL AND \(isVisible) AND \(journalIsVisible)
    UNION ALL
    SELECT i.number, i.id, j.entry_index, j.type, j.payload, j.appended_at
    FROM invocations AS i JOIN journal AS j ON j.invocation = i.number
    WHERE ONLY AND \(isVisible) AND \(journalIsVisible)
    UNION ALL
    SELECT i.number, i.id, i.output_index, 1025, i.output, ifnull(i.completed_at, i.modified_at)
    FROM invocations AS i
    WHERE ONLY AND i.output_index IS NOT NULL AND i.output IS NOT NULL AND \(isVisible) AND \(journalIsVisible)
    ) AS e
    """

extension PublicTable {
    static let sysJournal = PublicTable(
        "sys_journal",
        source: journalParts,
        identity: ["e.number", "e.entry_index"],
        columns: [
            PublicColumn("partition_key", .uint64, "e.id", .partitionKey),
            PublicColumn("id", .text, "e.id", .invocationID, search: .invocationID),
            PublicColumn("index", .uint32, "e.entry_index", search: .plain),
            PublicColumn("entry_type", .text, "e.type", .entryType),
            PublicColumn("name", .text, "e.payload", .entryName),
            .absent("completed", .boolean),
            .absent("invoked_id", .text),
            .absent("invoked_target", .text),
            .absent("sleep_wakeup_at", .timestamp),
            .absent("promise_name", .text),
            PublicColumn("raw", .binary, "e.payload", .payload),
            PublicColumn("raw_length", .uint64, payloadLength("e.payload")),
            PublicColumn("version", .uint32, "2"),
            PublicColumn("entry_json", .text, "e.payload", .entryJSON),
            PublicColumn("entry_lite_json", .text, "e.payload", .entryLiteJSON),
            PublicColumn("appended_at", .timestamp, "e.appended_at"),
        ]
    )

    static let sysJournalEvents = PublicTable(
        "sys_journal_events",
        source: "journal_events AS v JOIN invocations AS i ON i.number = v.invocation",
        condition: "\(isVisible) AND \(journalIsVisible)",
        identity: ["v.invocation", "v.sequence"],
        columns: [
            PublicColumn("partition_key", .uint64, "i.id", .partitionKey),
            PublicColumn("id", .text, "i.id", .invocationID, search: .invocationID),
            PublicColumn("after_journal_entry_index", .uint32, "v.after_index"),
            PublicColumn("appended_at", .timestamp, "v.appended_at"),
            PublicColumn("event_type", .text, eventType),
            PublicColumn("event_json", .text, eventJSON),
        ]
    )

    private static let eventType = """
        CASE v.kind WHEN 0 THEN 'TransientError' WHEN 1 THEN 'Paused' WHEN 2 THEN 'Suspended' ELSE 'Unknown' END
        """

    /// A patch leaves out what is NULL.
    private static let eventJSON = """
        json_patch(json_object('ty', \(eventType)), CASE WHEN v.kind = 2 \
        THEN json_object('awaiting_on', json(perdure_awaiting(v.awaiting))) WHEN v.code IS NULL THEN '{}' \
        WHEN v.kind = 1 THEN json_object('last_failure', json(\(failureJSON))) ELSE \(failureJSON) END)
        """

    private static let failureJSON = """
        json_object('error_code', v.code, 'error_message', v.message, 'error_stacktrace', nullif(v.stacktrace, ''), \
        'restate_doc_error_code', v.documented_code, 'related_command_index', v.command_index, \
        'related_command_name', v.command_name, 'related_command_type', perdure_command(v.command_type))
        """

    static let state = PublicTable(
        "state",
        source: "key_state AS k",
        identity: ["k.service", "k.key", "k.name"],
        columns: [
            PublicColumn("partition_key", .uint64, "k.key", .partitionKeyOfKey),
            .absent("scope", .text),
            PublicColumn("service_name", .text, "k.service", search: .plain),
            PublicColumn("service_key", .text, "k.key", search: .plain),
            PublicColumn("key", .text, "k.name", .lossyText),
            PublicColumn("key_length", .uint64, "length(k.name)"),
            PublicColumn("value_utf8", .text, "k.value", .payloadText),
            PublicColumn("value", .binary, "k.value", .payload),
            PublicColumn("value_length", .uint64, payloadLength("k.value")),
        ]
    )
}
