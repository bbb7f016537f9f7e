extension PublicTable {
    static let sysDeployment = PublicTable(
        "sys_deployment",
        source: "deployments AS d",
        identity: ["d.id"],
        isLarge: false,
        columns: [
            PublicColumn("id", .text, "d.id", .deploymentID, search: .deploymentID),
            PublicColumn("ty", .text, "'http'"),
            PublicColumn(
                "endpoint",
                .text,
                """
                CASE d.scheme WHEN 'unix' THEN 'unix:' || d.authority ELSE d.scheme || '://' || d.authority || d.path END \
                || ifnull('?' || d.query, '')
                """
            ),
            PublicColumn("created_at", .timestamp, "d.created_at"),
            PublicColumn("min_service_protocol_version", .uint32, "d.protocol_version_min"),
            PublicColumn("max_service_protocol_version", .uint32, "d.protocol_version_max"),
            PublicColumn(
                "services",
                .textList,
                "(SELECT json_group_array(s.name) FROM service_revisions AS s WHERE s.deployment = d.id)"
            ),
        ]
    )

    /// Only the latest revision of each service.
    static let sysService = PublicTable(
        "sys_service",
        source: "service_revisions AS s",
        condition: "s.revision = (SELECT max(o.revision) FROM service_revisions AS o WHERE o.name = s.name)",
        identity: ["s.deployment", "s.name"],
        isLarge: false,
        columns: [
            PublicColumn("name", .text, "s.name", search: .plain),
            PublicColumn("revision", .uint64, "s.revision"),
            PublicColumn("public", .boolean, "ifnull(s.ingress_private, 0) = 0"),
            PublicColumn("ty", .text, serviceTypeName("s.type")),
            PublicColumn("deployment_id", .text, "s.deployment", .deploymentID, search: .deploymentID),
        ]
    )

    static let sysInbox = PublicTable(
        "sys_inbox",
        source: "inbox AS b JOIN invocations AS i ON i.number = b.invocation",
        identity: ["b.service", "b.key", "b.sequence"],
        columns: [
            PublicColumn("partition_key", .uint64, "i.id", .partitionKey),
            PublicColumn("service_name", .text, "b.service", search: .plain),
            PublicColumn("service_key", .text, "b.key", search: .plain),
            PublicColumn("id", .text, "i.id", .invocationID, search: .invocationID),
            PublicColumn("sequence_number", .uint64, "b.sequence"),
            .absent("created_at", .timestamp),
        ]
    )

    static let sysKeyedServiceStatus = PublicTable(
        "sys_keyed_service_status",
        source: "key_locks AS l JOIN invocations AS i ON i.number = l.invocation",
        identity: ["l.service", "l.key"],
        columns: [
            PublicColumn("partition_key", .uint64, "i.id", .partitionKey),
            PublicColumn("service_name", .text, "l.service", search: .plain),
            PublicColumn("service_key", .text, "l.key", search: .plain),
            PublicColumn("invocation_id", .text, "i.id", .invocationID, search: .invocationID),
        ]
    )

    static let sysPromise = PublicTable(
        "sys_promise",
        source: "promises AS p",
        identity: ["p.service", "p.key", "p.name"],
        columns: [
            PublicColumn("partition_key", .uint64, "p.key", .partitionKeyOfKey),
            .absent("scope", .text),
            PublicColumn("service_name", .text, "p.service", search: .plain),
            PublicColumn("service_key", .text, "p.key", search: .plain),
            PublicColumn("key", .text, "p.name"),
            PublicColumn("completed", .boolean, "p.is_completed"),
            PublicColumn("completion_success_value", .binary, "p.value", .payload),
            PublicColumn("completion_success_value_utf8", .text, "p.value", .payloadText),
            PublicColumn("completion_failure", .text, "'[' || p.failure_code || '] ' || p.failure_message"),
        ]
    )

    /// Rules of flow control, of which there are none.
    static let sysRules = PublicTable(
        "sys_rules",
        source: "(SELECT 1)",
        condition: "0",
        identity: ["1"],
        isLarge: false,
        columns: [
            .absent("pattern", .text),
            .absent("concurrency", .uint32),
            .absent("description", .text),
            .absent("disabled", .boolean),
            .absent("version", .uint32),
            .absent("last_modified", .timestamp),
        ]
    )
}
