import DurableModel

/// The parameters of a query string. Of several of one name the first counts.
struct AdminQuery {
    private let query: ArraySlice<UInt8>

    init(_ query: ArraySlice<UInt8>?) { self.query = query ?? [] }

    /// What stands behind the name; empty for a name alone, `nil` without the name.
    private func text(_ name: String) -> String? {
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0].elementsEqual(name.utf8) else { continue }
            return parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : ""
        }
        return nil
    }

    /// A switch: absent is false, and what is neither `true` nor `false` is refused.
    func flag(_ name: String) throws(AdminRefusal) -> Bool {
        switch text(name) {
        case nil, "false": return false
        case "true": return true
        default: throw .badQuery(name: name, reason: "provided string was not `true` or `false`")
        }
    }
}
