import DurableModel
import Engine
import Registry
import Runtime

extension Operations {
    /// How the work of one service stands, or of all by name: counts from memory, and by two queries what is oldest and
    /// which keys are waited for. If the queries fail there are only the counts.
    package func serviceStatus(
        _ name: String?,
        then: @escaping (Result<[ServiceStatusView], OperationError>) -> Void
    ) {
        var views = countedServices(name)
        if let name, views.isEmpty { return then(.failure(.serviceNotFound(name))) }
        rows(Self.oldest(of: name)) { [unowned self] oldest in
            rows(Self.blockedKeys(of: name)) { blocked in
                let oldest = (try? oldest.get()) ?? []
                let blocked = Dictionary(grouping: (try? blocked.get()) ?? []) { $0.text("service_name") ?? "" }
                for index in views.indices {
                    let service = views[index].service
                    views[index].oldest = oldest.first { $0.text("service_name") == service }.flatMap { .init($0) }
                    views[index].blockedKeys = (blocked[service] ?? []).prefix(ServiceStatusView.blockedKeysMax)
                        .compactMap { .init($0) }
                }
                then(.success(views))
            }
        }
    }

    private func countedServices(_ name: String?) -> [ServiceStatusView] {
        var counts: [String: [String: [InvocationStatus: Int]]] = [:]
        for routed in runtime.catalog.services where name == nil || routed.name == name {
            counts[routed.name] = Dictionary(
                routed.latest.service.handlers.map { ($0.name, [:]) },
                uniquingKeysWith: { first, _ in first }
            )
        }
        for (key, count) in runtime.counts where count > 0 && (name == nil || key.service == name) {
            counts[key.service, default: [:]][key.handler, default: [:]][key.status, default: 0] += count
        }
        return counts.sorted { $0.key < $1.key }.map { service, handlers in
            ServiceStatusView(
                service: service,
                latest: runtime.catalog.service(named: service)?.latest,
                handlers: handlers.sorted { $0.key < $1.key }.map { .init(handler: $0.key, counts: $0.value) },
                oldest: nil,
                blockedKeys: []
            )
        }
    }

    private static func oldest(of name: String?) -> String {
        let unfinished = "status != 'completed'" + (name.map { " AND target_service_name = \(quoted($0))" } ?? "")
        return "SELECT i.target_service_name AS service_name, i.id AS id, i.target AS target, i.status AS status, "
            + "i.created_at AS created_at FROM sys_invocation AS i JOIN (SELECT target_service_name AS name, "
            + "min(created_at) AS first FROM sys_invocation WHERE \(unfinished) GROUP BY target_service_name) AS o "
            + "ON i.target_service_name = o.name AND i.created_at = o.first WHERE i.\(unfinished) ORDER BY i.id"
    }

    private static func blockedKeys(of name: String?) -> String {
        let ofService = name.map { "WHERE b.service_name = \(quoted($0)) " } ?? ""
        return "SELECT b.service_name AS service_name, b.service_key AS service_key, count(*) AS waiting, "
            + "max(l.invocation_id) AS holder FROM sys_inbox AS b LEFT JOIN sys_keyed_service_status AS l "
            + "ON l.service_name = b.service_name AND l.service_key = b.service_key \(ofService)"
            + "GROUP BY b.service_name, b.service_key ORDER BY waiting DESC LIMIT \(blockedKeysRowsMax)"
    }

    /// Of all services together.
    private static let blockedKeysRowsMax = 1_000
}

extension ServiceStatusView.Oldest {
    fileprivate init?(_ row: NamedRow) {
        guard let id = row.text("id"), let target = row.text("target"), let status = row.text("status"),
            let createdAt = row.text("created_at")
        else { return nil }
        self.init(id: id, target: target, status: status, createdAt: createdAt)
    }
}

extension ServiceStatusView.BlockedKey {
    fileprivate init?(_ row: NamedRow) {
        guard let key = row.text("service_key"), let waiting = row.number("waiting") else { return nil }
        self.init(key: key, waiting: waiting, holder: row.text("holder"))
    }
}
