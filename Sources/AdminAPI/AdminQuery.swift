import DurableModel
import Engine

/// The parameters of a query string. Of several of one name the first counts.
struct AdminQuery {
    private let query: ArraySlice<UInt8>

    init(_ query: ArraySlice<UInt8>?) { self.query = query ?? [] }

    /// What stands behind the name; empty for a name alone, `nil` without the name.
    fileprivate func text(_ name: String) -> String? {
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

extension AdminQuery {
    /// An index of a journal; 0 when absent.
    func index(_ name: String) throws(AdminRefusal) -> Int {
        guard let text = text(name) else { return 0 }
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .badQuery(name: name, reason: "invalid digit found in string")
        }
        guard let index = UInt32(text) else {
            throw .badQuery(name: name, reason: "number too large to fit in target type")
        }
        return Int(index)
    }

    /// Where an invocation is to go on, if that is said.
    func deployment() throws(AdminRefusal) -> DeploymentChoice? {
        guard let text = text("deployment") else { return nil }
        if text.isEmpty { throw .badParameter(name: "deployment", reason: "bad length") }
        do {
            return try DeploymentChoice(text)
        } catch {
            throw .badParameter(name: "deployment", reason: error.reason)
        }
    }

    /// What a deletion of an invocation is to do.
    func mode() throws(AdminRefusal) -> InvocationOperation {
        switch text("mode") {
        case nil, "cancel", "Cancel": return .cancel
        case "kill", "Kill": return .kill
        case "purge", "Purge": return .purge
        case let other?:
            throw .badQuery(
                name: "mode",
                reason:
                    "unknown variant `\(other)`, expected one of `Cancel`, `cancel`, `Kill`, `kill`, `Purge`, `purge`"
            )
        }
    }
}
