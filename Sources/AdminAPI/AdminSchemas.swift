/// The schemas of this API's description, by name.
enum AdminSchemas {
    static let all: [(name: String, form: SchemaForm)] = requests + deployments + services + others

    private static let requests: [(name: String, form: SchemaForm)] = [
        (
            "RegisterDeploymentRequest",
            .object(
                required: ["uri"],
                [
                    ("uri", .string), ("additional_headers", .nullable(.map(.string))), ("metadata", .map(.string)),
                    ("use_http_11", .boolean), ("breaking", .boolean), ("force", .nullable(.boolean)),
                    ("dry_run", .boolean),
                ]
            )
        ),
        (
            "UpdateDeploymentRequest",
            .object(
                required: [],
                [
                    ("uri", .nullable(.string)), ("additional_headers", .nullable(.map(.string))),
                    ("metadata", .nullable(.map(.string))), ("use_http_11", .nullable(.boolean)),
                    ("overwrite", .boolean), ("dry_run", .boolean),
                ]
            )
        ),
        (
            "ModifyServiceRequest",
            .object(
                required: [],
                [
                    ("public", .nullable(.boolean)), ("idempotency_retention", .nullable(.string)),
                    ("workflow_completion_retention", .nullable(.string)), ("journal_retention", .nullable(.string)),
                    ("inactivity_timeout", .nullable(.string)), ("abort_timeout", .nullable(.string)),
                ]
            )
        ),
        (
            "ModifyServiceStateRequest",
            .object(
                required: ["object_key", "new_state"],
                [
                    ("object_key", .string), ("version", .nullable(.string)),
                    ("new_state", .map(.list(.integer))),
                ]
            )
        ),
        ("QueryRequest", .object(required: ["query"], [("query", .string)])),
    ]

    private static let deploymentMembers: [(name: String, form: SchemaForm)] = [
        ("id", .string), ("uri", .string), ("protocol_type", .oneOf(["RequestResponse", "BidiStream"])),
        ("http_version", .string), ("additional_headers", .map(.string)), ("metadata", .map(.string)),
        ("created_at", .string), ("min_protocol_version", .integer), ("max_protocol_version", .integer),
        ("sdk_version", .string),
    ]

    private static let deploymentNeeds = [
        "id", "uri", "protocol_type", "http_version", "created_at", "min_protocol_version", "max_protocol_version",
        "services",
    ]

    private static let deployments: [(name: String, form: SchemaForm)] = [
        (
            "ListDeploymentsResponse",
            .object(required: ["deployments"], [("deployments", .list(.named("DeploymentResponse")))])
        ),
        (
            "DeploymentResponse",
            .object(
                required: deploymentNeeds,
                deploymentMembers + [("services", .list(.named("ServiceNameRevPair")))]
            )
        ),
        (
            "DetailedDeploymentResponse",
            .object(required: deploymentNeeds, deploymentMembers + [("services", .list(.named("ServiceMetadata")))])
        ),
        (
            "RegisterDeploymentResponse",
            .object(
                required: ["id", "services"],
                [
                    ("id", .string), ("services", .list(.named("ServiceMetadata"))), ("min_protocol_version", .integer),
                    ("max_protocol_version", .integer), ("sdk_version", .string), ("info", .list(.named("SchemaInfo"))),
                ]
            )
        ),
        ("ServiceNameRevPair", .object(required: ["name", "revision"], [("name", .string), ("revision", .integer)])),
    ]

    private static let services: [(name: String, form: SchemaForm)] = [
        ("ListServicesResponse", .object(required: ["services"], [("services", .list(.named("ServiceMetadata")))])),
        (
            "ServiceMetadata",
            .object(
                required: ["name", "ty", "handlers", "deployment_id", "revision"],
                [
                    ("name", .string), ("ty", .oneOf(["Service", "VirtualObject", "Workflow"])),
                    ("handlers", .list(.named("HandlerMetadata"))), ("documentation", .string),
                    ("metadata", .map(.string)), ("deployment_id", .string), ("revision", .integer),
                    ("public", .boolean), ("idempotency_retention", .string),
                    ("workflow_completion_retention", .string), ("journal_retention", .string),
                    ("inactivity_timeout", .string), ("abort_timeout", .string), ("enable_lazy_state", .boolean),
                    ("retry_policy", .named("RetryPolicy")), ("info", .list(.named("SchemaInfo"))),
                ]
            )
        ),
        (
            "ListServiceHandlersResponse",
            .object(required: ["handlers"], [("handlers", .list(.named("HandlerMetadata")))])
        ),
        (
            "HandlerMetadata",
            .object(
                required: ["name", "input_description", "output_description"],
                [
                    ("name", .string), ("ty", .oneOf(["Exclusive", "Shared", "Workflow"])), ("documentation", .string),
                    ("metadata", .map(.string)), ("idempotency_retention", .string), ("journal_retention", .string),
                    ("workflow_completion_retention", .string), ("inactivity_timeout", .string),
                    ("abort_timeout", .string), ("enable_lazy_state", .boolean), ("public", .boolean),
                    ("input_description", .string), ("output_description", .string), ("input_json_schema", .any),
                    ("output_json_schema", .any), ("retry_policy", .named("RetryPolicy")),
                ]
            )
        ),
        (
            "RetryPolicy",
            .object(
                required: [],
                [
                    ("initial_interval", .string), ("exponentiation_factor", .number),
                    ("max_attempts", .nullable(.integer)), ("max_interval", .string),
                    ("on_max_attempts", .oneOf(["Pause", "Kill"])),
                ]
            )
        ),
        ("SchemaInfo", .object(required: ["message"], [("code", .nullable(.string)), ("message", .string)])),
    ]

    private static let others: [(name: String, form: SchemaForm)] = [
        (
            "ErrorDescriptionResponse",
            .object(required: ["message"], [("message", .string), ("restate_code", .nullable(.string))])
        ),
        (
            "ClusterHealthResponse",
            .object(
                required: ["cluster_name"],
                [
                    ("cluster_name", .string),
                    ("metadata_cluster_health", .object(required: ["members"], [("members", .list(.integer))])),
                ]
            )
        ),
        (
            "VersionInformation",
            .object(
                required: ["version", "min_admin_api_version", "max_admin_api_version", "features"],
                [
                    ("version", .string), ("min_admin_api_version", .integer), ("max_admin_api_version", .integer),
                    ("ingress_endpoint", .string), ("features", .map(.boolean)),
                ]
            )
        ),
        ("RestartAsNewInvocationResponse", .object(required: ["new_invocation_id"], [("new_invocation_id", .string)])),
        ("ListSubscriptionsResponse", .object(required: ["subscriptions"], [("subscriptions", .list(.any))])),
        ("ListKafkaClustersResponse", .object(required: ["clusters"], [("clusters", .list(.any))])),
    ]
}
