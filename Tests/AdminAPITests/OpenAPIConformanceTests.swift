import ControlProtocol
import DurableModel
import Engine
import HTTP
import Registry
import Testing

@testable import AdminAPI
@testable import Operations

/// Bodies of this face against the published description of its API; skipped where that, which lies beside the
/// repository, is absent.
@Suite(.enabled(if: SchemaValidator.published != nil)) struct OpenAPIConformanceTests {
    private func expect(_ response: HTTPResponse, fits schema: String, _ what: String = "") throws {
        let validator = try #require(SchemaValidator.published)
        #expect(validator.faults(of: try Fixture.value(response.body), in: schema) == [], "\(schema) \(what)")
        // Ours says the same of itself where it has a schema of that name.
        if AdminSchemas.all.contains(where: { $0.name == schema }) {
            let own = try #require(SchemaValidator.own)
            #expect(own.faults(of: try Fixture.value(response.body), in: schema) == [], "our \(schema) \(what)")
        }
    }

    @Test(arguments: [ProtocolMode.bidiStream, .requestResponse]) func deploymentsFit(mode: ProtocolMode) throws {
        var registration = try Fixture.registration(mode: mode)
        registration.deployment.services[0].service.options.inactivityTimeout = .seconds(5)
        let (deployment, catalog, settings) = (registration.deployment, registration.catalog, Settings())
        try expect(
            AdminResponses.registered(registration, version: .v4, settings: settings),
            fits: "RegisterDeploymentResponse"
        )
        try expect(AdminResponses.deployments([deployment]), fits: "ListDeploymentsResponse")
        try expect(AdminResponses.deployments([]), fits: "ListDeploymentsResponse")
        try expect(AdminResponses.deployment(deployment, settings: settings), fits: "DetailedDeploymentResponse")
        try expect(AdminResponses.services(catalog, settings: settings), fits: "ListServicesResponse")
        for service in ["Shop", "Ship", "Cart"] {
            try expect(AdminResponses.service(service, catalog: catalog, settings: settings), fits: "ServiceMetadata")
            try expect(AdminResponses.handlers(of: service, catalog: catalog), fits: "ListServiceHandlersResponse")
        }
        for handler in ["order", "note", "noinput", "any", "hidden", "tuned"] {
            try expect(AdminResponses.handler(handler, of: "Shop", catalog: catalog), fits: "HandlerMetadata")
        }
    }

    @Test func theRestFits() throws {
        let id = InvocationID(partitionKey: 1, high: 2, low: 3)
        try expect(AdminResponses.version("0.1.0", ingressEndpoint: "http://h/"), fits: "VersionInformation")
        try expect(AdminResponses.version("0.1.0", ingressEndpoint: nil), fits: "VersionInformation")
        try expect(AdminResponses.clusterHealth(), fits: "ClusterHealthResponse")
        try expect(AdminResponses.emptyList(.subscriptions), fits: "ListSubscriptionsResponse")
        try expect(AdminResponses.emptyList(.kafkaClusters), fits: "ListKafkaClustersResponse")
        try expect(AdminResponses.operated(.restarted(id)), fits: "RestartAsNewInvocationResponse")
    }

    @Test func refusalsFit() throws {
        let deployment = try DeploymentID(parsing: "dp_121dBAu8pPuTOKAzHNFEuWd")
        let id = InvocationID(partitionKey: 1, high: 2, low: 3)
        let blocking = BlockingInvocation(id: "inv", target: "S/h", status: "running", createdAt: "then", waitsFor: nil)
        let refusals: [AdminRefusal] = [
            .notFound, .methodNotAllowed([.get]), .contentTypeNotJSON, .notJSON("x"), .wrongShape("x"),
            .unknownDeployment(deployment), .registry(.reservedServiceName("openapi")), .unsupported("x are"),
            .operation(.inputGone, .restartAsNew(from: 0, .keep), id), .badSubscriptionSource("x"),
            .registry(.notDrained(deployment, DrainState(serving: ["S"], pinned: 3, bound: []))), .badStateVersion,
        ]
        for refusal in refusals {
            try expect(AdminResponses.refused(refusal), fits: "ErrorDescriptionResponse", "\(refusal)")
        }
        try expect(
            AdminResponses.refused(.notDrained(deployment, DrainState(serving: [], pinned: 1, bound: []), [blocking])),
            fits: "ErrorDescriptionResponse"
        )
    }

    /// The check itself finds what is wrong.
    @Test func whatDoesNotFitIsFound() throws {
        let validator = try #require(SchemaValidator.published)
        let wrong: [(String, JSONValue)] = [
            ("ErrorDescriptionResponse", .object([:])), ("ErrorDescriptionResponse", .object(["message": .integer(1)])),
            ("ListServicesResponse", .object(["services": .array([.object(["name": .string("S")])])])),
            ("ServiceType", .string("service")), ("ClusterHealthResponse", .string("x")),
            ("VersionInformation", .object(["features": .object(["a": .integer(1)])])),
        ]
        for (schema, value) in wrong { #expect(validator.faults(of: value, in: schema) != [], "\(schema)") }
    }

    /// What was recorded fits, too: the check is not stricter than the API.
    @Test(.enabled(if: Recording.areThere)) func recordingsFit() throws {
        let validator = try #require(SchemaValidator.published)
        let schemas = [
            "list deployments": "ListDeploymentsResponse", "get deployment": "DetailedDeploymentResponse",
            "list services": "ListServicesResponse", "get handler of all options": "HandlerMetadata",
            "register new endpoint": "RegisterDeploymentResponse", "version": "VersionInformation",
            "cluster health": "ClusterHealthResponse", "kill when unknown": "ErrorDescriptionResponse",
        ]
        for recording in Recording.all {
            guard let schema = schemas[recording.name], let body = recording.response.body else { continue }
            #expect(validator.faults(of: body, in: schema) == [], "\(recording.name)")
        }
    }
}
