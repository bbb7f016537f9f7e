import ControlProtocol
import EventLoop

/// Compares what the daemon's tables show with what the operators were told.
struct ChurnCheck {
    let record: ChurnRecord
    let line: ControlLine
    let loop: EventLoop

    func run(answered: Int) throws(BenchError) {
        try checkRevisions()
        try waitForRest()
        try checkPins(answered: answered)
        try checkCatalog()
    }

    /// Each success gave the number above the one before, and none was given twice.
    private func checkRevisions() throws(BenchError) {
        for (service, revisions) in record.given.enumerated() where revisions.sorted() != Array(1...revisions.count) {
            throw .failed("\(ChurnRecord.name(of: service)) was given the revisions \(revisions)")
        }
    }

    /// Calls that were under way at the end.
    private func waitForRest() throws(BenchError) {
        for _ in 0..<200 {
            let left = try rows("SELECT COUNT(*) FROM sys_invocation WHERE status <> 'completed'")
            if left == [[.integer(0)]] { return }
        }
        throw .failed("calls do not come to their end")
    }

    private func checkPins(answered: Int) throws(BenchError) {
        let orphans = try rows(
            """
            SELECT COUNT(*) FROM sys_invocation WHERE status <> 'completed' AND pinned_deployment_id NOT IN \
            (SELECT id FROM sys_deployment)
            """
        )
        guard orphans == [[.integer(0)]] else {
            throw .failed("unfinished calls are pinned to what is gone: \(orphans)")
        }
        let pins = try rows(
            """
            SELECT target_service_name, pinned_deployment_id, COUNT(*), MAX(created_at) FROM sys_invocation \
            WHERE target_service_name LIKE 'One%' GROUP BY target_service_name, pinned_deployment_id
            """
        )
        var total = 0
        for pin in pins {
            guard pin.count == 4, case .string(let service) = pin[0], case .string(let id) = pin[1],
                case .integer(let count) = pin[2], case .string(let latest) = pin[3],
                let createdAt = ControlTime(parsing: latest)
            else { throw .failed("a call has no pin: \(pin)") }
            total += Int(count)
            guard let known = record.deployments[id], ChurnRecord.name(of: known.service) == service else {
                throw .failed("\(count) calls of \(service) ran on \(id), which is none of its deployments")
            }
            if let removedAt = known.removedAt, createdAt.milliseconds > removedAt {
                throw .failed("a call of \(service) ran on \(id), which was gone")
            }
        }
        guard total >= answered else { throw .failed("\(answered) calls were answered, and \(total) are there") }
    }

    private func checkCatalog() throws(BenchError) {
        let found = try rows("SELECT id FROM sys_deployment").compactMap { row -> String? in
            if case .string(let id)? = row.first { id } else { nil }
        }
        let expected = Set(record.live)
        guard Set(found).isSuperset(of: expected), found.count == expected.count + 1 else {
            throw .failed("there are \(found.count) deployments and should be \(expected.count + 1)")
        }
        for service in 0..<record.services {
            let name = ChurnRecord.name(of: service)
            let latest = try line.ask(DescribeService.self, DescribeService.Parameters(name: name))
            let highest = record.live.compactMap { id in record.deployments[id].map { (id, $0) } }
                .filter { $0.1.service == service }.max { $0.1.revision < $1.1.revision }
            guard latest.deploymentId == highest?.0, latest.revision == highest?.1.revision else {
                throw .failed("\(name) is at revision \(latest.revision) of \(latest.deploymentId)")
            }
        }
    }

    private func rows(_ sql: String) throws(BenchError) -> [[JSONValue]] {
        try line.ask(RunQuery.self, RunQuery.Parameters(sql: sql, rowsMax: RunQuery.rowsMaxLimit)).rows
    }
}
