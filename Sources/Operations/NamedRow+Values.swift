import FoundationEssentials

extension BlockingInvocation {
    init?(_ row: NamedRow) {
        guard let id = row.text("id"), let target = row.text("target"), let status = row.text("status"),
            let createdAt = row.text("created_at")
        else { return nil }
        self.init(id: id, target: target, status: status, createdAt: createdAt, waitsFor: Self.reason(status, row))
    }

    /// What an invocation in that state waits for.
    private static func reason(_ status: String, _ row: NamedRow) -> String? {
        let failure = row.text("last_failure").map { $0.prefix { !$0.isNewline } }
        switch status {
        case "scheduled": return "its start" + (row.text("scheduled_start_at").map { " at \($0)" } ?? "")
        case "pending": return "its turn at key '\(row.text("target_service_key") ?? "")'"
        case "ready": return "a free place"
        case "backing-off":
            return "its next attempt" + (row.text("next_retry_at").map { " at \($0)" } ?? "")
                + (failure.map { ", after \($0)" } ?? "")
        case "suspended":
            return row.text("waits_for") ?? "a completion or a signal"
        case "paused": return "an operator to resume it" + (failure.map { ", after \($0)" } ?? "")
        default: return nil
        }
    }
}

extension HistoryEntry {
    init?(_ row: NamedRow) {
        guard let at = row.text("at"), let act = row.text("act"), let actor = row.text("actor") else { return nil }
        self.init(
            at: at,
            act: act,
            isForced: row.flag("forced"),
            actor: actor,
            addressBefore: row.text("address_before"),
            addressAfter: row.text("address_after"),
            detailsBefore: row.text("details_before"),
            detailsAfter: row.text("details_after"),
            services: Self.revisions(row.text("services"))
        )
    }
}

extension HistoryEntry {
    /// From a JSON array of objects with `service`, `before` and `after`.
    private static func revisions(_ json: String?) -> [ServiceRevisions] {
        struct Entry: Decodable {
            var service: String
            var before: Int?
            var after: Int?
        }
        let entries = try? JSONDecoder().decode([Entry].self, from: Data((json ?? "[]").utf8))
        return (entries ?? [])
            .map { ServiceRevisions(service: $0.service, before: $0.before, after: $0.after) }
            .sorted { $0.service < $1.service }
    }
}
