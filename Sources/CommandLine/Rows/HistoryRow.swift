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
        return names.filter { before[$0] != after[$0] }.sorted() + Self.settings(before["services"], after["services"])
    }

    /// The settings of services that are different from before, with what they were and are.
    private static func settings(_ before: JSONValue?, _ after: JSONValue?) -> [String] {
        let (old, new) = (members(before), members(after))
        return Set(old.keys).union(new.keys).sorted().flatMap { service in
            let (old, new) = (members(old[service]), members(new[service]))
            return Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted().map { name in
                let values = [old[name], new[name]].map { $0.map(CommandTable.compact) ?? "-" }
                return "\(service).\(name) \(values[0]) -> \(values[1])"
            }
        }
    }

    private static func members(_ value: JSONValue?) -> [String: JSONValue] {
        if case .object(let members)? = value { members } else { [:] }
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
