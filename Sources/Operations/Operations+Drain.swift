import DurableModel
import Engine
import Registry
import Runtime

/// How deployments come to be drained, and what became of them.
extension Operations {
    /// How many blockers a refused removal names.
    static let blockersShown = 20
    /// How many acts a history shows, the latest ones.
    static let historyMax = 1_000

    /// How far a deployment is from being drained: from the counts in memory, cheap enough to be asked often.
    package func drainProgress(_ id: String) throws(OperationError) -> DrainProgress {
        let view = try deployment(id)
        let bound = Set(view.drain.bound.map(\.handler))
        var work: [WorkCount] = []
        for (key, count) in runtime.counts where count > 0 {
            let isPinned = key.deployment == view.deployment.id
            let name = HandlerName(service: key.service, handler: key.handler)
            guard isPinned || key.deployment == nil && bound.contains(name) else { continue }
            work.append(
                WorkCount(
                    service: key.service,
                    handler: key.handler,
                    status: key.status,
                    count: count,
                    isPinned: isPinned
                )
            )
        }
        work.sort {
            ($0.service, $0.handler, $0.status.rawValue) < ($1.service, $1.handler, $1.status.rawValue)
        }
        return DrainProgress(
            status: view.drain.status,
            serving: view.drain.serving,
            total: work.reduce(0) { $0 + $1.count },
            work: work
        )
    }

    /// Handlers that no deployment has and that accepted work waits for.
    package var unstartable: [HandlerName] {
        let waiting = runtime.counts.filter { $0.key.deployment == nil && $0.value > 0 }
        let names = Set(waiting.map { HandlerName(service: $0.key.service, handler: $0.key.handler) })
        return names.filter { !runtime.catalog.canStart(service: $0.service, handler: $0.handler) }
    }

    /// Unfinished invocations that need the deployment, the oldest first, as last committed.
    package func blockers(
        of id: String,
        limit: Int,
        then: @escaping (Result<[BlockingInvocation], OperationError>) -> Void
    ) {
        do {
            let view = try deployment(id)
            blockers(of: view.deployment.id, view.drain, limit: limit, then: then)
        } catch {
            then(.failure(error))
        }
    }

    func blockers(
        of id: DeploymentID,
        _ state: DrainState,
        limit: Int,
        then: @escaping (Result<[BlockingInvocation], OperationError>) -> Void
    ) {
        guard state.pinned > 0 || !state.bound.isEmpty else { return then(.success([])) }
        rows(Self.blockers(of: id, state, limit: limit)) { result in
            then(result.map { $0.compactMap { BlockingInvocation($0) } })
        }
    }

    private static func blockers(of id: DeploymentID, _ state: DrainState, limit: Int) -> String {
        var needs = ["pinned_deployment_id = \(quoted(id.description))"]
        for work in state.bound {
            needs.append(
                "(pinned_deployment_id IS NULL AND target_service_name = \(quoted(work.handler.service)) "
                    + "AND target_handler_name = \(quoted(work.handler.handler)))"
            )
        }
        return "SELECT id, target, status, created_at, target_service_key, scheduled_start_at, next_retry_at, "
            + "last_failure, (SELECT w.waits_for FROM sys_invocation_wait AS w WHERE w.id = sys_invocation.id) AS waits_for "
            + "FROM sys_invocation WHERE status != 'completed' AND (\(needs.joined(separator: " OR "))) "
            + "ORDER BY created_at NULLS FIRST LIMIT \(max(0, limit))"
    }

    /// The acts on a deployment, removed ones included, the oldest first.
    package func history(of id: String, then: @escaping (Result<[HistoryEntry], OperationError>) -> Void) {
        guard let id = try? DeploymentID(parsing: id) else { return then(.failure(.badDeploymentID(id))) }
        let sql =
            "SELECT at, act, forced, actor, address_before, address_after, details_before, details_after, services "
            + "FROM sys_deployment_history WHERE deployment_id = \(Self.quoted(id.description)) "
            + "ORDER BY sequence DESC LIMIT \(Self.historyMax)"
        rows(sql) { [unowned self] result in
            let entries = result.map { $0.reversed().compactMap { HistoryEntry($0) } }
            if case .success([]) = entries, runtime.catalog.deployment(id) == nil {
                return then(.failure(.refused(.registry(.unknownDeployment(id)))))
            }
            then(entries)
        }
    }
}
