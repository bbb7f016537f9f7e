import ControlProtocol

/// An act on a deployment in a table.
struct HistoryRow: TableRow {
    let entry: DeploymentHistoryEntry

    static let titles = ["AT", "ACT", "BY", "URI", "SERVICES", "ELSE"]

    var cells: [Cell] {
        let act = entry.act + (entry.isForced ? " (forced)" : "")
        return [
            Cell(entry.at), Cell(act), Cell(entry.actor), Cell(Self.change(entry.uriBefore, entry.uriAfter)),
            Cell(services.isEmpty ? "-" : services), Cell(others.isEmpty ? "-" : others.joined(separator: ", ")),
        ]
    }

    private var services: String {
        entry.services.map { service in
            let before = service.before.map { "@\($0)" }
            return service.service + Self.change(before, service.after.map { "@\($0)" })
        }.joined(separator: ",")
    }

    /// What else is different from before, by name.
    private var others: [String] {
        guard case .object(let before) = entry.detailsBefore, case .object(let after) = entry.detailsAfter else {
            return []
        }
        let names = Set(before.keys).union(after.keys).subtracting(["services"])
        return names.filter { before[$0] != after[$0] }.sorted()
    }

    private static func change(_ before: String?, _ after: String?) -> String {
        switch (before, after) {
        case (nil, nil): "-"
        case (let value?, nil): "\(value) ->"
        case (nil, let value?): value
        case (let old?, let new?): old == new ? new : "\(old) -> \(new)"
        }
    }
}
