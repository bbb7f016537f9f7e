import DurableModel
import Registry

/// One place that builds what the tests of this room are about; all that a test does not set is of no matter to it.
enum Fixture {
    static func id(_ number: UInt64) -> DeploymentID { DeploymentID(high: 1, low: number) }

    static func address(
        _ authority: String,
        path: String = "/",
        query: String? = nil,
        scheme: String = "http"
    ) -> DeploymentAddress {
        DeploymentAddress(scheme: scheme, authority: authority, pathAsWritten: path, query: query)
    }

    static func service(
        _ name: String,
        _ type: ServiceType = .service,
        handlers: [String] = ["run"],
        options: HandlerOptions = HandlerOptions()
    ) -> Service {
        let handlerType: HandlerType =
            switch type {
            case .service: .plain
            case .virtualObject: .exclusive
            case .workflow: .workflowRun
            }
        return Service(
            name: name,
            type: type,
            handlers: handlers.map { Handler(name: $0, type: handlerType) },
            options: options
        )
    }

    static func discovered(
        _ authority: String,
        path: String = "/",
        protocolVersions: ClosedRange<Int> = 5...7,
        _ services: [Service]
    ) -> DiscoveredDeployment {
        DiscoveredDeployment(
            address: address(authority, path: path),
            mode: .bidiStream,
            httpVersion: .http2,
            protocolVersions: protocolVersions,
            services: services
        )
    }

    static func act(at milliseconds: Int64 = 1_000) -> OperatorAct {
        OperatorAct(at: Timestamp(milliseconds: milliseconds), actor: "test")
    }
}

extension Catalog {
    /// Registers with the defaults of the tests; `id` is also the time.
    func registering(
        _ discovered: DiscoveredDeployment,
        _ options: RegisterOptions = RegisterOptions(),
        id: UInt64,
        settings: Settings = Settings()
    ) throws(RegistryError) -> Registration {
        try register(
            discovered,
            options: options,
            settings: settings,
            newID: Fixture.id(id),
            act: Fixture.act(at: Int64(id))
        )
    }

    /// The catalog after registering each of these under the ids 1, 2, ….
    static func holding(_ discovered: [DiscoveredDeployment]) throws -> Catalog {
        var catalog = Catalog()
        for (index, each) in discovered.enumerated() {
            catalog = try catalog.registering(each, RegisterOptions(breaking: true), id: UInt64(index) + 1).catalog
        }
        return catalog
    }
}

/// What a store keeps: rows that change by `CatalogChange` alone.
struct CatalogRows {
    var deployments: [DeploymentID: Deployment] = [:]
    var counters: [ExactText: Int] = [:]
    var history: [CatalogHistoryRecord] = []

    mutating func apply(_ changes: [CatalogChange]) {
        for change in changes {
            switch change {
            case .deploymentAdded(let deployment), .deploymentReplaced(let deployment):
                deployments[deployment.id] = deployment
            case .deploymentRemoved(let id): deployments[id] = nil
            case .revisionCounted(let service, let highest): counters[ExactText(service)] = highest
            case .recorded(let record): history.append(record)
            }
        }
    }
}
