import ControlProtocol
import FoundationEssentials
import GoldenRecordings

@testable import AdminAPI

/// Checks JSON against the schemas of an OpenAPI document, as far as those of the admin API go.
struct SchemaValidator {
    let root: JSONValue

    init(document: JSONValue) { root = document }

    /// The published description of this API, which lies beside the repository.
    static let published: SchemaValidator? = {
        guard GoldenRecordings.has("../openapi-admin.json"),
            let text = try? GoldenRecordings.lines("../openapi-admin.json").joined(separator: "\n"),
            let document = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        else { return nil }
        return SchemaValidator(document: document)
    }()

    /// What this face says of itself.
    static let own = (try? Fixture.value(AdminResponses.openAPI("0.1.0").body)).map { SchemaValidator(document: $0) }

    /// What is wrong with the value, by its place; empty when it fits the named schema.
    func faults(of value: JSONValue, in schema: String) -> [String] {
        check(value, .object(["$ref": .string("#/components/schemas/\(schema)")]), at: "")
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        guard case .object(let rules) = schema else { return schema == .bool(false) ? ["\(place): nothing fits"] : [] }
        if case .string(let reference)? = rules["$ref"] {
            guard let target = resolve(reference) else { return ["\(place): no schema \(reference)"] }
            return check(value, target, at: place)
        }
        var faults = checkType(value, rules, at: place)
        for name in ["oneOf", "anyOf"] {
            guard case .array(let choices)? = rules[name] else { continue }
            let fitting = choices.count { check(value, $0, at: place).isEmpty }
            if fitting == 0 || (name == "oneOf" && fitting > 1) { faults.append("\(place): \(fitting) of \(name) fit") }
        }
        if case .array(let all)? = rules["allOf"] { faults += all.flatMap { check(value, $0, at: place) } }
        if case .array(let values)? = rules["enum"], !values.contains(value) { faults.append("\(place): not in enum") }
        switch value {
        case .object(let members): faults += checkMembers(members, rules, at: place)
        case .array(let items):
            guard let schema = rules["items"] else { break }
            for (index, item) in items.enumerated() { faults += check(item, schema, at: "\(place)[\(index)]") }
        default: break
        }
        return faults
    }

    private func checkMembers(_ members: [String: JSONValue], _ rules: [String: JSONValue], at place: String)
        -> [String]
    {
        var faults: [String] = []
        if case .array(let required)? = rules["required"] {
            for case .string(let name) in required where members[name] == nil { faults.append("\(place): no \(name)") }
        }
        var properties: [String: JSONValue] = [:]
        if case .object(let known)? = rules["properties"] { properties = known }
        for (name, value) in members {
            if let schema = properties[name] {
                faults += check(value, schema, at: place + "." + name)
            } else if let others = rules["additionalProperties"] {
                faults += check(value, others, at: place + "." + name)
            }
        }
        return faults
    }

    private func checkType(_ value: JSONValue, _ rules: [String: JSONValue], at place: String) -> [String] {
        let names: [JSONValue]
        switch rules["type"] {
        case .string(let name)?: names = [.string(name)]
        case .array(let several)?: names = several
        default: return []
        }
        if names.contains(where: { Self.fits(value, $0) }) { return [] }
        return ["\(place): \(value) is none of \(names)"]
    }

    private static func fits(_ value: JSONValue, _ type: JSONValue) -> Bool {
        guard case .string(let name) = type else { return false }
        return switch value {
        case .null: name == "null"
        case .bool: name == "boolean"
        case .integer: name == "integer" || name == "number"
        case .number: name == "number"
        case .string: name == "string"
        case .array: name == "array"
        case .object: name == "object"
        }
    }

    private func resolve(_ reference: String) -> JSONValue? {
        var value = root
        for step in reference.split(separator: "/").dropFirst() {
            guard case .object(let members) = value, let next = members[String(step)] else { return nil }
            value = next
        }
        return value
    }
}
