import DurableModel
import ServiceProtocol

/// State as an SDK reads and writes it: from what came along with the start where that has it, and from the server
/// otherwise.
extension SimulatedHandler {
    static let counterName = Array("n".utf8)

    mutating func increment() throws {
        let value = Int(try read(Self.counterName)) ?? 0
        try write(Self.counterName, Array(String(value + 1).utf8))
    }

    mutating func perform(_ step: Step.StateStep) throws -> String {
        switch step {
        case .read(let name):
            let value = try read(Array(name.utf8))
            if isOnlyWriter, value != written[name] ?? "" {
                throw Stop.mismatch(
                    "\(order.invocation) reads '\(value)' and wrote '\(written[name] ?? "")' as \(name)"
                )
            }
            return ""
        case .write(let name):
            let value = "w\(written.count).\(written[name] ?? "")"
            try write(Array(name.utf8), Array(value.utf8))
            written[name] = value
        case .clear(let name):
            if try say(.clearState(key: Array(name.utf8))) { eagerState[Array(name.utf8)] = nil }
            written[name] = nil
        case .clearAll:
            if try say(.clearAllState) {
                eagerState = [:]
                knowsAllState = true
            }
            written = [:]
        case .list:
            let names = try list()
            if isOnlyWriter, names != written.keys.sorted() {
                throw Stop.mismatch("\(order.invocation) finds \(names) and wrote \(written.keys.sorted())")
            }
        }
        return ""
    }

    /// Whether nobody else writes to the state of the key, before or meanwhile.
    private var isOnlyWriter: Bool { order.handler == "run" }

    /// An empty text for what is not there.
    private mutating func read(_ name: [UInt8]) throws -> String {
        if case .getEagerState(_, let result)? = next?.operation {
            try say(.getEagerState(key: name, result: result))
            return text(of: result)
        }
        if next == nil, eagerState[name] != nil || knowsAllState {
            let result = eagerState[name].map { CompletionResult.value($0) } ?? .void
            try say(.getEagerState(key: name, result: result))
            return text(of: result)
        }
        let id = id()
        try say(.getLazyState(key: name, completionID: id))
        return try text(of: completion(of: id))
    }

    private mutating func write(_ name: [UInt8], _ value: [UInt8]) throws {
        if try say(.setState(key: name, value: value)) { eagerState[name] = value }
    }

    private mutating func list() throws -> [String] {
        let names: [[UInt8]]
        if case .getEagerStateKeys(let keys)? = next?.operation {
            try say(.getEagerStateKeys(keys: keys))
            names = keys
        } else if next == nil, knowsAllState {
            names = Array(eagerState.keys)
            try say(.getEagerStateKeys(keys: names))
        } else {
            let id = id()
            try say(.getLazyStateKeys(completionID: id))
            guard case .stateKeys(let keys) = try completion(of: id) else { return [] }
            names = keys
        }
        return names.map { String(decoding: $0, as: UTF8.self) }.sorted()
    }
}
