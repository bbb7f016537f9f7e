import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@Suite struct CatalogRequestTests {
    private func deployment(_ desk: Desk, at authority: String) throws -> Deployment {
        try #require(desk.memory.catalog.deployments.first { $0.address.authority == authority })
    }

    private func ask(_ desk: Desk, _ request: CatalogRequest) throws -> [String] {
        try desk.turn { .catalog(request, actor: "test", $0) }
    }

    private func moved(_ deployment: Deployment, to authority: String, overwrite: Bool = false) -> DeploymentUpdate {
        DeploymentUpdate(
            discovered: DiscoveredDeployment(
                address: DeploymentAddress(scheme: "http", authority: authority, pathAsWritten: "/", query: nil),
                mode: deployment.mode,
                httpVersion: deployment.httpVersion,
                protocolVersions: deployment.protocolVersions,
                services: deployment.services.map(\.service)
            ),
            overwrite: overwrite
        )
    }

    @Test func whatIsInFlightUsesTheNewAddressAtItsNextAttempt() throws {
        let desk = try Desk()
        let first = try deployment(desk, at: "v1:1")
        try desk.invoke()
        let lines = try ask(desk, .update(first.id, moved(first, to: "v9:1")))
        #expect(lines.contains("note: updated http://v9:1/") && lines.last?.hasSuffix("updated") == true)
        #expect(desk.invocation(1)?.pin?.deployment == first.id)
        #expect(desk.storage.rows.deployments[first.id]?.address.authority == "v9:1")
        try desk.report(1, .failed(.network("x")))
        desk.now = desk.now.adding(.seconds(5))
        try desk.fireTimers()
        let orders = desk.actions.compactMap { if case .start(let order) = $0 { order } else { nil } }
        let order = try #require(orders.last)
        #expect(order.address.authority == "v9:1" && order.deployment == first.id)
    }

    @Test func aDryRunAndARefusalWriteNothing() throws {
        let desk = try Desk()
        let first = try deployment(desk, at: "v1:1")
        var dryRun = moved(first, to: "v9:1")
        dryRun.dryRun = true
        _ = try ask(desk, .update(first.id, dryRun))
        #expect(desk.lastWrites.isEmpty && desk.memory.catalog.deployment(first.id) == first)
        var other = moved(first, to: "v9:1")
        other.discovered?.protocolVersions = 5...5
        #expect(try ask(desk, .update(first.id, other)).last?.contains("refused") == true)
        #expect(desk.lastWrites.isEmpty && desk.memory.catalog.deployment(first.id) == first)
    }

    @Test func configuringIsWrittenAndSettingNothingIsNot() throws {
        let desk = try Desk()
        var configuration = ServiceConfiguration()
        _ = try ask(desk, .configure("Greeter", configuration))
        #expect(desk.lastWrites.isEmpty)
        configuration.isPublic = false
        #expect(try ask(desk, .configure("Greeter", configuration)).contains("note: configured Greeter"))
        #expect(desk.memory.catalog.service(named: "Greeter")?.latest.service.options.ingressPrivate == true)
        #expect(!desk.lastWrites.catalog.isEmpty)
    }

    @Test("known fault 26: drained versions go by rule, and what is needed stays")
    func pruningTakesWhatIsDrainedInThisVeryTurn() throws {
        let desk = try Desk()
        try desk.invoke()
        for version in 2...4 { try desk.register("v\(version):1") }
        let first = try deployment(desk, at: "v1:1")
        #expect(try ask(desk, .prune(PruneStep(isDryRun: true))).last?.hasSuffix("pruned 2") == true)
        #expect(desk.memory.catalog.deployments.count == 4)
        #expect(try ask(desk, .prune(PruneStep())).last?.hasSuffix("pruned 2") == true)
        #expect(Set(desk.memory.catalog.deployments.map(\.address.authority)) == ["v1:1", "v4:1"])
        #expect(desk.storage.rows.deployments.count == 2)
        try desk.receive(1, output, .end)
        #expect(try ask(desk, .prune(PruneStep())).last?.hasSuffix("pruned 1") == true)
        #expect(desk.memory.catalog.deployment(first.id) == nil)
    }
}
