import DurableModel
import Registry

/// The services that tests and simulated worlds call: a plain one, an object and a workflow.
package enum Sample {
    /// Any wall clock: 2026-09-21.
    package static let epoch = Timestamp(milliseconds: 1_790_000_000_000)

    /// `Greeter/greet` and `Greeter/relay`; `Counter/KEY/add` one at a time and `Counter/KEY/get` beside it; `Flow/KEY/run`
    /// once and `Flow/KEY/tell` beside it.
    package static func services(options: HandlerOptions = HandlerOptions()) -> [Service] {
        [
            Service(
                name: "Greeter",
                type: .service,
                handlers: [Handler(name: "greet", type: .plain), Handler(name: "relay", type: .plain)],
                options: options
            ),
            Service(
                name: "Counter",
                type: .virtualObject,
                handlers: [Handler(name: "add", type: .exclusive), Handler(name: "get", type: .shared)],
                options: options
            ),
            Service(
                name: "Flow",
                type: .workflow,
                handlers: [Handler(name: "run", type: .workflowRun), Handler(name: "tell", type: .shared)],
                options: options
            ),
        ]
    }

    /// What discovery would find at `http://AUTHORITY/`.
    package static func discovered(
        _ authority: String,
        mode: ProtocolMode = .bidiStream,
        protocolVersions: ClosedRange<Int> = 5...7,
        services: [Service] = Sample.services()
    ) -> DiscoveredDeployment {
        DiscoveredDeployment(
            address: DeploymentAddress(scheme: "http", authority: authority, pathAsWritten: "/", query: nil),
            mode: mode,
            httpVersion: mode == .bidiStream ? .http2 : .http1,
            protocolVersions: protocolVersions,
            services: services
        )
    }
}
