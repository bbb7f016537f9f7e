import HTTP

extension AdminOperation {
    /// What other servers of this API have and this one does not: there are none of these things, and none can be made.
    static let absent = [
        AdminOperation(
            method: .get,
            path: "/kafka-clusters",
            id: "list_kafka_clusters",
            summary: "Kafka clusters: always none",
            answers: [(200, "ListKafkaClustersResponse")]
        ),
        refused(.post, "/kafka-clusters", "create_kafka_cluster", [501]),
        refused(.get, "/kafka-clusters/{cluster_name}", "get_kafka_cluster", [404]),
        refused(.delete, "/kafka-clusters/{cluster_name}", "delete_kafka_cluster", [404]),
        refused(.patch, "/kafka-clusters/{cluster_name}", "update_kafka_cluster", [404]),
        refused(.put, "/limits/rules", "upsert_rules", [415, 422, 501]),
        refused(.post, "/limits/rules/bulk-delete", "bulk_delete_rules", [415, 422, 501]),
        AdminOperation(
            method: .get,
            path: "/subscriptions",
            id: "list_subscriptions",
            summary: "Subscriptions to Kafka topics: always none",
            answers: [(200, "ListSubscriptionsResponse")]
        ),
        refused(.post, "/subscriptions", "create_subscription", [400, 415, 422]),
        refused(.get, "/subscriptions/{subscription}", "get_subscription", [400, 404]),
        refused(.delete, "/subscriptions/{subscription}", "delete_subscription", [400, 404]),
    ]

    private static func refused(_ method: HTTPMethod, _ path: String, _ id: String, _ statuses: [Int]) -> AdminOperation
    {
        AdminOperation(
            method: method,
            path: path,
            id: id,
            summary: "Not part of this server",
            answers: [],
            refusals: statuses
        )
    }
}
