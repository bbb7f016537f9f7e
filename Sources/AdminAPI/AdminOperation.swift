import HTTP

/// One entry of this API's description: a method of a path, what it takes and what it answers.
struct AdminOperation {
    struct Parameter {
        let name: String
        let description: String
        var type = SchemaForm.string
    }

    let method: HTTPMethod
    /// With its parameters in braces.
    let path: String
    let id: String
    let summary: String
    /// Of the query string; those of the path are read from it.
    var parameters: [Parameter] = []
    /// The name of the body's schema.
    var body: String?
    /// What success looks like: the status and the name of its body's schema.
    var answers: [(status: Int, schema: String?)] = [(200, nil)]
    /// What else may come, all in the form of an error.
    var refusals: [Int] = []

    /// The group that it is shown in: the first part of its path.
    var tag: String { String(path.dropFirst().prefix { $0 != "/" }) }
}

extension AdminOperation {
    /// All that this API has, in the order of its paths.
    static let all = general + deployments + services + invocations + absent

    private static let general = [
        AdminOperation(
            method: .get,
            path: "/cluster-health",
            id: "cluster_health",
            summary: "Members of the cluster, which is this one server",
            answers: [(200, "ClusterHealthResponse")]
        ),
        AdminOperation(
            method: .get,
            path: "/health",
            id: "health",
            summary: "Whether the server serves",
            refusals: [503]
        ),
        AdminOperation(method: .get, path: "/openapi", id: "openapi", summary: "This description"),
        AdminOperation(
            method: .post,
            path: "/query",
            id: "query",
            summary: "Rows of one SQL statement: JSON for `accept: application/json`, else an Arrow IPC stream",
            body: "QueryRequest",
            refusals: [400, 415, 422, 429, 503]
        ),
        AdminOperation(
            method: .get,
            path: "/version",
            id: "version",
            summary: "Versions of the server and of this API",
            answers: [(200, "VersionInformation")]
        ),
    ]

    private static let deployments = [
        AdminOperation(
            method: .get,
            path: "/deployments",
            id: "list_deployments",
            summary: "All deployments, oldest first",
            answers: [(200, "ListDeploymentsResponse")]
        ),
        AdminOperation(
            method: .post,
            path: "/deployments",
            id: "create_deployment",
            summary: "Register what an endpoint serves as a new deployment",
            body: "RegisterDeploymentRequest",
            answers: [(200, "RegisterDeploymentResponse"), (201, "RegisterDeploymentResponse")],
            refusals: [400, 409, 415, 422, 500, 501]
        ),
        AdminOperation(
            method: .get,
            path: "/deployments/{deployment}",
            id: "get_deployment",
            summary: "One deployment with its services",
            answers: [(200, "DetailedDeploymentResponse")],
            refusals: [400, 404]
        ),
        AdminOperation(
            method: .delete,
            path: "/deployments/{deployment}",
            id: "delete_deployment",
            summary: "Remove a deployment that is drained and serves nothing",
            parameters: [
                Parameter(name: "force", description: "Remove it in any case", type: .boolean)
            ],
            answers: [(202, nil)],
            refusals: [400, 404, 409]
        ),
        update(.patch, "update_deployment"), update(.put, "replace_deployment"),
    ]

    private static func update(_ method: HTTPMethod, _ id: String) -> AdminOperation {
        AdminOperation(
            method: method,
            path: "/deployments/{deployment}",
            id: id,
            summary: "Change where and how a deployment is reached; invocations in flight follow",
            body: "UpdateDeploymentRequest",
            answers: [(200, "DetailedDeploymentResponse")],
            refusals: [400, 404, 415, 422, 500, 501]
        )
    }

    private static let services = [
        AdminOperation(
            method: .get,
            path: "/services",
            id: "list_services",
            summary: "The latest revision of every service",
            answers: [(200, "ListServicesResponse")]
        ),
        AdminOperation(
            method: .get,
            path: "/services/{service}",
            id: "get_service",
            summary: "The latest revision of a service",
            answers: [(200, "ServiceMetadata")],
            refusals: [404]
        ),
        AdminOperation(
            method: .patch,
            path: "/services/{service}",
            id: "modify_service",
            summary: "Set options of the latest revision of a service, until the next one",
            body: "ModifyServiceRequest",
            answers: [(200, "ServiceMetadata")],
            refusals: [400, 404, 415, 422]
        ),
        AdminOperation(
            method: .get,
            path: "/services/{service}/handlers",
            id: "list_service_handlers",
            summary: "The handlers of a service",
            answers: [(200, "ListServiceHandlersResponse")],
            refusals: [404]
        ),
        AdminOperation(
            method: .get,
            path: "/services/{service}/handlers/{handler}",
            id: "get_service_handler",
            summary: "One handler of a service",
            answers: [(200, "HandlerMetadata")],
            refusals: [404]
        ),
        AdminOperation(
            method: .get,
            path: "/services/{service}/openapi",
            id: "get_service_openapi",
            summary: "How to call the service over HTTP, as OpenAPI 3.1",
            refusals: [404]
        ),
        AdminOperation(
            method: .post,
            path: "/services/{service}/state",
            id: "modify_service_state",
            summary: "Replace the whole state of a key, in line with the invocations that write it",
            body: "ModifyServiceStateRequest",
            answers: [(202, nil)],
            refusals: [400, 404, 409, 413, 415, 422]
        ),
    ]
}
