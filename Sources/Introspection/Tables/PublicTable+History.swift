extension PublicTable {
    /// Tables of this server's own, beside those that clients know: to be read by name, in no list.
    static let unlisted = [sysDeploymentHistory, sysInvocationWait]

    /// What suspended invocations wait for, in words.
    static let sysInvocationWait = PublicTable(
        "sys_invocation_wait",
        source: "invocations AS i",
        condition: "i.status = 5",
        identity: ["i.number"],
        columns: [
            PublicColumn("id", .text, "i.id", .invocationID, search: .invocationID),
            PublicColumn("waits_for", .text, "i.waits_for"),
        ]
    )

    /// What operators did to deployments, removed ones included.
    static let sysDeploymentHistory = PublicTable(
        "sys_deployment_history",
        source: "catalog_history AS h",
        identity: ["h.sequence"],
        isLarge: false,
        columns: [
            PublicColumn("sequence", .uint64, "h.sequence"),
            PublicColumn("at", .timestamp, "h.at"),
            PublicColumn(
                "act",
                .text,
                """
                CASE h.act WHEN 0 THEN 'registered' WHEN 1 THEN 'overwritten' WHEN 2 THEN 'removed' \
                WHEN 3 THEN 'updated' WHEN 4 THEN 'configured' END
                """
            ),
            PublicColumn("forced", .boolean, "h.is_forced"),
            PublicColumn("actor", .text, "h.actor"),
            PublicColumn("deployment_id", .text, "h.deployment", .deploymentID, search: .deploymentID),
            PublicColumn("address_before", .text, "h.address_before"),
            PublicColumn("address_after", .text, "h.address_after"),
            PublicColumn("details_before", .text, "h.details_before"),
            PublicColumn("details_after", .text, "h.details_after"),
            PublicColumn(
                "services",
                .text,
                """
                (SELECT json_group_array(json_object('service', s.service, 'before', s.revision_before, \
                'after', s.revision_after)) FROM catalog_history_services AS s WHERE s.history = h.sequence)
                """
            ),
        ]
    )
}
