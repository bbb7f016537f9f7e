import DurableModel
import Endpoints
import Engine
import EventLoop
import HTTP
import Operations
import Partition
import Registry
import Runtime
import Simulation

/// The operations over a store in memory, without endpoints.
final class OperationsFixture {
    let loop: EventLoop
    let runtime: Runtime
    let operations: Operations
    let actor = OperationActor(name: "uid 0", source: .connection(1, of: .control))

    init(catalog: Catalog = Catalog()) throws {
        loop = try EventLoop()
        let client = HTTPClient(loop: loop)
        let partition = try Partition(
            storage: MemoryStorage(),
            catalog: catalog,
            settings: Settings(),
            seed: 1,
            now: Runtime.now
        )
        runtime = Runtime(
            loop: loop,
            client: client,
            partition: partition,
            readOpening: { $0.unreadable("nothing is read here") },
            dataDirectory: "/nowhere",
            logger: .disabled
        )
        operations = Operations(
            runtime: runtime,
            discovery: Discovery(loop: loop, client: client),
            queries: QueryWorkers(
                loop: loop,
                program: "/bin/false",
                arguments: [],
                limits: QueryLimits(),
                logger: .disabled
            )
        )
    }

    /// Runs turns until `body` has called back.
    func outcome<Value>(
        _ body: (@escaping (Result<Value, OperationError>) -> Void) -> Void
    ) throws -> Result<Value, OperationError>? {
        var outcome: Result<Value, OperationError>?
        body {
            outcome = $0
            self.runtime.stop(grace: .zero)
        }
        try runtime.run()
        return outcome
    }

    /// A catalog with one service at one address.
    static func catalog(uri: String, service: String) throws -> (catalog: Catalog, deployment: DeploymentID) {
        let address = try DeploymentAddress(parsing: uri)
        let id = DeploymentID(createdAt: Timestamp(milliseconds: 1), entropy: (1, 1))
        let discovered = DiscoveredDeployment(
            address: address,
            mode: .bidiStream,
            httpVersion: .http2,
            protocolVersions: 5...7,
            services: [Service(name: service, type: .service, handlers: [Handler(name: "run", type: .plain)])]
        )
        let registration = try Catalog().register(
            discovered,
            options: RegisterOptions(),
            settings: Settings(),
            newID: id,
            act: OperatorAct(at: Timestamp(milliseconds: 1), actor: "uid 0")
        )
        return (registration.catalog, id)
    }

    /// A catalog with two versions of one service, the older one drained.
    static func twoVersions() throws -> (catalog: Catalog, old: DeploymentID, latest: DeploymentID) {
        let (catalog, old) = try catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let latest = DeploymentID(createdAt: Timestamp(milliseconds: 2), entropy: (2, 2))
        var discovered = DiscoveredDeployment(
            address: try DeploymentAddress(parsing: "http://127.0.0.1:1/2"),
            mode: .bidiStream,
            httpVersion: .http2,
            protocolVersions: 5...7,
            services: []
        )
        discovered.services = [Service(name: "Greeter", type: .service, handlers: [Handler(name: "run", type: .plain)])]
        let registration = try catalog.register(
            discovered,
            options: RegisterOptions(),
            settings: Settings(),
            newID: latest,
            act: OperatorAct(at: Timestamp(milliseconds: 2), actor: "uid 0")
        )
        return (registration.catalog, old, latest)
    }
}
