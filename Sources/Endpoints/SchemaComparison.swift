import DurableModel
import FoundationEssentials

/// Finds what makes a JSON schema incompatible with the one before it: what an input no longer takes, what an output no
/// longer promises. References and combinations are not followed: what they would say is not told.
package enum SchemaComparison {
    /// An incompatibility and where it is, as a JSON pointer into the schemas.
    package struct Finding: Sendable, Equatable {
        package var path: String
        package var change: SchemaChange

        package init(path: String, change: SchemaChange) {
            self.path = path
            self.change = change
        }
    }

    /// Nobody reads a longer list.
    static let findingsMax = 100
    /// Schemas within schemas are followed so far.
    static let depthMax = 32

    /// What is incompatible in `new`, in the order of paths. Texts that are no JSON give nothing.
    package static func findings(from old: String, to new: String, isInput: Bool) -> [Finding] {
        if old == new { return [] }
        guard let before = try? JSONDecoder().decode(JSONValue.self, from: Data(old.utf8)),
            let after = try? JSONDecoder().decode(JSONValue.self, from: Data(new.utf8))
        else { return [] }
        var comparison = Comparison(isInput: isInput)
        comparison.compare(before, after, at: "", depth: 0)
        return comparison.findings
    }
}

private struct Comparison {
    let isInput: Bool
    var findings: [SchemaComparison.Finding] = []

    init(isInput: Bool) { self.isInput = isInput }

    mutating func compare(_ before: JSONValue, _ after: JSONValue, at path: String, depth: Int) {
        guard depth <= SchemaComparison.depthMax, before != after,
            case .object(let old) = before, case .object(let new) = after
        else { return }
        compareTypes(old["type"], new["type"], at: path)
        compareValues(old["enum"], new["enum"], at: path)
        compareRequired(old["required"], new["required"], at: path)
        compareProperties(old["properties"], new["properties"], at: path, depth: depth)
        if let oldItems = old["items"], let newItems = new["items"] {
            compare(oldItems, newItems, at: path + "/items", depth: depth + 1)
        }
    }

    private mutating func note(_ change: SchemaChange, at path: String) {
        guard findings.count < SchemaComparison.findingsMax else { return }
        findings.append(.init(path: path, change: change))
    }

    /// An input may take more types than before, an output may give fewer.
    private mutating func compareTypes(_ old: JSONValue?, _ new: JSONValue?, at path: String) {
        guard let before = Self.types(old), let after = Self.types(new) else {
            // Without a type everything is one: fewer for an input, more for an output.
            let isNarrower = old == nil && new != nil
            let isWider = old != nil && new == nil
            if isInput ? isNarrower : isWider { note(.typeChanged, at: path) }
            return
        }
        if isInput ? !before.isSubset(of: after) : !after.isSubset(of: before) { note(.typeChanged, at: path) }
    }

    /// The types that a schema names, an integer being a number as well.
    private static func types(_ value: JSONValue?) -> Set<String>? {
        var names: Set<String>
        switch value {
        case .string(let name): names = [name]
        case .array(let list): names = Set(list.compactMap { if case .string(let name) = $0 { name } else { nil } })
        default: return nil
        }
        if names.contains("number") { names.insert("integer") }
        return names
    }

    private mutating func compareValues(_ old: JSONValue?, _ new: JSONValue?, at path: String) {
        let before = Self.values(old)
        let after = Self.values(new)
        if isInput, let after, !(before?.isSubset(of: after) ?? false) { note(.enumNarrowed, at: path + "/enum") }
        if !isInput, let before, !(after?.isSubset(of: before) ?? false) { note(.enumWidened, at: path + "/enum") }
    }

    private static func values(_ value: JSONValue?) -> Set<JSONValue>? {
        if case .array(let values) = value { Set(values) } else { nil }
    }

    /// An input must not ask for more, an output not promise less.
    private mutating func compareRequired(_ old: JSONValue?, _ new: JSONValue?, at path: String) {
        let before = Self.values(old) ?? []
        let after = Self.values(new) ?? []
        for case .string(let name) in isInput ? after.subtracting(before) : [] {
            note(.requiredAdded, at: path + "/required/" + Self.escaped(name))
        }
        for case .string(let name) in isInput ? [] : before.subtracting(after) {
            note(.requiredRemoved, at: path + "/required/" + Self.escaped(name))
        }
    }

    private mutating func compareProperties(_ old: JSONValue?, _ new: JSONValue?, at path: String, depth: Int) {
        guard case .object(let before) = old else { return }
        let after: [String: JSONValue]
        if case .object(let named) = new { after = named } else { after = [:] }
        for (name, schema) in before.sorted(by: { $0.key < $1.key }) {
            let place = path + "/properties/" + Self.escaped(name)
            if let next = after[name] {
                compare(schema, next, at: place, depth: depth + 1)
            } else {
                note(.propertyRemoved, at: place)
            }
        }
    }

    /// A name as a part of a JSON pointer.
    private static func escaped(_ name: String) -> String {
        var text = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
