import DurableModel
import Engine
import Introspection
import Testing

/// The statements that operations of this server ask its own views.
@Suite struct OperatorQueryTests {
    private static let blockers =
        "SELECT id, target, status, created_at, target_service_key, scheduled_start_at, next_retry_at, last_failure, "
        + "suspended_waiting_for_completions, suspended_waiting_for_signals FROM sys_invocation WHERE "
        + "status != 'completed' AND (pinned_deployment_id = '\(QueryWorld.deployment)' OR "
        + "(pinned_deployment_id IS NULL AND target_service_name = 'Counter' AND target_handler_name = 'add')) "
        + "ORDER BY created_at, id LIMIT 20"

    private static let oldest =
        "SELECT i.target_service_name AS service_name, i.id AS id, i.target AS target, i.status AS status, "
        + "i.created_at AS created_at FROM sys_invocation AS i JOIN (SELECT target_service_name AS name, "
        + "min(created_at) AS first FROM sys_invocation WHERE status != 'completed' GROUP BY target_service_name) AS o "
        + "ON i.target_service_name = o.name AND i.created_at = o.first WHERE i.status != 'completed' ORDER BY i.id"

    private static let blockedKeys =
        "SELECT b.service_name AS service_name, b.service_key AS service_key, count(*) AS waiting, "
        + "max(l.invocation_id) AS holder FROM sys_inbox AS b LEFT JOIN sys_keyed_service_status AS l "
        + "ON l.service_name = b.service_name AND l.service_key = b.service_key WHERE b.service_name = 'Counter' "
        + "GROUP BY b.service_name, b.service_key ORDER BY waiting DESC LIMIT 1000"

    private static let history =
        "SELECT at, act, forced, actor, address_before, address_after, details_before, details_after, services "
        + "FROM sys_deployment_history WHERE deployment_id = '\(QueryWorld.deployment)' ORDER BY sequence DESC LIMIT 10"

    @Test(arguments: [blockers, oldest, blockedKeys, history])
    func operatorsQuestionsAreUnderstood(sql: String) throws {
        let world = try QueryWorld()
        #expect(try world.query(sql).rows.isEmpty)
    }
}
