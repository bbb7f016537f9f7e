import DurableModel
import Engine
import Partition
import Registry

/// What operators do to deployments while all else goes on.
extension World {
    private func submitChange(_ command: (RequestID) -> EngineCommand) {
        submit(command(takeRequest()), from: CommandSource(rawValue: 2))
    }

    func register() {
        deployments += 1
        let mode: ProtocolMode = Int.random(in: 0..<4, using: &entropy) == 0 ? .requestResponse : .bidiStream
        let versions = 5...Int.random(in: 5...7, using: &entropy)
        let request = RegisterRequest(
            discovered: Sample.discovered("v\(deployments):1", mode: mode, protocolVersions: versions),
            options: RegisterOptions(),
            actor: "world"
        )
        note("register v\(deployments)")
        submitChange { .register(request, $0) }
        if hasShortRetention { shortenRetention() }
    }

    func changeRegistry() {
        guard let deployment = registered.randomElement(using: &entropy) else { return register() }
        switch Int.random(in: 0..<8, using: &entropy) {
        case 0, 1, 2: register()
        case 3, 4: remove(deployment, force: false)
        case 5: remove(deployment, force: Int.random(in: 0..<3, using: &entropy) == 0)
        case 6: update(deployment)
        default:
            note("prune")
            submitChange { .catalog(.prune(PruneStep()), actor: "world", $0) }
        }
    }

    private var registered: [Deployment] { storage.rows.deployments.values.sorted { $0.createdAt < $1.createdAt } }

    private func remove(_ deployment: Deployment, force: Bool) {
        note("remove \(deployment.id)\(force ? " by force" : "")")
        submitChange { .removeDeployment(deployment.id, force: force, actor: "world", $0) }
    }

    /// The same deployment is reached at another address from now on.
    private func update(_ deployment: Deployment) {
        deployments += 1
        let discovered = Sample.discovered(
            "v\(deployments):1",
            mode: deployment.mode,
            protocolVersions: deployment.protocolVersions
        )
        note("update \(deployment.id)")
        submitChange { .catalog(.update(deployment.id, DeploymentUpdate(discovered: discovered)), actor: "world", $0) }
    }

    /// What plain services and workflows leave behind goes within the time of the world.
    private func shortenRetention() {
        var configuration = ServiceConfiguration()
        configuration.journalRetention = .seconds(1)
        configuration.idempotencyRetention = .seconds(3)
        submitChange { .catalog(.configure("Greeter", configuration), actor: "world", $0) }
        configuration = ServiceConfiguration()
        configuration.journalRetention = .seconds(1)
        configuration.workflowCompletionRetention = .seconds(3)
        submitChange { .catalog(.configure("Flow", configuration), actor: "world", $0) }
    }
}
